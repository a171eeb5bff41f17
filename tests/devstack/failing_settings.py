"""The site's settings with a page that fails, for a server of its own."""

from curednation.settings import *  # noqa: F403

ROOT_URLCONF = "tests.devstack.failing_urls"

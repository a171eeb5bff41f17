"""The bench's settings with nothing around a view: what Django and the web server cost alone."""

from bench.settings import *  # noqa: F403

vars().update(MIDDLEWARE=[], INSTALLED_APPS=[], ROOT_URLCONF="bench.bytes")

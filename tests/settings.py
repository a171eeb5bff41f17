"""The settings of the tests: the site's own, in surroundings of this test process."""

import tests.surroundings  # noqa: F401  (names the services, before the settings read them)
from curednation.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

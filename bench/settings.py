"""The site's own settings, with the views that it is compared with, and limits out of the way."""

import tests.surroundings  # noqa: F401  (names the services, before the settings read them)
from curednation.settings import *  # noqa: F403

DEBUG = False
ROOT_URLCONF = "bench.urls"
ALLOWED_HOSTS = ["127.0.0.1"]
LIMITS = dict.fromkeys(LIMITS, "1000000/second")  # noqa: F405
# Files as a deployment serves them: compressed beforehand, under names that never change.
STATIC_ROOT = BASE_DIR / "var" / "bench" / "static"  # noqa: F405
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = False
STORAGES = STORAGES | {  # noqa: F405
    "staticfiles": {"BACKEND": "curednation.static_files.Storage"}
}

"""Every setting that the environment sets. docs/settings.md lists each variable.

What it does not set, and is long, stands beside: `browser_policy`, `celery_settings`, `middleware`,
`project`, `sign_in`. With `DATABASE_URL` unset the services of `devstack` are used and `DEBUG` is
on; a deployment that names its database gets `DEBUG` off, and then anything unsafe refuses to
start.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kombu import Queue

from core import broker_address
from core.database import sessions
from core.environment import Environment, database_options, refuse
from core.worker_queues import WorkerQueues
from curednation import limits, logs
from curednation.backup_settings import *  # noqa: F403  (what the environment sets of it)
from curednation.browser_policy import *  # noqa: F403  (what no environment changes)
from curednation.celery_settings import *  # noqa: F403  (the same)
from curednation.celery_settings import CELERY_BEAT_SCHEDULE, heartbeats, routes
from curednation.limits import in_proportion
from curednation.middleware import *  # noqa: F403  (the same)
from curednation.monitoring_settings import *  # noqa: F403  (what the environment sets of it)
from curednation.monitoring_settings import LOG_FORMAT
from curednation.payment_settings import payment_settings
from curednation.production import refuse_unsafe
from curednation.project import *  # noqa: F403  (what no environment changes)
from curednation.project import INSTALLED_APPS
from curednation.retention_settings import *  # noqa: F403  (what the environment sets of it)
from curednation.sign_in import *  # noqa: F403  (the same)
from curednation.visit_settings import relays, rooms

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# ── where we run ──────────────────────────────────────────────────────────────
DEBUG = env.flag("DEBUG", default=not env.text("DATABASE_URL"))
SECRET_KEY = env.text("SECRET_KEY", default="insecure-development-key" if DEBUG else "")
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
# Hashes of e-mail addresses in proofs of consent. Keep it when SECRET_KEY is rotated.
ADDRESS_KEY = env.text("ADDRESS_KEY", default="insecure-development-key" if DEBUG else "")
# Signs links to leave the newsletter, which never expire: the first signs, each verifies.
NEWSLETTER_KEYS = env.words(
    "NEWSLETTER_KEYS", default=["insecure-development-key"] if DEBUG else []
)
# Encrypts what is written and answered in visits: the first encrypts, each decrypts.
RECORD_KEYS = env.words("RECORD_KEYS", default=["insecure-development-key"] if DEBUG else [])
PORT = env.number("PORT", default=8000, least=1, most=65535)
SITE_URL = env.site("SITE_URL", default=f"http://127.0.0.1:{PORT}")
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else []
)
_rooms, _relays = rooms(debug=DEBUG, port=PORT, site_url=SITE_URL), relays()
ROOMS_PORT = _rooms.port
ROOMS_HOST = _rooms.host
ROOMS_URL = _rooms.url
STUN_URLS = _relays.stun_urls
TURN_URLS = _relays.turn_urls
TURN_SECRET = _relays.turn_secret
RELAY_ONLY = _relays.only
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
STAFF_MFA_REQUIRED = env.flag("STAFF_MFA_REQUIRED", default=not DEBUG)
STAFF_IDLE_MINUTES = env.number("STAFF_IDLE_MINUTES", default=15, least=1, most=24 * 60)
# A patient who leaves the phone on a table is signed out sooner or later, too.
PATIENT_IDLE_MINUTES = env.number("PATIENT_IDLE_MINUTES", default=30, least=5, most=24 * 60)
# The web server's size. Each thread keeps a database connection; about four a worker are enough.
WEB_WORKERS = env.number("WEB_WORKERS", default=2, least=1, most=512)
WEB_THREADS = env.number("WEB_THREADS", default=4, least=1, most=64)
# A form must be here after so many seconds; longer bodies have a second more for each 16 kB.
REQUEST_BODY_SECONDS = env.number("REQUEST_BODY_SECONDS", default=15, least=1, most=300)
LOG_LEVEL = env.choice("LOG_LEVEL", logs.LEVELS, default="WARNING" if DEBUG else "INFO")

# ── services: in development the embedded ones stand in where a variable is unset ──
ours: dict[str, str] = {}
if DEBUG:
    from devstack import embedded

    ours = embedded.urls() | {"POSTGRES_BIN": embedded.programs()}
DATABASES = {"default": env.database("DATABASE_URL", default=ours.get("DATABASE_URL", ""))}
# Whom the tables belong to. Only `migrate` and `database_roles` use it: the site must not know it.
DATABASE_OWNER = env.owner("DATABASE_OWNER_URL", of=DATABASES["default"])
# Where a backup asks past a pooler, and the folder of pg_dump where it is not found by itself.
BACKUP_DATABASE = env.owner("BACKUP_DATABASE_URL", of=DATABASES["default"])
POSTGRES_BIN = env.text("POSTGRES_BIN", default=ours.get("POSTGRES_BIN", ""))
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
# Behind a pooler the next query may meet another session: no cursor lives on the server.
DATABASES["default"] |= {"DISABLE_SERVER_SIDE_CURSORS": True}
DATABASES["default"]["OPTIONS"] = database_options(
    {"connect_timeout": sessions.CONNECT_SECONDS, "connection_factory": sessions.Connection},
    DATABASES["default"].get("OPTIONS", {}),
)
# What `database_roles` gives the site's role; a request that waits longer has failed its visitor.
DATABASE_STATEMENT_SECONDS = env.number("DATABASE_STATEMENT_SECONDS", default=30)
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "core.cache.redis.OneClientRedisCache",
        "LOCATION": env.url(
            "CACHE_URL",
            "redis://host:6379/1",
            ("redis", "rediss", "unix"),
            default=ours.get("CACHE_URL", ""),
        ),
        # Of several sites that share a cache none may show a page of another.
        "KEY_PREFIX": urlsplit(SITE_URL).hostname,
        "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
    },
    # Parts that many pages share, in each process: `{% cache 60 footer … using="parts" %}` names
    # all that they show.
    "parts": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "parts"},
}
vars().update(env.email("EMAIL_URL", default=ours.get("EMAIL_URL", "")))
EMAIL_TIMEOUT = 10
# The newsletter may leave through a server of its own, so that its reputation is its own.
NEWSLETTER_EMAIL = env.email(
    "NEWSLETTER_EMAIL_URL",
    default=env.text("EMAIL_URL", default=ours.get("EMAIL_URL", "")),
)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", default="office@example.org")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# ── texts: the first provider sends; of others only what they report is read ──
SMS_PROVIDERS = env.text_providers("SMS_URL", debug=DEBUG)
SMS_COUNTRIES = env.words("SMS_COUNTRIES", default=["US", "PR", "VI", "GU", "AS", "MP"])
# What a part of a text costs where the provider does not say so, in its currency.
SMS_PRICE = env.price("SMS_PRICE", default="0.01")

CELERY_BROKER_URL = env.broker("BROKER_URL", default=ours.get("BROKER_URL", ""))
CELERY_BROKER_TRANSPORT_OPTIONS = broker_address.transport_options(
    CELERY_BROKER_URL, env.text("BROKER_SENTINEL_MASTER", default="clinic")
)
CELERY_WORKER_CONCURRENCY = env.number("WORKER_PROCESSES", default=2, least=1, most=512)
WORKER_QUEUES = WorkerQueues.named(env.text("BROKER_QUEUE", default="celery"))
CELERY_TASK_DEFAULT_QUEUE = WORKER_QUEUES.clinic
CELERY_TASK_QUEUES = [Queue(name) for name in WORKER_QUEUES]
CELERY_TASK_ROUTES = routes(WORKER_QUEUES)
HEARTBEAT_QUEUES = WORKER_QUEUES._asdict()
CELERY_BEAT_SCHEDULE |= heartbeats(HEARTBEAT_QUEUES)

# ── the trail and the proofs: where the head of their chain goes every day, besides the log ──
PRIVACY_OFFICER_EMAIL = env.address("PRIVACY_OFFICER_EMAIL")
CHAIN_HEADS_FILE = env.text("CHAIN_HEADS_FILE")

# ── the project ───────────────────────────────────────────────────────────────
if DEBUG:
    INSTALLED_APPS = [*INSTALLED_APPS, "devstack", "demo"]

# ── articles ──────────────────────────────────────────────────────────────────
# Only for tests: staff's check of links may then look at addresses of private networks.
LINK_CHECK_PRIVATE = False
# Comments close so many days after an article first appeared; 0: never.
COMMENTS_CLOSE_DAYS = env.number("COMMENTS_CLOSE_DAYS", default=730)
# Who is told that comments wait; empty: everybody whose role decides about them.
COMMENT_MODERATORS = env.words("COMMENT_MODERATORS")
COMMENT_ADDRESS_DAYS = env.number("COMMENT_ADDRESS_DAYS", default=365, least=1)
COMMENT_REFUSED_DAYS = env.number("COMMENT_REFUSED_DAYS", default=30, least=1)
PAGE_CACHE_SECONDS = env.number("PAGE_CACHE_SECONDS", default=3600, least=0, most=7 * 24 * 3600)
PAGE_CACHE_PAGES = env.number("PAGE_CACHE_PAGES", default=10_000, least=0, most=1_000_000)
# A page pasted whole must reach its form, which refuses it with a sentence and keeps the rest.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
# Staff choose among thousands of rows and save tables of hundreds. What strangers send is bounded
# by its bytes (request_body): 64 kB hold no more than this either.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 40_000
# A body is in memory before Django reads it: no file of a patient lies on a disk unencrypted.
FILE_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
MEDIA_URL = "/articles/images/"
FIGURES_URL = "/articles/figures/"  # the drawings that come with the articles
MEDIA_ROOT = env.text("MEDIA_ROOT", default=str(BASE_DIR / "var" / "media"))
PICTURES = {"USE_PLACEHOLDERS": False, "PROCESSOR": "articles.tasks.queue_sizes"}

# ── contact ───────────────────────────────────────────────────────────────────
# Who is told that somebody wrote or wants to be called; empty: the front desk.
CONTACT_REQUEST_RECIPIENTS = env.addresses("CONTACT_REQUEST_RECIPIENTS")

# ── payments: off until Stripe's key is here ──────────────────────────────────
_payments = payment_settings(debug=DEBUG)
STRIPE_SECRET_KEY = _payments.secret_key
STRIPE_WEBHOOK_SECRETS = _payments.webhook_secrets
STRIPE_STATEMENT_TEXT = _payments.statement_text
STRIPE_API_URL = ""  # only tests name another

# ── newsletter: how it is sent ────────────────────────────────────────────────────────────────
NEWSLETTER_FROM_EMAIL = env.text("NEWSLETTER_FROM_EMAIL", default=DEFAULT_FROM_EMAIL)
NEWSLETTER_RETURN_PATH = env.text("NEWSLETTER_RETURN_PATH")
NEWSLETTER_DKIM_KEY = env.text("NEWSLETTER_DKIM_KEY")
NEWSLETTER_DKIM_SELECTOR = env.text("NEWSLETTER_DKIM_SELECTOR", default="news")
# How fast all workers are together; 0: as fast as the server.
NEWSLETTER_PER_SECOND = env.number("NEWSLETTER_PER_SECOND", default=0)
NEWSLETTER_PER_HOUR = env.number("NEWSLETTER_PER_HOUR", default=0, most=10**9)
NEWSLETTER_PER_DOMAIN = env.number("NEWSLETTER_PER_DOMAIN", default=0)
NEWSLETTER_WARM_UP_FROM = env.date("NEWSLETTER_WARM_UP_FROM")
DNS_SERVER = ""  # `host:port`; only tests name one, otherwise that of the system
# Words that no subject may hold, instead of those in newsletter.issues.checks.
NEWSLETTER_FORBIDDEN_WORDS = env.words("NEWSLETTER_FORBIDDEN_WORDS")

# ── newsletter: who gets it ───────────────────────────────────────────────────
# When more of an issue than this bounces as dead addresses, staff look first.
NEWSLETTER_HELD_PERCENT = env.number("NEWSLETTER_HELD_PERCENT", default=5, least=1, most=100)
# So many issues in a row bounce for a passing reason, then no more are sent there.
NEWSLETTER_SOFT_BOUNCES = env.number("NEWSLETTER_SOFT_BOUNCES", default=5, least=1, most=100)
# Addresses that were never confirmed are forgotten so long after their link ended.
NEWSLETTER_UNCONFIRMED_DAYS = env.number("NEWSLETTER_UNCONFIRMED_DAYS", default=30, most=3650)
# Reports of mail that bounced: by webhook of a provider, or in a mailbox that we read.
NEWSLETTER_WEBHOOK_SECRET = env.credentials("NEWSLETTER_WEBHOOK_SECRET")
MAILGUN_WEBHOOK_SIGNING_KEY = env.text("MAILGUN_WEBHOOK_SIGNING_KEY")
NEWSLETTER_BOUNCE_MAILBOX = env.mailbox("NEWSLETTER_BOUNCE_MAILBOX")

# ── limits: how often one network may do what writes or sends; the others follow in proportion ──
LIMITS = (
    in_proportion(limits.BOOKINGS, env.rate("LIMIT_BOOKINGS", default="30/day"))
    | in_proportion(limits.LINKS, env.rate("LIMIT_LINKS", default="20/hour"))
    | in_proportion(limits.COMMENTS, env.rate("LIMIT_COMMENTS", default="20/day"))
    | in_proportion(limits.CONTACT, env.rate("LIMIT_CONTACT", default="10/day"))
    | in_proportion(limits.NEWSLETTER, env.rate("LIMIT_NEWSLETTER", default="20/day"))
    | in_proportion(limits.SIGN_IN, env.rate("LIMIT_SIGN_IN", default="5/5minutes"))
    | in_proportion(limits.PORTAL, env.rate("LIMIT_PORTAL", default="30/hour"))
    | in_proportion(limits.MAILS, env.rate("LIMIT_MAILS", default="600/hour"))
    | in_proportion(limits.TEXTS, env.rate("LIMIT_TEXTS", default="600/hour"))
    | in_proportion(limits.API, env.rate("LIMIT_API", default="600/minute"))
)
RETRY_AFTER_SECONDS = 600

# ── staff: sign-in by e-mail, password and a second factor ─────────────────────
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG  # http://localhost
# A page of the admin that does not say which records it shows; in production it is recorded so.
AUDIT_RAISES_UNDECLARED = DEBUG

# ── language and time: stored in UTC, shown in the reader's zone ───────────────
# Each in its own words, as the switch of the pages says it. The default language has no prefix in
# addresses; where something has no words in another language, it is shown in the default one.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["curednation.formats"]
USE_TZ = True
TIME_ZONE = "UTC"
MODELTRANS_ADD_FIELD_HELP_TEXT = False
PHONENUMBER_DEFAULT_REGION = "US"

# ── static files ──────────────────────────────────────────────────────────────
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
# In development files are served from where they lie; a deployment runs collectstatic.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": env.media_storage("MEDIA_STORAGE_URL"),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "curednation.static_files.Storage"
    },
}

# ── https and cookies ─────────────────────────────────────────────────────────
SECURE_SSL_REDIRECT = not DEBUG
SECURE_REDIRECT_EXEMPT = [
    r"^healthz$",
    r"^readyz$",
    r"^metrics$",
]  # asked from inside, past the proxy
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 60 * 60
# What else runs under the domain, and browsers' preload list, are the owner's to know: a browser
# that was told keeps to it for a year, whatever is said later.
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.flag("HSTS_PRELOAD", default=False)
if SECURE_HSTS_PRELOAD and not SECURE_HSTS_INCLUDE_SUBDOMAINS:
    refuse("HSTS_PRELOAD", "is on without HSTS_SUBDOMAINS: the list takes whole domains only.")
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # see above
COOKIE_PREFIX = "" if DEBUG else "__Host-"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}django_language"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEBUG

# ── logs: on stderr, and nothing in them about a person ───────────────────────
LOGGING = logs.configuration(level=LOG_LEVEL, whole=DEBUG, form=LOG_FORMAT)


if not DEBUG:
    refuse_unsafe(vars())

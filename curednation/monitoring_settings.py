"""What the environment sets of logs, metrics, error reports and alerts: a part of the settings.

The settings take in every name of this module.
"""

from pathlib import Path

from core.environment import Environment, refuse
from curednation import logs

env = Environment()

# What is looked at, in the order in which it is shown. Database, broker and cache come before.
HEALTH_CHECKS = [
    "core.monitoring.processes.check_workers",
    "core.monitoring.processes.check_beat",
    "core.mail.health_checks.check_waiting",
    "core.mail.health_checks.check_held",
    "core.sms.health_checks.check_waiting",
    "core.sms.health_checks.check_provider",
    "core.monitoring.processes.check_tasks",
    "newsletter.health_checks.check_issues",
    "newsletter.health_checks.check_uncertain",
    "core.webhooks.health_checks.check_endpoints",
    "visits.health_checks.check_rooms",
    "payments.health_checks.check_payments",
    "core.monitoring.machine.check_disk",
    "core.images.health_checks.check_storage",
    "core.monitoring.machine.check_clock",
    "core.monitoring.machine.check_certificate",
    "core.monitoring.machine.check_backup",
    "core.monitoring.processes.check_watch",
]

# ── logs: see also LOG_LEVEL ──
LOG_FORMAT = env.choice("LOG_FORMAT", logs.FORMATS, default="text")
# A line for each request: its route, never its path, with status and time.
LOG_REQUESTS = env.flag("LOG_REQUESTS", default=False)

# ── who is told, by `manage.py watch` and by no worker ──
ALERT_EMAIL = env.addresses("ALERT_EMAIL")
ALERT_EMAIL_SERVER = env.email(
    "ALERT_EMAIL_URL", default=env.text("EMAIL_URL") or "smtp://127.0.0.1"
)
ALERT_WEBHOOK_URL = env.web_address("ALERT_WEBHOOK_URL")
ALERT_AFTER_MINUTES = env.number("ALERT_AFTER_MINUTES", default=5, least=0, most=24 * 60)
# Asked after each turn of `watch`: a service that expects it tells when it stays away.
ALERT_PING_URL = env.web_address("ALERT_PING_URL")
# What was told, so that a restart tells nothing twice. Not in the database, which may be away.
ALERT_STATE_FILE = env.text("ALERT_STATE_FILE", default="var/alerts.json")

# ── what is measured; without a token nothing is, and nobody is answered ──
METRICS_TOKEN = env.text("METRICS_TOKEN")
PROMETHEUS_MULTIPROC_DIR = env.text("PROMETHEUS_MULTIPROC_DIR")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    refuse("METRICS_TOKEN", "is too easy to guess: write 20 random characters or more.")
if METRICS_TOKEN and not PROMETHEUS_MULTIPROC_DIR:
    refuse(
        "PROMETHEUS_MULTIPROC_DIR",
        "is not set: name a folder, empty at the start of the machine, that web and workers share.",
    )
if METRICS_TOKEN:
    try:
        Path(PROMETHEUS_MULTIPROC_DIR).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse("PROMETHEUS_MULTIPROC_DIR", f"cannot be made: {error.strerror}.")

# ── errors: to a server that speaks Sentry's protocol, without anything of a request ──
SENTRY_DSN = env.web_address("SENTRY_DSN")

"""How Celery runs tasks, and what beat starts when: settings that no environment changes.

The settings take in every name of this module.
"""

from typing import Any

from celery.schedules import crontab

from core.worker_queues import WorkerQueues

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
# A broker that is dead or hangs may cost a visitor one second, not forty: no retry, short timeouts.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 0}
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A worker that has lost its broker looks for it until it is back, however long that takes, and
# whatever the broker says meanwhile: that it is full, that it is loading.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
# A silent RabbitMQ is noticed after 20 seconds. (Redis is asked by time-outs of its own.)
CELERY_BROKER_HEARTBEAT = 10
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Tasks go on meanwhile: killed in the middle of a mail they would leave it in doubt. They are told
# to workers once more, which does no harm.
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_BEAT_SCHEDULER = "curednation.beat:OneScheduler"
CELERY_TIMEZONE = "UTC"
# Seconds between two runs, or a time of day in UTC. What is due every minute expires before the
# next: after a pause it runs once.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "mail-sweep": {
        "task": "core.mail.tasks.sweep",
        "schedule": 30,
        "options": {"expires": 25},
    },
    "texts-sweep": {
        "task": "core.sms.tasks.sweep",
        "schedule": 30,
        "options": {"expires": 25},
    },
    "holidays": {
        "task": "appointments.tasks.follow_holidays",
        "schedule": crontab(hour=7, minute=10),
    },
    "reminders": {
        "task": "appointments.tasks.write_reminders",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "daily-digests": {
        "task": "appointments.tasks.write_daily_digests",
        "schedule": 300,
        "options": {"expires": 240},
    },
    "waitlist": {
        "task": "appointments.tasks.offer_freed_times",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "conflict-decisions": {
        "task": "appointments.tasks.carry_out_decisions",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "day-counts": {
        "task": "appointments.tasks.keep_day_counts",
        "schedule": crontab(hour=8, minute=30),
    },
    "waitlist-purge": {
        "task": "appointments.tasks.purge_waitlist",
        "schedule": crontab(hour=8, minute=40),
    },
    "patients-forget": {
        "task": "appointments.tasks.forget_patients",
        "schedule": crontab(hour=8, minute="50-59"),  # each turn some, so that none is long
    },
    "staff-purge": {
        "task": "core.staff.tasks.purge",
        "schedule": crontab(hour=9, minute=10),
    },
    "holds-purge": {"task": "appointments.tasks.purge_abandoned_holds", "schedule": 600},
    "articles-publish": {"task": "articles.tasks.publish_due", "schedule": 60},
    "articles-tidy": {"task": "articles.tasks.make_missing_sizes", "schedule": 600},
    "articles-review-due": {
        "task": "articles.tasks.email_review_reminders",
        "schedule": crontab(hour=14, minute=0),
    },
    "comments-tell": {"task": "articles.tasks.email_moderators", "schedule": 300},
    "comments-purge": {
        "task": "articles.tasks.purge_comments",
        "schedule": crontab(hour=9, minute=0),
    },
    "contact-tell": {
        "task": "contact.tasks.email_front_desk",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "contact-purge": {"task": "contact.tasks.purge", "schedule": crontab(hour=9, minute=50)},
    "message-drafts-purge": {
        "task": "messaging.tasks.purge_drafts",
        "schedule": crontab(hour=9, minute=15),
    },
    "newsletter-sweep": {
        "task": "newsletter.tasks.sweep",
        "schedule": 30,
        "options": {"expires": 25},
    },
    "newsletter-bounces": {
        "task": "newsletter.tasks.read_bounces",
        "schedule": 300,
        "options": {"expires": 240},
    },
    "newsletter-erase-expired": {
        "task": "newsletter.tasks.erase_expired",
        "schedule": crontab(hour=8, minute=30),
    },
    "chain-seal": {
        "task": "core.staff.tasks.seal_chain",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "chain-head": {
        "task": "core.staff.tasks.send_chain_head",
        "schedule": crontab(hour=7, minute=30),
    },
    "mail-purge": {"task": "core.mail.tasks.purge", "schedule": crontab(hour=8, minute=20)},
    "texts-purge": {"task": "core.sms.tasks.purge", "schedule": crontab(hour=8, minute=25)},
    "rooms-close": {
        "task": "visits.tasks.close_rooms",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "portal-purge": {"task": "portal.tasks.purge", "schedule": crontab(minute=35)},
    "payments-reconcile": {
        "task": "payments.tasks.reconcile",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "payments-hear-missed": {
        "task": "payments.tasks.hear_missed",
        "schedule": 1800,
        "options": {"expires": 1700},
    },
    "payments-purge": {"task": "payments.tasks.purge", "schedule": crontab(hour=9, minute=55)},
    "webhooks-sweep": {
        "task": "core.webhooks.tasks.sweep",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "webhooks-purge": {
        "task": "core.webhooks.tasks.purge",
        "schedule": crontab(hour=9, minute=40),
    },
    "api-purge": {"task": "core.api.tasks.purge", "schedule": crontab(hour=9, minute=30)},
    "backup-changes": {
        "task": "curednation.tasks.record_changes",
        "schedule": 60,
        "options": {"expires": 50},
    },
    "monitoring-purge": {
        "task": "core.monitoring.tasks.purge",
        "schedule": crontab(hour=9, minute=20),
    },
}

# Long work for which nobody waits. Two of these at once would keep both processes of the clinic's
# worker, and its mail, for minutes.
LETTERS_WORK = (
    "newsletter.tasks.send_issue",
    "newsletter.tasks.read_bounces",
    "newsletter.tasks.read_list_upload",
    "articles.tasks.check_links",
    "articles.tasks.make_sizes",
    "articles.tasks.make_missing_sizes",
)


def routes(queues: WorkerQueues) -> dict[str, dict[str, str]]:
    """Return the queue of each task that does not belong to the clinic's own."""
    periodic = {
        entry["task"]: {"queue": queues.periodic} for entry in CELERY_BEAT_SCHEDULE.values()
    }
    return periodic | {task: {"queue": queues.letters} for task in LETTERS_WORK}


def heartbeats(queues: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return the entries by which the worker of each queue shows every minute that it works."""
    return {
        f"heartbeat-{name}": {
            "task": "core.monitoring.tasks.heartbeat",
            "args": [name],
            "schedule": 60,
            "options": {"queue": queue, "expires": 50},
        }
        for name, queue in queues.items()
    }

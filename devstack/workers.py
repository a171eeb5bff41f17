"""How workers and beat are started: for `make run`, for the tests, and in docs/deploy.md.

Each function returns what follows `python -m`.
"""

from django.conf import settings

CELERY = ("celery", "-A", "curednation")
# They need to know nothing of one another, and are ready a second earlier, after a lost broker too.
ALONE = ("--without-gossip", "--without-mingle")
# Twenty thousand letters may take a minute longer; a page that somebody waits for may not.
LETTERS_NICE = 10


def clinic() -> list[str]:
    """Take the clinic's mail, and what beat starts."""
    return [*CELERY, "worker", "--hostname", "clinic@%h", *ALONE]


def letters() -> list[str]:
    """Take issues of the newsletter, and other long work."""
    queue = settings.WORKER_QUEUES.letters
    return [*CELERY, "worker", "--hostname", "letters@%h", *ALONE, "--queues", queue]


def beat(schedule: str) -> list[str]:
    """Start what is due; `schedule` is the file that keeps when each task ran last."""
    return [*CELERY, "beat", "--schedule", schedule]

"""The Celery application. Every task is safe to run twice and takes ids, never personal data."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_after_setup, setup_logging, worker_init
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core import redis_transport
from curednation import process_signals  # noqa: F401  (connects itself)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curednation.settings")

redis_transport.use()
app = Celery("curednation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """The settings' LOGGING holds: Celery's own would print what a failed task was told."""


@celeryd_after_setup.connect
def keep_letters_apart(instance: Any, **_: object) -> None:
    """Let a worker take letters alone, or not at all: without `--queues` it is the clinic's."""
    queues = instance.app.amqp.queues
    queues.select(settings.WORKER_QUEUES.of_worker(queues.consume_from))


@worker_init.connect
@beat_init.connect
def refuse_the_owners_password(**_: object) -> None:
    """End a worker that could act as the owner of the tables."""
    from curednation import production  # it needs the settings, which are read by now

    try:
        production.refuse_the_owners_password()
    except ImproperlyConfigured as error:
        raise SystemExit(str(error)) from None  # Celery would log anything else, and go on

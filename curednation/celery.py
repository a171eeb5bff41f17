"""The Celery application. Every task is safe to run twice and takes ids, never personal data."""

import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curednation.settings")

app = Celery("curednation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """The settings' LOGGING holds: Celery's own would print what a failed task was told."""

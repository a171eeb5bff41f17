"""The Celery application. Every task is safe to run twice and takes ids, never personal data."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "curednation.settings")

app = Celery("curednation")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

"""A staff login for development."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

EMAIL, PASSWORD = "manager@example.org", "dawn-over-quiet-pines"


class Command(BaseCommand):
    help = "Make a staff account with a well-known password. Development only."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("This account has a well-known password: it is for DEBUG only.")
        users = get_user_model()._default_manager
        if not users.filter(email__iexact=EMAIL).exists():
            users.create_superuser(email=EMAIL, password=PASSWORD, name="Demo Manager")

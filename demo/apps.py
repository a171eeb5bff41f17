"""The app of the demonstration. Development only."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DemoConfig(AppConfig):
    """An invented clinic to look at."""

    name = "demo"
    label = "demo"
    verbose_name = _("Demo clinic")
    default_auto_field = "django.db.models.BigAutoField"

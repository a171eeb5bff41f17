"""The app of the practice itself: its names, phone and address."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PracticeConfig(AppConfig):
    """Its table is `practice_practice`."""

    name = "core.practice"
    label = "practice"
    verbose_name = _("The practice")
    default_auto_field = "django.db.models.BigAutoField"

"""The app of what people write to the clinic, and of whom it shall call back."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ContactConfig(AppConfig):
    """Its one table holds what was sent by the page Contact."""

    name = "contact"
    label = "contact"
    verbose_name = _("Contact")
    default_auto_field = "django.db.models.BigAutoField"

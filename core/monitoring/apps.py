"""The app that looks whether the site does its work, and says so when it does not."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MonitoringConfig(AppConfig):
    """Its tables hold when processes were last alive, what failed, and when backups were made."""

    name = "core.monitoring"
    label = "monitoring"
    verbose_name = _("Status")
    default_auto_field = "django.db.models.BigAutoField"

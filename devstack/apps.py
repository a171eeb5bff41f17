from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DevstackConfig(AppConfig):
    """Embedded services, `make run` and the mail of development."""

    name = "devstack"
    label = "devstack"
    verbose_name = _("Development services")
    default_auto_field = "django.db.models.BigAutoField"

"""The app of staff: accounts, roles and the audit trail."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """Listens to sign-ins from when Django starts."""

    name = "core.staff"
    label = "staff"
    verbose_name = _("Staff")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from core.staff.accounts import sign_in_events

        sign_in_events.connect()

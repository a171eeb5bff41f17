"""The app of what visits cost, what was paid, and what was given back."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    """Hears what becomes of appointments, so that what they cost is asked for in time."""

    name = "payments"
    label = "payments"
    verbose_name = _("Payments")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to the workflow of booking, which knows nothing of money."""
        from appointments.booking import visit_events
        from payments import in_portal, kept_records  # noqa: F401  (it registers what it shows)
        from payments.collection import followed_visits

        visit_events.changed.connect(followed_visits.follow, dispatch_uid="payments")
        kept_records.register()

"""The app of the visit itself: the room in the browser, and what is written down around it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    """Hears what becomes of appointments, so that whoever waits in a room is told."""

    name = "visits"
    label = "visits"
    verbose_name = _("Visits")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to the workflow of booking, which knows nothing of rooms."""
        from appointments.booking import presence, visit_events
        from appointments.emails import visit_emails
        from visits import changed_appointments, kept_records
        from visits.fhir import parts
        from visits.intake import plans

        visit_events.changed.connect(changed_appointments.tell, dispatch_uid="visits")
        presence.register(changed_appointments.had_come)
        visit_emails.register_questions(plans.has_open_steps)
        kept_records.register()
        parts.register()

"""A handful of e-mails in the outbox, as if they had been sent; the last one failed."""

from datetime import datetime, timedelta

from appointments.emails import visit_emails, visit_outbox
from appointments.models import Appointment
from core.mail.models import EmailStatus, OutgoingEmail
from core.practice.models import Practice
from demo import patients as people

REFUSED = "550 5.1.1 The mailbox does not exist. Please check for a spelling error."
COUNT = 7


def create_mails(now: datetime) -> None:
    """Write the confirmations of the next day with visits, once, and hand them to no worker.

    The worker is told of them and finds them settled: nothing goes out.
    """
    midnight = now.astimezone(Practice.current().zone).replace(hour=0, minute=0, second=0)
    tomorrow = midnight.replace(microsecond=0) + timedelta(days=1)
    ours = Appointment.objects.upcoming(now).filter(patient__email__endswith=people.DOMAIN)
    visits = ours.filter(starts_at__gte=tomorrow).select_related("provider", "service", "patient")
    for place, visit in enumerate(visits.order_by("starts_at", "pk")[:COUNT]):
        visit_emails.confirmation(visit)  # their providers need no mail
        failed = {"status": EmailStatus.FAILED, "last_error": REFUSED}
        sent = {"status": EmailStatus.SENT, "sent_at": visit.created + timedelta(minutes=4)}
        OutgoingEmail.objects.about(visit_outbox.about(visit)).filter(
            status=EmailStatus.WAITING
        ).update(
            attempts=1,
            due_at=None,
            created_at=visit.created + timedelta(minutes=3),
            **(failed if place == COUNT - 1 else sent),
        )

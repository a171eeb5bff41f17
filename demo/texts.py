"""A handful of texts, as if they had been sent; the last one met a landline."""

from datetime import datetime, timedelta
from decimal import Decimal

from appointments.emails import visit_outbox, visit_texts
from appointments.models import Appointment
from core import sms
from core.outbox.rows import OutboxStatus
from core.sms import consents, phone_states
from core.sms.models import OutgoingText, PhoneState
from demo import patients as people

COUNT = 5
LANDLINE = "30006 Landline or unreachable carrier"


def create_texts(now: datetime) -> None:
    """Let the patients of the next visits have agreed to texts, and have their confirmations.

    Once, and where this machine sends texts at all. A worker finds them settled: nothing goes out.
    """
    if not sms.is_configured():
        return
    ours = Appointment.objects.upcoming(now).filter(patient__email__endswith=people.DOMAIN)
    visits = ours.filter(starts_at__gte=now + timedelta(days=2)).order_by("starts_at", "pk")
    for place, visit in enumerate(visits.select_related("patient")[:COUNT]):
        if visit.by_text:
            continue
        about = visit_outbox.about(visit)
        consents.give(visit.phone, language=visit.language, page="appointments:details")
        Appointment.objects.filter(pk=visit.pk).update(by_text=True)
        visit.by_text = True
        visit_texts.booked(visit, about=about)
        _settle(visit, about, arrived=place < COUNT - 1)


def _settle(visit: Appointment, about: str, *, arrived: bool) -> None:
    sent = visit.created + timedelta(minutes=4)
    became: dict[str, object] = {"delivered_at": sent} if arrived else {"undelivered_at": sent}
    if not arrived:
        became["undelivered_reason"] = LANDLINE
        phone_states.record_unreachable(visit.phone, PhoneState.Unreachable.LANDLINE)
    OutgoingText.objects.about(about).filter(status=OutboxStatus.WAITING).update(
        status=OutboxStatus.SENT,
        attempts=1,
        due_at=None,
        created_at=visit.created + timedelta(minutes=3),
        sent_at=sent,
        cost=Decimal("0.0083"),
        **became,
    )

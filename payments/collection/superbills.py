"""Issuing superbills: the codes are those that staff have typed, and nothing is filled in."""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.db.models import Sum

from appointments.models import Appointment, Status
from appointments.scheduling.states import STATES
from core.database import database_time
from payments.models import Payment, PracticeBilling, ProviderBilling, Refund, Superbill

AT_HOME, ELSEWHERE = "10", "02"  # where the patient was: places of service for telehealth


class NothingToBill(Exception):
    """No superbill of a visit that did not take place, or has no patient any more."""


@dataclass(frozen=True)
class BilledLine:
    """One service, with its code and what it costs."""

    code: str
    modifiers: list[str]
    description: str
    units: int
    cents: int


@transaction.atomic
def issue(
    appointment: Appointment,
    *,
    lines: list[BilledLine],
    diagnoses: list[str],
    place_of_service: str,
    by: str,
) -> Superbill:
    """Issue one, in the place of the one before. Raises NothingToBill."""
    visits = Appointment.objects.select_for_update(of=["self"], no_key=True)
    visit = visits.select_related("patient", "provider").get(pk=appointment.pk)
    if visit.status != Status.COMPLETED or visit.patient is None:
        raise NothingToBill
    now = database_time.now()
    Superbill.objects.standing().filter(appointment=visit).update(revoked_at=now)
    own = ProviderBilling.objects.filter(provider=visit.provider_id).first()
    practice = PracticeBilling.current()
    content = {
        "patient": str(visit.patient),
        "birth_date": visit.patient.birth_date.isoformat(),
        "provider": f"{visit.provider.name}, {visit.provider.credentials}".rstrip(", "),
        "provider_npi": own.npi if own else "",
        "practice_npi": practice.npi,
        "tax_id": practice.tax_id,
        "service_date": visit.local_start.date().isoformat(),
        "state": STATES[visit.state].name,
        "place_of_service": place_of_service,
        "diagnoses": diagnoses,
        "lines": [asdict(line) for line in lines],
        "paid_cents": paid_for(visit),
    }
    return Superbill.objects.create(
        appointment=visit, content=content, issued_by=by[:80], issued_at=now
    )


def revoke(bill: Superbill) -> None:
    """Take it back: the patient finds it no more."""
    Superbill.objects.standing().filter(pk=bill.pk).update(revoked_at=database_time.now())


def paid_for(visit: Appointment) -> int:
    """Return how many cents the patient has paid for the visit itself, less what was given back."""
    own = Payment.objects.made().filter(charge__appointment=visit, charge__kind="visit")
    own = own.exclude(method=Payment.Method.INSURANCE)
    paid = own.aggregate(sum=Sum("amount_cents"))["sum"] or 0
    given = Refund.objects.filter(payment__in=own, status=Refund.Status.SUCCEEDED)
    return paid - (given.aggregate(sum=Sum("amount_cents"))["sum"] or 0)

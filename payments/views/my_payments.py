"""Inside the patient's account: what is to pay and what was paid, of all visits that it may see."""

from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from payments.models import Charge
from portal.access import account_required
from portal.requests import PortalRequest

AT_ONCE = 20


@dataclass(frozen=True)
class Row:
    """What the list says of one charge."""

    charge: Charge
    when: datetime
    who: str  # for whom it was, where the account sees several people
    url: str


@require_safe
@account_required
def my_payments(request: PortalRequest) -> HttpResponse:
    """List what is to pay, and what was paid, the newest first."""
    rows = charges_of(request).exclude(status=Charge.Status.OPEN).order_by("-created_at", "-pk")
    shown = rows.exclude(status=Charge.Status.WAIVED, payments=None).distinct()
    page = Paginator(shown, AT_ONCE).get_page(request.GET.get("p"))
    several = len(request.account.record_pks) > 1
    context = {
        "to_pay": [row_of(charge, several=several) for charge in open_charges(request)],
        "past": [row_of(charge, several=several) for charge in page],
        "page": page,
    }
    return render(request, "payments/my_payments.html", context)


def charges_of(request: PortalRequest) -> QuerySet[Charge]:
    """Return the charges of all visits that this account may see."""
    visits = {
        "appointment__patient__in": request.account.record_pks,
        "appointment__erased_at": None,
    }
    return Charge.objects.filter(**visits).select_related("appointment__patient")


def open_charges(request: PortalRequest) -> list[Charge]:
    """Return what is to pay, the oldest first; asked once for a request."""
    found: list[Charge] | None = getattr(request, "_open_charges", None)
    if found is None:
        found = list(charges_of(request).open().order_by("created_at", "pk"))  # type: ignore[attr-defined]
        request._open_charges = found  # type: ignore[attr-defined]
    return found


def row_of(charge: Charge, *, several: bool) -> Row:
    """Return its row; `several`: the account sees more people than one."""
    visit = charge.appointment
    who = visit.patient.short_name if several and visit.patient else ""
    return Row(charge, visit.local_start, who, reverse("payments:my_visit", args=[visit.pk]))

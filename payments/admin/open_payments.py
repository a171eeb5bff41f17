"""The desk's list of what is to pay, and of what somebody has to look at."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.models import Appointment, Status
from core.database import database_time
from core.staff.audit import disclosures
from core.staff.urgency import Urgency
from payments.admin.rights import CHANGE, VIEW
from payments.models import Charge, Payment, Refund
from payments.stripe_client import is_configured

PAGE = "admin/payments/open.html"
AT_ONCE = 25
LOOKED_AT_FOR = timedelta(days=30)
OFF = (Status.CANCELLED, Status.EXPIRED, Status.RELEASED)


def to_pay() -> QuerySet[Charge]:
    """Return what is owed and nobody is paying, the oldest first."""
    under_way = Payment.objects.under_way().filter(charge=OuterRef("pk"))
    return Charge.objects.open().filter(~Exists(under_way)).order_by("created_at", "pk")


def under_way() -> QuerySet[Charge]:
    """Return those of which a payment or a refund is under way."""
    payments = Payment.objects.under_way().filter(charge=OuterRef("pk"))
    refunds = Refund.objects.filter(payment__charge=OuterRef("pk"), status=Refund.Status.STARTED)
    return Charge.objects.filter(Exists(payments) | Exists(refunds)).order_by("created_at", "pk")


def to_look_at() -> QuerySet[Charge]:
    """Return what was paid of visits that are off, paid twice, disputed, or not given back.

    Of late: who has looked and leaves it so need not say so.
    """
    since = database_time.now() - LOOKED_AT_FOR
    payments = Payment.objects.filter(charge=OuterRef("pk"))
    twice = payments.filter(status=Payment.Status.EXTRA).exclude(
        refunds__status=Refund.Status.SUCCEEDED
    )
    disputed = payments.filter(disputed_at__gt=since)
    again = Refund.objects.standing().filter(payment=OuterRef("payment"), pk__gt=OuterRef("pk"))
    refunds = Refund.objects.filter(payment__charge=OuterRef("pk"), settled_at__gt=since)
    failed = refunds.filter(~Exists(again), status=Refund.Status.FAILED)
    off = Q(
        status=Charge.Status.PAID,
        kind=Charge.Kind.VISIT,
        settled_at__gt=since,
        appointment__status__in=OFF,
    )
    found = Charge.objects.filter(off | Exists(twice) | Exists(disputed) | Exists(failed))
    return found.order_by("created_at", "pk")


LISTS: dict[str, tuple[str | Promise, Callable[[], QuerySet[Charge]]]] = {
    "": (_("To pay"), to_pay),
    "look": (_("To look at"), to_look_at),
    "under-way": (_("Under way"), under_way),
}


@admin.site.register_page("payments/open/")  # type: ignore[attr-defined]  # our site: core.staff
def payments_open(request: HttpRequest) -> HttpResponse:
    """List what is to pay, or to look at, or under way; what can be done stands on each page."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    here = request.GET.get("show", "")
    here = here if here in LISTS else ""
    rows = LISTS[here][1]().visible_to(request.user)  # type: ignore[attr-defined]  # our queryset
    rows = rows.select_related("appointment__patient", "appointment__service")
    page = Paginator(rows.prefetch_related("payments"), AT_ONCE).get_page(request.GET.get("p"))
    context = admin.site.each_context(request) | {
        "title": _("Payments"),
        "opts": Appointment._meta,
        "here": here,
        "lists": [(name, words) for name, (words, _rows) in LISTS.items()],
        "page": page,
        "rows": [_row(charge) for charge in page],
    }
    visits = [charge.appointment for charge in page]
    return disclosures.declare(TemplateResponse(request, PAGE, context), visits)


def _row(charge: Charge) -> dict[str, Any]:
    visit, zone = charge.appointment, practice_time.zone()
    failed = [each for each in charge.payments.all() if each.status == Payment.Status.FAILED]
    return {
        "charge": charge,
        "visit": visit,
        "when": practice_time.format_short_datetime(visit.starts_at, zone),
        "has_failed": bool(failed),
        "hears_nothing": not (visit.email or visit.by_text),
        "is_disputed": any(each.disputed_at for each in charge.payments.all()),
        "is_twice": any(each.status == Payment.Status.EXTRA for each in charge.payments.all()),
        "is_off": visit.status in OFF,
    }


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def payments_panel(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Say on the first page what is to look at, and how much is to pay. It names nobody."""
    if not request.user.has_perm(CHANGE) or not is_configured():
        return None
    counts = {"to_pay": to_pay().count(), "to_look_at": to_look_at().count(), "records": ()}
    return ("admin/payments/_panel.html", counts) if any(counts.values()) else None


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def payments_to_do(request: HttpRequest) -> QuerySet[Charge] | None:
    """Return what somebody has to look at."""
    may = request.user.has_perm(CHANGE) and is_configured()
    return to_look_at() if may else None


@admin.site.register_menu_link  # type: ignore[attr-defined]  # our site: core.staff
def payments_link(request: HttpRequest) -> tuple[str, Any] | None:
    """Lead to the list from the person's menu."""
    may = request.user.has_perm(VIEW) and is_configured()
    return ("payments_open", _("Payments")) if may else None

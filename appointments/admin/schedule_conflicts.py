"""Before a change of hours, licenses or providers is saved: which booked visits are in conflict.

The change is made in a transaction and the visits are looked at as they would stand then. If it
causes any, it is rolled back and staff choose what becomes of each, or of groups where there are
many. The second time the change and what was chosen are one transaction: both, or neither. What was
chosen for groups is carried out afterwards: see `conflicts.decisions`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from appointments.admin import conflict_resolution, practice_time, workflow_actions
from appointments.admin.conflict_resolution import (
    CHOICES_FOR_ALL,
    PREFIX,
    ChoiceRefused,
    Group,
    Row,
)
from appointments.booking import holds, staff_booking
from appointments.conflicts import decisions, detection
from appointments.conflicts.detection import CAN_BE_KEPT, Why
from appointments.models import Appointment
from core.staff.audit import disclosures
from core.staff.urgency import Urgency
from core.validation.primary_keys import parse_keys

PAGE = "admin/appointments/conflicts.html"
PANEL = "admin/appointments/_conflicts_panel.html"
SHOWN = 10


def before_saving(
    model_admin: ModelAdmin,
    request: HttpRequest,
    save: Callable[[], HttpResponse],
    *,
    provider: int | None = None,
) -> HttpResponse:
    """Return what `save` answers, or the page of the conflicts it would cause, nothing saved.

    `provider` limits it to the visits of one, where the change can concern no other. Providers are
    locked while the change is tried, which is a moment. The page is made after that.
    """
    if request.method != "POST":
        return save()
    error = ""
    with transaction.atomic():
        # Visits may be moved to anybody; while there is nothing to move, only one is concerned.
        staff_booking.lock_everyone(None if _is_decided(request) else provider)
        was, held = detection.all_of(provider), detection.holds(provider)
        response = save()
        if response.status_code != 302:
            return response  # the form has errors, or asks whether to delete
        holds.revoke([pk for pk, _why in detection.holds(provider) - held])
        found = dict(detection.all_of(provider) - was)
        if not found:
            return response
        if not request.user.has_perm("appointments.view_appointment"):
            raise PermissionDenied  # the change would show them visits
        if _is_decided(request):
            error = _try_to_resolve(model_admin, request, found)
            if not error:
                return response
        transaction.set_rollback(True)
    choices = _choices_beside(save, request, found)
    _forget_messages(request)
    return _page(model_admin, request, choices, error, carried=list(_typed(request)))


def _is_decided(request: HttpRequest) -> bool:
    """Whether choices were sent, and not only the wish to see some visits one by one."""
    return f"{PREFIX}all" in request.POST and f"{PREFIX}show" not in request.POST


def _try_to_resolve(model_admin: ModelAdmin, request: HttpRequest, found: Mapping[int, Why]) -> str:
    """Carry out what was chosen, or nothing of it; returns why it could not be."""
    with transaction.atomic():
        error = _resolve(model_admin, request, conflict_resolution.rows_of(found))
        transaction.set_rollback(bool(error))
    return error


def _resolve(model_admin: ModelAdmin, request: HttpRequest, rows: list[Row]) -> str:
    """Carry out what was chosen. Returns why it could not be: then the caller must roll back."""
    if not request.user.has_perm("appointments.change_appointment"):
        raise PermissionDenied
    reason = request.POST.get(f"{PREFIX}reason", "").strip()[:200]
    try:
        conflict_resolution.read_choices(rows, request.POST)
        conflict_resolution.apply_choices(
            rows, by=workflow_actions.changed_by(request), reason=reason
        )
    except ChoiceRefused as refused:
        return str(refused)
    done = [row for row in rows if row.chosen != conflict_resolution.LATER]
    if len(rows) > conflict_resolution.MOST_SINGLE:
        # A row for each would take longer than the change, under its locks.
        pks = [row.visit.pk for row in done]
        model_admin.record_many(request, "act:conflicts", Appointment, pks)  # type: ignore[attr-defined]  # guarded_admin
        text = _now("The change is saved. %d visits are being settled: it takes a few minutes.")
        if decisions.waiting():
            messages.success(request, text % len(done))
        return ""
    for row in done:
        model_admin.log_change(request, row.visit, _now("It could not take place as booked"))
    if done:
        text = ngettext("%d visit is settled.", "%d visits are settled.", len(done))
        messages.success(request, text % len(done))
    return ""


def _forget_messages(request: HttpRequest) -> None:
    """Drop "was changed successfully": it was not. Iterating would still show it on this page."""
    storage: Any = messages.get_messages(request)
    storage._queued_messages.clear()


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Yield what was typed into the form, to send it once more with the choices."""
    for name, values in request.POST.lists():
        if name != "csrfmiddlewaretoken" and not name.startswith(PREFIX):
            yield from ((name, str(value)) for value in values)


class Choices(NamedTuple):
    """All visits in conflict; of them those to decide one by one, with times, and the groups."""

    rows: list[Row]
    singles: list[Row]
    groups: list[Group]


def _choices(request: HttpRequest, found: Mapping[int, Why]) -> Choices:
    rows = conflict_resolution.rows_of(found)
    singles, groups = _singles_and_groups(request, rows)
    conflict_resolution.offer_moves(singles)
    for row in singles:
        row.chosen = request.POST.get(row.name, "")
    return Choices(rows, singles, groups)


def _choices_beside(
    save: Callable[[], HttpResponse], request: HttpRequest, found: Mapping[int, Why]
) -> Choices:
    """Return the choices while the change stands once more: a time that it closes is none of them.

    Looking up takes its time, so nobody is locked; what is chosen is looked at again under locks.
    """
    with transaction.atomic():
        save()
        choices = _choices(request, found)
        transaction.set_rollback(True)
    return choices


def _page(
    model_admin: ModelAdmin,
    request: HttpRequest,
    choices: Choices,
    error: str = "",
    *,
    carried: Iterable[tuple[str, str]] = (),
) -> HttpResponse:
    rows, singles, groups = choices
    if error:
        conflict_resolution.mark_new(rows, request.POST)
    context = model_admin.admin_site.each_context(request) | {
        "title": _("Booked visits that this disturbs")
        if carried
        else _("Visits that cannot take place as booked"),
        "opts": Appointment._meta,
        "rows": singles,
        "groups": groups,
        "count": len(rows),
        "most": conflict_resolution.MOST_SINGLE,
        "seen": ",".join(str(row.visit.pk) for row in rows),
        "singles": ",".join(str(row.visit.pk) for row in singles),
        "for_all": [
            (value, label)
            for value, label in CHOICES_FOR_ALL.items()
            if value != conflict_resolution.KEEP or any(row.why in CAN_BE_KEPT for row in rows)
        ],
        "all": request.POST.get(f"{PREFIX}all", "each"),
        "reason": request.POST.get(f"{PREFIX}reason", ""),
        "carried": carried,
        "loses_file": bool(request.FILES),
        "waiting": decisions.waiting(),
        "error": error,
        "back": request.get_full_path(),
    }
    response = TemplateResponse(request, PAGE, context, status=409 if error else 200)
    return disclosures.declare(response, [row.visit for row in rows])


def _singles_and_groups(request: HttpRequest, rows: list[Row]) -> tuple[list[Row], list[Group]]:
    """Return the rows to decide one by one, and the groups of the others, where many."""
    if len(rows) <= conflict_resolution.MOST_SINGLE:
        return rows, []
    wanted = request.POST.getlist(f"{PREFIX}single") + request.POST.getlist(f"{PREFIX}singles")
    alone = parse_keys(wanted)
    singles = [row for row in rows if row.visit.pk in alone][: conflict_resolution.MOST_SINGLE]
    pks = {row.visit.pk for row in singles}
    rest = [row for row in rows if row.visit.pk not in pks]
    return singles, conflict_resolution.groups_of(rest, request.POST)


def conflicts_view(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Return the conflicts that nobody has resolved yet; a POST resolves them."""
    if not request.user.has_perm("appointments.view_appointment"):
        raise PermissionDenied
    error = ""
    if request.method == "POST" and _is_decided(request):
        with transaction.atomic():
            staff_booking.lock_everyone()
            error = _try_to_resolve(model_admin, request, detection.standing())
        if not error:
            return redirect("admin:appointments_appointment_conflicts")
    return _page(model_admin, request, _choices(request, detection.standing()), error)


@admin.site.register_panel(Urgency.NOW)  # type: ignore[attr-defined]  # our site: core.staff
def conflicts_panel(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """List the visits that cannot take place as booked. It names nobody."""
    if not request.user.has_perm("appointments.view_appointment"):
        return None
    found = detection.standing()
    if not found:
        return None
    zone = practice_time.zone()
    visits = list(Appointment.objects.filter(pk__in=found).order_by("starts_at")[:SHOWN])
    return PANEL, {
        "count": len(found),
        "more": len(found) - SHOWN,
        "records": visits,
        "rows": [
            (
                visit.pk,
                practice_time.format_short_datetime(visit.starts_at, zone),
                found[visit.pk].label,
            )
            for visit in visits
        ],
    }

"""What the pages of the desk and their parts have in common: the board laid out, and its words."""

from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, workflow_actions
from appointments.admin.desk import attention, board, scope, sections
from appointments.admin.desk.attention import Attention
from appointments.admin.desk.board import Board
from appointments.admin.desk.card_html import cards_html
from appointments.admin.desk.cards import Card, Steps
from appointments.admin.desk.scope import Scope
from appointments.admin.workflow_actions import (
    ACTIONS,
    CALLED,
    CHECK_IN,
    COMPLETE,
    NO_SHOW,
    UNDO,
)
from appointments.models import Appointment, Status
from appointments.scheduling import time_zones
from core.staff.audit import disclosures

# The steps that stand on the card itself. All others are behind "More".
ON_CARD = {
    Status.BOOKED: (CHECK_IN, NO_SHOW),
    Status.CHECKED_IN: (COMPLETE,),
    Status.COMPLETED: (UNDO,),
    Status.NO_SHOW: (UNDO,),
}
LABELS = {
    CHECK_IN: _("Check in"),
    COMPLETE: _("Complete"),
    NO_SHOW: _("No-show"),
    UNDO: _("Undo"),
}


class Shown(NamedTuple):
    """A board as it is at `now`, and the lists beside it, where today is on it."""

    board: Board
    attention: Attention | None
    now: datetime


def show(request: HttpRequest, found: Scope) -> Shown:
    """Read and lay out the board of that scope for this person."""
    read = found.read()
    is_today = read.now.astimezone(read.zone).date() in read.days
    beside = sections.shown(request, read.now) if is_today else []
    there = {visit.pk for section in beside for visit in section.visits}
    laid_out = board.lay_out(read, steps_of, there, heading_is_day=found.provider is not None)
    today = [column for column in laid_out.columns if column.is_today]
    cards = [card for column in today for card in column.cards]
    if not today:
        return Shown(laid_out, None, read.now)
    return Shown(laid_out, attention.of(cards, read.now, beside), read.now)


def steps_of(visit: Any, now: datetime) -> Steps:
    """Return name and label of each step that stands on the card of this visit now."""
    return tuple(
        (name, str(LABELS[name]))
        for name in ON_CARD.get(visit.status, ())
        if not workflow_actions.why_not(name, visit, now)
    )


def board_context(request: HttpRequest, found: Scope) -> dict[str, Any]:
    """Return what the templates of a board and of its parts need beside the board."""
    may_change = request.user.has_perm("appointments.change_appointment")
    sees_patients = request.user.has_perm("appointments.view_patient")
    return {
        "scope": found,
        "base": reverse("admin:appointments_appointment_changelist"),
        "may_change": may_change,
        "cards_html": partial(cards_html, may_change=may_change, sees_patients=sees_patients),
        "may_book": request.user.has_perm("appointments.add_appointment"),
        "may_close": request.user.has_perm("appointments.add_hoursexception"),
        "called": workflow_actions.CALLED,
        "no_show": workflow_actions.NO_SHOW,
        "undo": workflow_actions.UNDO,
    }


def stepped(
    request: HttpRequest, found: Scope, pk: int, *, said: str = "", offer_undo: bool = False
) -> HttpResponse:
    """Return what of the desk a change of this visit concerns, with what was said of it.

    `said` is the step, for a sentence with the patient's name; without it a message as it is.
    """
    laid_out, lists, _now = show(request, found)
    card = _card(laid_out, pk)
    notes = list(messages.get_messages(request))
    failed = any(note.level >= messages.ERROR for note in notes)
    context = board_context(request, found) | {
        "cards": [card] if card else [],
        "attention": lists,
        "notes": notes,
        "said": _words(said, card) if said and card and not failed else "",
        "undo_of": pk if offer_undo and card and not failed else None,
    }
    shown = ([card.visit] if card else []) + (lists.visits if lists else [])
    page = TemplateResponse(
        request, "admin/desk/_stepped.html", context, status=409 if failed else 200
    )
    return disclosures.declare(page, shown)


def _words(name: str, card: Card) -> str:
    """Return what has become of the visit: its status, or that its patient was called."""
    done = ACTIONS[name].label if name == CALLED else card.visit.get_status_display()
    return f"{card.who}: {done}"


def _card(laid_out: Board, pk: int) -> Card | None:
    cards = (card for column in laid_out.columns for card in column.cards)
    return next((card for card in cards if card.visit.pk == pk), None)


def board_context_of_visit(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    """Return what a dialog about a visit says of it. `request` names the board in `scope`."""
    if visit.patient_id is None:
        raise PermissionDenied  # a hold: nobody's yet
    asked = request.POST.get("scope") or request.GET.get("scope", "")
    zone = practice_time.zone()
    theirs = visit.patient_zone
    differs = visit.starts_at.astimezone(theirs).utcoffset() != (
        visit.starts_at.astimezone(zone).utcoffset()
    )
    return board_context(request, scope.of_key(asked)) | {
        "visit": visit,
        "when": practice_time.format_short_datetime(visit.starts_at, zone),
        "their_when": practice_time.format_short_datetime(visit.starts_at, theirs)
        if differs
        else "",
        "their_zone": time_zones.words(visit.zone),
    }

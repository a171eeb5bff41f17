"""What is done on a card: a step of the workflow, answered in place, and the menu behind "More"."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from appointments.admin import practice_time, visit_mails, workflow_actions
from appointments.admin.appointment_actions import visit_or_404
from appointments.admin.desk import attention, board, scope
from appointments.admin.desk.cards import Card
from appointments.admin.desk.pages import board_context
from appointments.admin.desk.scope import Scope
from appointments.admin.status_reasons import StatusReasonForm, kinds_of_cancelling
from appointments.admin.workflow_actions import ACTIONS, CALLED, CANCEL, UNDO, NotPossible
from appointments.models import Appointment
from appointments.scheduling import time_zones
from core.database import database_time
from core.staff import workflow_actions as staff_actions
from core.staff.audit import disclosures

# After these the desk is offered to take the step back.
UNDONE = {workflow_actions.CHECK_IN, workflow_actions.COMPLETE, workflow_actions.NO_SHOW}


def desk_step_view(
    model_admin: ModelAdmin, request: HttpRequest, object_id: str, name: str
) -> HttpResponse:
    """Take one step with one visit, by POST; return its card, the lists, and what is said.

    A refusal is 409, with the card as it stands.
    """
    scope.require_view(request)
    action = staff_actions.get_or_404(ACTIONS, request, name)
    visit = visit_or_404(model_admin, request, object_id)
    if not action.allowed(request, visit):
        raise PermissionDenied
    found = scope.of_key(request.POST.get("scope", ""))
    staff_actions.take(model_admin, request, action, [visit], refused=NotPossible)
    return stepped(request, found, visit.pk, said=name, offer_undo=name in UNDONE)


def stepped(
    request: HttpRequest, found: Scope, pk: int, *, said: str = "", offer_undo: bool = False
) -> HttpResponse:
    """Return what of the desk a change of this visit concerns, with what was said of it.

    `said` is the step, for a sentence with the patient's name; without it a message as it is.
    """
    read = found.read()
    laid_out = board.lay_out(read, heading_is_day=found.provider is not None)
    lists = attention.of(laid_out, read.now)
    card = _card(laid_out, pk)
    notes = list(messages.get_messages(request))
    failed = any(note.level >= messages.ERROR for note in notes)
    context = board_context(request, found) | {
        "card": card,
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


def _card(laid_out: board.Board, pk: int) -> Card | None:
    cards = (card for column in laid_out.columns for card in column.cards)
    return next((card for card in cards if card.visit.pk == pk), None)


def desk_more_view(model_admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Return what else can be done with a visit, for the dialog of a board."""
    scope.require_view(request)
    visit = visit_or_404(model_admin, request, object_id)
    context = board_context_of_visit(request, visit) | _more(request, visit)
    page = TemplateResponse(request, "admin/desk/_more.html", context)
    return disclosures.declare(page, [visit])


def _more(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    actions = workflow_actions.available_now(request, visit)
    mails = visit_mails.emails_about(visit)
    return {
        "cancel": actions.pop(CANCEL, None),
        "cancel_form": StatusReasonForm(
            kinds=kinds_of_cancelling([visit], database_time.now()), prefix_id="cancel"
        ),
        "undo_step": actions.pop(UNDO, None),
        "actions": actions,
        "can_move": workflow_actions.can_move(request, visit),
        "resend": visit_mails.may_resend(request) and visit_mails.resendable(mails),
        "sees_patient": visit.patient_id and request.user.has_perm("appointments.view_patient"),
    }


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

"""What is done on a card: a step of the workflow, answered in place, and the menu behind "More"."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from appointments.admin import visit_mails, workflow_actions
from appointments.admin.appointment_actions import visit_or_404
from appointments.admin.desk import parts, scope
from appointments.admin.status_reasons import StatusReasonForm, kinds_of_cancelling
from appointments.admin.workflow_actions import ACTIONS, CANCEL, UNDO, NotPossible
from appointments.models import Appointment
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
    return parts.stepped(request, found, visit.pk, said=name, offer_undo=name in UNDONE)


def desk_more_view(model_admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Return what else can be done with a visit, for the dialog of a board."""
    scope.require_view(request)
    visit = visit_or_404(model_admin, request, object_id)
    context = parts.board_context_of_visit(request, visit) | _more(request, visit)
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

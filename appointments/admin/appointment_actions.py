"""What staff do with visits on a button: of one visit, or of those that they chose in the list."""

from collections.abc import Callable, Iterable

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, visit_mails
from appointments.admin.status_reasons import StatusReasonForm, kinds_of_cancelling
from appointments.admin.workflow_actions import (
    ACTIONS,
    CANCEL,
    COMPLETE,
    NO_SHOW,
    NotPossible,
)
from appointments.models import Appointment
from core.database import database_time
from core.guard.safe_redirect import safe_path
from core.mail import outbox
from core.staff import workflow_actions
from core.staff.audit import disclosures


def action_view(
    model_admin: ModelAdmin, request: HttpRequest, object_id: str, name: str
) -> HttpResponse:
    """Take one action of the workflow with one visit. Only by POST."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    visit = visit_or_404(model_admin, request, object_id)
    action = workflow_actions.get_or_404(ACTIONS, request, name)
    workflow_actions.take(model_admin, request, action, [visit], refused=NotPossible)
    return _back_to(request, visit)


def send_again_view(model_admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Send the newest e-mail about a visit again, where it failed. Only by POST."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    visit = visit_or_404(model_admin, request, object_id)
    if not visit_mails.may_resend(request):
        raise PermissionDenied
    email = visit_mails.resendable(visit_mails.emails_about(visit))
    try:
        if email is None:
            raise outbox.NotResendable
        outbox.resend(email)
    except outbox.NotResendable:
        text = _("No failed e-mail of this visit can be sent again.")
        model_admin.message_user(request, text, messages.WARNING)
    else:
        model_admin.log_change(request, visit, _("Its e-mail was sent again."))
        model_admin.message_user(request, _("The e-mail is on its way again."), messages.SUCCESS)
    return _back_to(request, visit)


def visit_or_404(model_admin: ModelAdmin, request: HttpRequest, object_id: str) -> Appointment:
    """Return the visit of an address of the admin. Raises Http404."""
    visit = model_admin.get_object(request, unquote(object_id))
    if visit is None:
        raise Http404("No such visit")
    return visit


def _back_to(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """Lead to the page that the button stood on, such as a board; else to the visit's."""
    if came_from := safe_path(request, request.POST.get("next", "")):
        return redirect(came_from)
    return redirect("admin:appointments_appointment_change", visit.pk)


# ── chosen in the list ──


@admin.action(description=ACTIONS[CANCEL].label, permissions=["act"])
def cancel_chosen(
    model_admin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Appointment]
) -> HttpResponse | None:
    """Ask once more, and for a reason; then cancel them."""
    return _take(
        model_admin, request, CANCEL, queryset, lambda: _cancel_page(model_admin, request, queryset)
    )


@admin.action(description=ACTIONS[COMPLETE].label, permissions=["act"])
def complete_chosen(
    model_admin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Appointment]
) -> HttpResponse | None:
    return _take(model_admin, request, COMPLETE, queryset)


@admin.action(description=ACTIONS[NO_SHOW].label, permissions=["act"])
def no_show_chosen(
    model_admin: ModelAdmin, request: HttpRequest, queryset: QuerySet[Appointment]
) -> HttpResponse | None:
    return _take(model_admin, request, NO_SHOW, queryset)


def _take(
    model_admin: ModelAdmin,
    request: HttpRequest,
    name: str,
    visits: QuerySet[Appointment],
    confirm: Callable[[], HttpResponse | None] | None = None,
) -> HttpResponse | None:
    return workflow_actions.take(
        model_admin, request, ACTIONS[name], visits, refused=NotPossible, confirm=confirm
    )


def _cancel_page(
    model_admin: ModelAdmin, request: HttpRequest, visits: Iterable[Appointment]
) -> HttpResponse | None:
    """Return the page that asks once more; None once they are sure."""
    visits = list(visits)
    form = StatusReasonForm(
        request.POST if "sure" in request.POST else None,
        kinds=kinds_of_cancelling(visits, database_time.now()),
    )
    if form.is_valid():
        return None
    context = model_admin.admin_site.each_context(request) | {
        "title": ACTIONS[CANCEL].label,
        "opts": model_admin.opts,
        "form": form,
        "rows": [
            f"{practice_time.format_datetime(visit.starts_at, practice_time.zone_of(visit))}, "
            f"{visit.patient or '–'}"
            for visit in visits
        ],
        "pks": [visit.pk for visit in visits],
        "checkbox": ACTION_CHECKBOX_NAME,
    }
    page = TemplateResponse(request, "admin/appointments/cancel_appointments.html", context)
    return disclosures.declare(page, visits)

"""What a patient has answered and signed before a visit, and the red task that one answer makes."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appointments.admin.practice_time import format_datetime
from appointments.calls import phone_notes
from appointments.models import Appointment, Patient, Status
from core.people import phone_numbers
from core.staff.audit import disclosures
from core.staff.audit.admin_pages import record_all
from core.staff.urgency import Urgency
from core.validation.primary_keys import parse_key
from visits.admin.screener_words import SIGN_OFF, in_words
from visits.intake import answers, signatures, summary
from visits.intake.answers import AlreadyHandled
from visits.intake.signatures import NotInForce
from visits.models.consents import ConsentSignature
from visits.models.intake import QuestionnaireResponse, SafetyAlert

PAGE = "admin/visits/answers.html"
VIEW_ANSWERS, VIEW_SIGNED = "visits.view_questionnaireresponse", "visits.view_consentsignature"
REVOKE, HANDLE = "visits.revoke_consentsignature", "visits.change_safetyalert"
SHOWN = 10


@admin.site.register_page("visit-answers/<int:pk>/")  # type: ignore[attr-defined]  # core.staff
def visit_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the patient of this visit has answered and signed; a POST takes a step."""
    may = request.user.has_perm
    if not (may(VIEW_ANSWERS) or may(VIEW_SIGNED)):
        raise PermissionDenied
    appointment = _find(request, pk)
    if request.method == "POST":
        return _step(request, appointment)
    context = admin.site.each_context(request) | {
        "title": _("Answers before the visit"),
        "opts": Appointment._meta,
        "appointment": appointment,
        "when": format_datetime(appointment.starts_at),
        "phone": _phone(appointment),
        "may_handle": may(HANDLE),
        "may_revoke": may(REVOKE),
    }
    if may(VIEW_ANSWERS):
        context |= _answers(appointment)
    if may(VIEW_SIGNED):
        context["signed"] = [_signed(each) for each in _signatures(appointment)]
    return disclosures.declare(TemplateResponse(request, PAGE, context), *_shown(appointment))


@admin.site.register_panel(Urgency.DANGER)  # type: ignore[attr-defined]  # our site: core.staff
def safety_alerts(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """List the patients with whom somebody is to speak now, who waits longest first."""
    alerts = safety_alerts_to_do(request)
    if alerts is None:
        return None
    rows = list(alerts.select_related("response__appointment__patient"))
    if not rows:
        return None
    visits = [alert.response.appointment for alert in rows[:SHOWN]]
    context = {
        "count": len(rows),
        "more": len(rows) - SHOWN,
        "rows": [_alert_row(alert) for alert in rows[:SHOWN]],
        "records": visits,
    }
    return "admin/visits/_safety_alerts_panel.html", context


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def safety_alerts_to_do(request: HttpRequest) -> QuerySet[SafetyAlert] | None:
    """Return the alerts that nobody has looked after."""
    if not request.user.has_perm(HANDLE):
        return None
    visits = Appointment.objects.visible_to(request.user).order_by()
    return SafetyAlert.objects.open().filter(response__appointment__in=visits)


def _find(request: HttpRequest, pk: int) -> Appointment:
    visits = Appointment.objects.visible_to(request.user).exclude(patient=None)
    found = visits.select_related("patient", "provider", "service").filter(pk=parse_key(pk)).first()
    if found is None:
        raise Http404
    return found


def _patient(appointment: Appointment) -> Patient:
    if appointment.patient is None:
        raise Http404
    return appointment.patient


def _step(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Take one step: an alert was looked after, or the patient has taken a signature back."""
    may, step = request.user.has_perm, request.POST.get("step")
    key = parse_key(request.POST.get("row"))
    if step == "handled" and may(HANDLE):
        _handle(request, appointment, key)
    elif step == "revoked" and may(REVOKE):
        _revoke(request, appointment, key)
    else:
        raise PermissionDenied
    there = redirect(reverse("admin:visit_answers", args=[appointment.pk]))
    return disclosures.declare_none(there)


def _handle(request: HttpRequest, appointment: Appointment, pk: int) -> None:
    alert = SafetyAlert.objects.filter(pk=pk, response__appointment=appointment).first()
    if alert is None:
        raise Http404
    record_all(request, "act:alert_handled", model=SafetyAlert._meta.label_lower, object_pks=[pk])
    try:
        answers.handle_alert(pk, by=str(request.user))
        messages.success(request, _("Noted: you have looked after it."))
    except AlreadyHandled:
        messages.warning(request, _("Somebody else has looked after it already."))


def _revoke(request: HttpRequest, appointment: Appointment, pk: int) -> None:
    signature = _signatures(appointment).filter(pk=pk).first()
    if signature is None:
        raise Http404
    label = ConsentSignature._meta.label_lower
    record_all(request, "act:consent_revoked", model=label, object_pks=[pk])
    try:
        signatures.revoke(signature, page="admin:visit_answers", by=request.user)  # type: ignore[arg-type]
        messages.success(request, _("Noted: it does not hold any more."))
    except NotInForce:
        messages.warning(request, _("It was taken back already."))


def _answers(appointment: Appointment) -> dict[str, Any]:
    alert = SafetyAlert.objects.filter(response__appointment=appointment).first()
    return {
        "answered": [
            (form, format_datetime(form.saved_at)) for form in summary.answered_forms(appointment)
        ],
        "scores": [
            (
                screener,
                [(format_datetime(each.at), in_words(screener, each.score)) for each in several],
            )
            for screener, several in summary.scores(_patient(appointment))
        ],
        "sign_off": SIGN_OFF,
        "alert": alert,
        "alert_raised": alert and format_datetime(alert.raised_at),
        "alert_handled": alert and alert.handled_at and format_datetime(alert.handled_at),
    }


def _signatures(appointment: Appointment) -> QuerySet[ConsentSignature]:
    """Return what the patient of this visit has ever signed, the last one first."""
    found = ConsentSignature.objects.of_patient(_patient(appointment))
    return found.select_related("document", "copy", "revocation").order_by("-signed_at", "-pk")


def _signed(signature: ConsentSignature) -> dict[str, Any]:
    copy = getattr(signature, "copy", None)
    revocation = getattr(signature, "revocation", None)
    return {
        "row": signature,
        "copy": copy,
        "as_signed": copy is not None and signatures.is_as_signed(copy),
        "when": format_datetime(signature.signed_at),
        "revoked": revocation and format_datetime(revocation.revoked_at),
    }


def _alert_row(alert: SafetyAlert) -> dict[str, Any]:
    visit = alert.response.appointment
    return {
        "visit": visit,
        "alert": alert,
        "raised": format_datetime(alert.raised_at),
        "when": format_datetime(visit.starts_at),
        "takes_place": visit.status in (Status.BOOKED, Status.CHECKED_IN),
        "phone": _phone(visit),
    }


def _shown(appointment: Appointment) -> list[list[Any]]:
    responses = QuestionnaireResponse.objects.filter(appointment=appointment).only("pk")
    return [[appointment, appointment.patient], list(responses)]


def _phone(visit: Appointment) -> Any:
    return phone_notes.with_note(phone_numbers.as_link(visit.phone), visit.contact)

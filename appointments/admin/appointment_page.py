"""What the page of one visit shows: its steps and buttons, the patient, and what happened."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from appointments import contact_preferences
from appointments.admin import practice_time, visit_history, workflow_actions
from appointments.admin.status_reasons import Kind, StatusReasonForm, kinds_of_cancelling
from appointments.admin.visit_mails import emails_about, may_resend, resendable
from appointments.booking.rules import age_on
from appointments.models import Appointment, Patient, Status
from appointments.scheduling import time_zones
from appointments.templatetags.appointments import clock_in
from core.database import database_time


def page_context(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    """Return what the page shows beside the visit's facts, and its buttons for this person."""
    zone = practice_time.zone_of(visit)
    changes = visit_history.recorded_changes(visit)
    mails = emails_about(visit)
    entries = visit_history.timeline(request, visit, changes, mails)
    return {
        "title": _("Visit #%(number)s") % {"number": visit.pk},
        "subtitle": practice_time.format_datetime(visit.starts_at, zone),
        "status_line": visit_history.status_line(visit, changes, zone),
        "timeline": entries,
        "consents": visit_history.given_consents(entries),
        "sees_outbox": request.user.has_perm("mail.view_outgoingemail"),
        "practice_zone": time_zones.words(zone),
        "resend": may_resend(request) and resendable(mails),
        "card": patient_card(visit),
    } | _buttons(request, visit)


def _buttons(request: HttpRequest, visit: Appointment) -> dict[str, Any]:
    actions = workflow_actions.available_now(request, visit)
    now = database_time.now()
    return {
        "workflow_actions": actions,
        "no_show": actions.pop(workflow_actions.NO_SHOW, None),
        "no_show_form": StatusReasonForm(kinds=[Kind.NO_SHOW], prefix_id="no-show"),
        "cancel": actions.pop(workflow_actions.CANCEL, None),
        "cancel_form": StatusReasonForm(
            kinds=kinds_of_cancelling([visit], now), prefix_id="cancel"
        ),
        "can_move": workflow_actions.can_move(request, visit),
        "can_reassign": workflow_actions.MAY_CHANGE(request, visit)
        and request.user.has_perm("appointments.view_patient")
        and visit.patient_id is not None,
    }


def patient_card(visit: Appointment) -> dict[str, Any] | None:
    """Return what staff want to know of the patient at a glance; None where there is none yet."""
    patient = visit.patient
    if patient is None:
        return None
    return {
        "patient": patient,
        "wants_no_mail": bool(visit.email) and not contact_preferences.of(patient.pk).by_mail,
        "age": age_on(patient.birth_date, practice_time.today()),
        "clock_now": clock_in(
            database_time.now().astimezone(visit.patient_zone), time_zones.words(visit.zone)
        ),
        **visit_counts(patient),
    }


def visit_counts(patient: Patient) -> dict[str, int]:
    """Return how many visits of theirs took place, were missed, and were cancelled late."""
    return Appointment.objects.filter(patient=patient).aggregate(
        completed=Count("pk", filter=Q(status=Status.COMPLETED)),
        missed=Count("pk", filter=Q(status=Status.NO_SHOW)),
        cancelled_late=Count("pk", filter=Q(status_reason__kind=Kind.LATE)),
    )

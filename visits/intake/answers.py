"""The workflow of answers before a visit: kept as they are typed, sent off, scored, acted on."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.urls import reverse

from appointments.models import Appointment
from core.database import database_time
from core.languages.speaking import of_now
from core.mail import outbox
from core.signed_links import absolute_url
from core.validation.control_characters import without_controls
from visits.intake import plans, screeners
from visits.intake.form_names import KEPT
from visits.intake.forms import FORM_CLASSES, LONGEST_TEXT, IntakeForm, ScreenerForm
from visits.models.intake import QuestionnaireResponse, SafetyAlert


class IntakeClosed(Exception):
    """It is too early or too late for this visit, or it does not take place."""


class AlreadyHandled(Exception):
    """Somebody has looked after this alert."""


def typed(form: str, sent: Mapping[str, str]) -> dict[str, str]:
    """Return what was sent for the fields of a form, as it was typed, and nothing else."""
    fields = FORM_CLASSES[form]().fields
    return {name: without_controls(str(sent.get(name, "")))[: 2 * LONGEST_TEXT] for name in fields}


@transaction.atomic
def save(appointment: Appointment, form: str, sent: Mapping[str, str]) -> QuestionnaireResponse:
    """Keep what was typed so far, as a draft. Raises IntakeClosed.

    Safe to run twice. What was sent off before is a draft again once it is changed. An answer that
    asks for help is acted on at once: who stops typing there is heard as well.
    """
    if not plans.is_open(appointment):
        raise IntakeClosed
    response = _locked(appointment, form)
    answers, before = typed(form, sent), _death_points(response)
    if response.submitted_at is None or response.answers != answers:
        response.answers, response.score, response.submitted_at = answers, None, None
        response.version = FORM_CLASSES[form].version
        response.language, response.saved_at = of_now(), database_time.now()
        response.save()
    if asks_for_help(response):
        _raise_alert(response, is_worse=_death_points(response) > before)
    return response


@transaction.atomic
def submit(appointment: Appointment, form: str, sent: Mapping[str, str]) -> IntakeForm:
    """Keep what was typed, and send it off where nothing is missing; return the form, with errors.

    Raises IntakeClosed.
    """
    response = save(appointment, form, sent)
    checked = FORM_CLASSES[form](response.answers)
    if checked.is_valid():
        if isinstance(checked, ScreenerForm):
            found = screeners.score(checked.screener, checked.points())
            response.score = {"total": found.total, "band": found.band}
        response.submitted_at = response.submitted_at or database_time.now()
        response.save()
    return checked


def asks_for_help(response: QuestionnaireResponse) -> bool:
    """Return whether one answer asks for somebody to speak with the patient now."""
    return screeners.thinks_of_death(response.form, _points(response.answers))


def find(appointment: Appointment, form: str) -> QuestionnaireResponse | None:
    """Return what was answered to this form for this visit, finished or not."""
    return QuestionnaireResponse.objects.filter(appointment=appointment, form=form).first()


def beginning(appointment: Appointment, form: str) -> dict[str, str]:
    """Return what a form that nobody has begun holds: what the patient last sent of what lasts.

    Of visits with the same e-mail address alone: the link went there, and nowhere else.
    """
    if form not in KEPT or not appointment.patient or not appointment.email:
        return {}
    own = Appointment.objects.of_address(appointment.email).values("pk")
    earlier = QuestionnaireResponse.objects.of_patient(appointment.patient).submitted()
    last = earlier.filter(form=form, appointment__in=own).first()
    return dict(last.answers) if last else {}


def handle_alert(pk: int, *, by: str) -> None:
    """Note that somebody has looked after it. Raises AlreadyHandled where it is not open."""
    now = database_time.now()
    if not SafetyAlert.objects.open().filter(pk=pk).update(handled_at=now, handled_by=by[:80]):
        raise AlreadyHandled


def _locked(appointment: Appointment, form: str) -> QuestionnaireResponse:
    started = {"version": FORM_CLASSES[form].version, "saved_at": database_time.now()}
    QuestionnaireResponse.objects.get_or_create(
        appointment=appointment, form=form, defaults=started
    )
    rows = QuestionnaireResponse.objects.select_for_update()
    return rows.get(appointment=appointment, form=form)


def _points(answers: Mapping[str, str]) -> dict[str, int]:
    return {name: int(value) for name, value in answers.items() if value in ("0", "1", "2", "3")}


def _death_points(response: QuestionnaireResponse) -> int:
    return screeners.death_points(response.form, _points(response.answers))


def _raise_alert(response: QuestionnaireResponse, *, is_worse: bool) -> None:
    """Make it a task, and tell the provider that something waits, and nothing of what.

    Once, until somebody has looked after it; what is worse than what they looked at is a task anew.
    """
    now = database_time.now()
    alert, is_new = SafetyAlert.objects.get_or_create(
        response=response, defaults={"raised_at": now}
    )
    if not is_new and is_worse:
        again = SafetyAlert.objects.filter(pk=alert.pk, handled_at__isnull=False)
        is_new = bool(again.update(raised_at=now, handled_at=None, handled_by=""))
    provider = response.appointment.provider
    if is_new and provider.email:
        outbox.enqueue(
            "provider_look_now",
            key=f"provider-look-now:{alert.pk}:{now:%Y%m%d%H%M%S%f}",
            to=provider.email,
            about=f"safety-alert:{alert.pk}",
            not_after=_soon_after(response.appointment.ends_at, now),
            link=absolute_url(reverse("admin:visit_answers", args=[response.appointment_id])),
        )


def _soon_after(ends: datetime, now: datetime) -> datetime:
    """Return until when the mail makes sense: the visit's end, or a little from now."""
    return max(ends, now + plans.CLOSES_AFTER)

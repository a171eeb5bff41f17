"""Which forms a visit asks, from when until when, and what is left to do."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q

from appointments.models import Appointment, Service, Status
from core.database import database_time
from visits.intake.form_names import CONSENTS, FORMS, USUAL_NEW, USUAL_RETURNING
from visits.models.consents import ConsentDocument, ConsentSignature
from visits.models.intake import IntakePlan, QuestionnaireResponse

OPENS_BEFORE = timedelta(hours=48)
CLOSES_AFTER = timedelta(hours=1)
TAKES_PLACE = (Status.BOOKED, Status.CHECKED_IN)


class Step(NamedTuple):
    """One form that a visit asks, and how far it is."""

    form: str
    is_done: bool
    is_begun: bool

    @property
    def name(self) -> object:
        return FORMS[self.form]


def asked_of(service: Service) -> tuple[str, ...]:
    """Return the forms that a service asks, in their order: as managers chose, or the usual."""
    plan: IntakePlan | None = getattr(service, "intake_plan", None)
    if plan is not None:
        return tuple(form for form in FORMS if form in plan.forms)
    is_returning = service.audience == Service.Audience.RETURNING
    return USUAL_RETURNING if is_returning else USUAL_NEW


def opens_at(appointment: Appointment) -> datetime:
    """Return from when on the questions are asked: late enough that the answers are true then."""
    return appointment.starts_at - OPENS_BEFORE


def is_open(appointment: Appointment, now: datetime | None = None) -> bool:
    """Return whether its forms can be filled in now."""
    return appointment.status in TAKES_PLACE and is_time_for(appointment, now)


def is_time_for(appointment: Appointment, now: datetime | None = None) -> bool:
    """Return whether it is neither too early nor too late for its forms, whatever its status."""
    now = now or database_time.now()
    return opens_at(appointment) <= now < appointment.ends_at + CLOSES_AFTER


def progress() -> dict[str, Any]:
    """Return what is read of visits beside their rows, by `annotate`, so that `steps` asks nothing.

    `forms_begun` and `forms_sent` name questionnaires; `texts_kept` the kinds of texts that the
    clinic has, `texts_signed` those of which the newest version is signed, in force.
    """
    responses = QuestionnaireResponse.objects.filter(appointment=OuterRef("pk"))
    newer = ConsentDocument.objects.filter(
        kind=OuterRef("document__kind"), version__gt=OuterRef("document__version")
    )
    signed = ConsentSignature.objects.filter(_given_for(), ~Exists(newer), revocation=None)
    return {
        "forms_begun": ArraySubquery(responses.values("form")),
        "forms_sent": ArraySubquery(responses.exclude(submitted_at=None).values("form")),
        "texts_kept": ArraySubquery(ConsentDocument.objects.order_by().values("kind").distinct()),
        "texts_signed": ArraySubquery(signed.order_by().values("document__kind")),
    }


def _given_for() -> Q:
    """What `signatures_of` says, of the visit that a query is about."""
    theirs = Q(appointment__patient=OuterRef("patient")) | Q(
        appointment__patient__merged_into=OuterRef("patient")
    )
    same_address = Q(appointment__email__iexact=OuterRef("email")) & ~Q(appointment__email="")
    return Q(appointment=OuterRef("pk")) | theirs & same_address


def steps(appointment: Appointment) -> list[Step]:
    """Return what the visit asks, each with whether it is done.

    A text that the clinic has not written is not asked; one that is signed for an earlier visit in
    its newest version, at the same address, and not taken back, is done. Where the visit was read
    with `progress`, as that was then.
    """
    asked = asked_of(appointment.service)
    if not asked:
        return []
    read: Any = appointment
    if not hasattr(appointment, "forms_begun"):
        read = Appointment.objects.annotate(**progress()).only("pk").get(pk=appointment.pk)
    done = {*read.forms_sent, *read.texts_signed}
    return [
        Step(form, form in done, form in read.forms_begun)
        for form in asked
        if form not in CONSENTS or form in read.texts_kept
    ]


def has_open_steps(appointment: Appointment) -> bool:
    """Return whether something can be filled in now that is not done."""
    return is_open(appointment) and any(not step.is_done for step in steps(appointment))


def next_after(steps_: list[Step], form: str) -> str | None:
    """Return the next form behind this one that is not done: who passes one is not asked again."""
    names = [step.form for step in steps_]
    at = names.index(form) + 1 if form in names else 0
    return next((step.form for step in steps_[at:] if not step.is_done), None)


def signatures_of(appointment: Appointment):  # type: ignore[no-untyped-def]
    """Return the signatures of this patient, given for visits with the same e-mail address.

    Of those of another address whoever holds this visit's link may know nothing.
    """
    own = Appointment.objects.of_address(appointment.email).values("pk")
    if not appointment.patient or not appointment.email:
        return ConsentSignature.objects.filter(appointment=appointment)
    return ConsentSignature.objects.of_patient(appointment.patient).filter(appointment__in=own)

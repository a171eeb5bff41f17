"""What the API takes and gives about appointments, as JSON."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field, StringConstraints

from appointments.models import Appointment, ConsentText, Provider, Service, Status
from appointments.scheduling.states import STATES
from core.sms.models import SmsConsentText
from core.validation import dates

Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,50}$")]
Text = Annotated[str, StringConstraints(max_length=500)]


def _plausible(moment: datetime) -> datetime:
    """Return it in UTC. Raises ValueError for what no calendar here reaches."""
    if not dates.FIRST.year < moment.year < dates.LAST.year:
        raise ValueError(_("Choose a moment of our time."))
    return moment.astimezone(ZoneInfo("UTC"))


def _whole_minute(moment: datetime) -> datetime:
    if moment.second or moment.microsecond:
        raise ValueError(_("A visit begins at a full minute."))
    return moment


def _state(code: str) -> str:
    if code.upper() not in STATES:
        raise ValueError(_("This is no state: write two letters, such as TN."))
    return code.upper()


Moment = Annotated[AwareDatetime, AfterValidator(_plausible)]
Start = Annotated[Moment, AfterValidator(_whole_minute)]
StateCode = Annotated[str, StringConstraints(pattern="^[A-Za-z]{2}$"), AfterValidator(_state)]


From = Annotated[Moment | None, Query(alias="from", description="Now, where it is left out.")]
To = Annotated[Moment | None, Query(alias="to", description="Until before that moment.")]


class Sent(Schema):
    """What is taken: a field that is not known is a mistake, which nobody would notice."""

    model_config = ConfigDict(extra="forbid")


# ── what can be booked ──


class StateOut(Schema):
    """A state in which something can be booked."""

    code: str
    name: str
    zones: list[str]


class ServiceOut(Schema):
    """A kind of visit. One with `proof_required` is booked on the clinic's pages only."""

    slug: str
    name: str
    invitation: str
    summary: str
    audience: str
    channel: str
    minutes: int
    price_cents: int | None
    minimum_age: int
    proof_required: bool

    @classmethod
    def of(cls, service: Service) -> Self:
        return cls.model_validate(service, from_attributes=True)


class ProviderOut(Schema):
    """Who can be booked, as patients see them."""

    slug: str
    name: str
    credentials: str
    languages: str
    about: str

    @classmethod
    def of(cls, provider: Provider) -> Self:
        return cls.model_validate(provider, from_attributes=True)


class SlotOut(Schema):
    """A free time, and with whom it can be booked."""

    starts_at: datetime
    ends_at: datetime
    providers: list[str]


TEXTS = "texts"  # the kind of the consent to text messages


class ConsentOut(Schema):
    """A text to agree to. Send `version` of `kind` with the booking, once the patient has agreed.

    One that is not `required` is asked by a box of its own, never ticked before.
    """

    kind: str
    version: int
    required: bool
    text: str
    texts: dict[str, str] = Field(description="The same in each language that it is written in.")

    @classmethod
    def of(cls, text: ConsentText | SmsConsentText) -> Self:
        words = {code: getattr(text, f"text_{code}") for code, _ in settings.LANGUAGES}
        return cls(
            kind=text.kind if isinstance(text, ConsentText) else TEXTS,
            version=text.version,
            required=isinstance(text, ConsentText),
            text=text.text,
            texts={code: said for code, said in words.items() if said},
        )


# ── bookings ──

BookingStatus = Literal[
    "waiting", "booked", "checked_in", "completed", "no_show", "cancelled", "expired"
]
STATUSES: dict[Status, BookingStatus] = {
    Status.HELD: "waiting",
    Status.BOOKED: "booked",
    Status.CHECKED_IN: "checked_in",
    Status.COMPLETED: "completed",
    Status.NO_SHOW: "no_show",
    Status.CANCELLED: "cancelled",
    Status.RELEASED: "cancelled",
    Status.EXPIRED: "expired",
}


LANGUAGE = "|".join(code for code, _ in settings.LANGUAGES)


class PatientIn(Sent):
    """Who comes, and how to reach them: the fields of the clinic's own form."""

    first_name: Text
    last_name: Text = ""
    birth_date: date
    email: Text = Field(
        "", description="None: the clinic calls, and no consent to e-mail is asked."
    )
    phone: Text
    contact: Literal["email", "call", "message"]
    zone: Text = Field("", description="Where in a state of two time zones they will be.")
    booked_for: Literal["self", "other"] = "self"
    booked_by: Text = Field("", description="Who books, where it is for somebody else.")
    language: Text = Field(
        settings.LANGUAGE_CODE,
        pattern=f"^({LANGUAGE})$",
        description="In which the texts were shown, and in which we write to them.",
    )


class BookingIn(Sent):
    service: Slug
    state: StateCode
    starts_at: Start
    provider: Slug | None = Field(None, description="None: whoever is free.")
    patient: PatientIn
    consents: dict[Slug, int] = Field(
        description="By kind, the version that was agreed to; `texts` only where they want texts."
    )


class MoveIn(Sent):
    starts_at: Start
    provider: Slug | None = Field(None, description="None: the same, else whoever is free.")


class CancelIn(Sent):
    reason: Text = Field("", description="Only the front desk reads it.")


class PatientOut(Schema):
    """Who comes: only for a key with the scope patients:read."""

    first_name: str
    last_name: str
    birth_date: date
    email: str
    phone: str
    contact: str
    by_text: bool
    booked_for: str
    booked_by: str

    @classmethod
    def of(cls, visit: Appointment) -> Self | None:
        person = visit.patient
        if person is None:
            return None
        return cls(
            first_name=person.first_name,
            last_name=person.last_name,
            birth_date=person.birth_date,
            email=visit.email,
            phone=str(visit.phone),
            contact=visit.contact,
            by_text=visit.by_text,
            booked_for=visit.booked_for,
            booked_by=visit.booked_by,
        )


class BookingOut(Schema):
    """A visit. `sequence` counts its changes; `waiting`: until the link in its mail is used."""

    id: UUID
    status: BookingStatus
    service: str
    provider: str
    state: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    language: str
    sequence: int
    patient: PatientOut | None = None

    @classmethod
    def of(cls, visit: Appointment, *, status: str, with_patient: bool = False) -> Self:
        """Return it with that status, which may be another than its row has."""
        return cls(
            id=visit.uid,
            status=STATUSES[Status(status)],
            service=visit.service.slug,
            provider=visit.provider.slug,
            state=visit.state,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            zone=visit.zone,
            language=visit.language,
            sequence=visit.sequence,
            patient=PatientOut.of(visit) if with_patient else None,
        )


class BookingsOut(Schema):
    """A page of a list. `next` is sent as `after` for the next page; none: this was the last."""

    bookings: list[BookingOut]
    next: UUID | None

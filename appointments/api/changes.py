"""What a program asks of the workflow: book, move, cancel. Every refusal is a Problem."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext as _

from appointments.api.schemas import TEXTS, BookingIn, CancelIn, MoveIn
from appointments.api.slots import service_of
from appointments.booking import hold_owner, holds, moves, pressure, rules, visits
from appointments.booking.rules import (
    BookingRests,
    HoldGone,
    NotChangeable,
    OnlyWithProof,
    SlotTaken,
    TimeClosed,
)
from appointments.forms.cancel import CancelForm
from appointments.forms.details import DetailsForm
from appointments.forms.fields import text_consent
from appointments.links import PrivateLink
from appointments.models import Appointment, ConsentText, Provider, Service
from appointments.scheduling import availability
from appointments.scheduling.states import STATES
from appointments.views.appointment import can_change
from core.api import audit
from core.api.authentication import key_of, too_many
from core.api.problems import FieldError, Problem
from core.api.server import invalid
from core.guard import rate_limits
from core.people import email_addresses

VISIT = Appointment._meta.label_lower


class ProgramDetailsForm(DetailsForm):
    """The page's own form. A patient may have no e-mail, as at the desk: then the desk calls."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].required = False

    def clean(self) -> Any:
        cleaned = super().clean()
        by_email = cleaned.get("contact") == Appointment.Contact.EMAIL
        if by_email and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("contact", _("Without an e-mail address choose another way."))
        return cleaned


def book(request: HttpRequest, sent: BookingIn, token: str) -> UUID:
    """Book what was sent and return the visit's id; with the same token, always the same visit."""
    key = key_of(request)
    visitor = hold_owner.stored(f"api {key.pk} {token}")
    before = Appointment.objects.visits().filter(api_key=key, visitor=visitor).first()
    if before:
        return before.uid
    service = service_of(sent.service)
    form = _details(sent, service)
    email = form.cleaned_data["email"]
    address = email_addresses.mailbox(email) if email else str(form.cleaned_data["phone"])
    _limit("api_bookings", str(key.pk))
    if not rate_limits.allow("bookings_per_address", address):
        # Where the page asks for a little work: no stranger uses up what is the address's owner's.
        raise _on_the_page()
    audit.record(request, "act:book", key, model=VISIT)
    with _refusals():
        taken = pressure.read()
        # Who has no mailbox can prove none.
        if taken.needs_proof or (taken.is_on and not email):
            raise OnlyWithProof
        hold = holds.take_hold(
            service=service,
            state=sent.state,
            starts_at=sent.starts_at,
            visitor=visitor,
            zone=form.hold.zone,
            provider=_requested(sent, service, sent.state),
        )
        try:
            spoken = sent.patient.language
            details = replace(form.details(page="api"), language=spoken, agreed_in=spoken)
            booked = visits.book(hold=hold, details=details, api_key=key.pk)
        except (SlotTaken, BookingRests, HoldGone):
            holds.release(hold)
            raise
    return booked.uid


def move(request: HttpRequest, visit: Appointment, sent: MoveIn) -> UUID:
    """Give the visit the time that was sent. By the rules of the browser that booked."""
    _begin_change(request, "move", visit)
    with _refusals():
        provider = _requested(sent, visit.service, visit.state)
        moves.move(visit, provider=provider, starts_at=sent.starts_at)
    return visit.uid


def cancel(request: HttpRequest, visit: Appointment, sent: CancelIn) -> UUID:
    """Cancel the visit. By the rules of the browser that booked."""
    form = CancelForm({"reason": sent.reason})
    if not form.is_valid():
        raise invalid(list(_errors(form)))
    _begin_change(request, "cancel", visit)
    with _refusals():
        visits.cancel(visit, reason=form.cleaned_data["reason"])
    return visit.uid


def _begin_change(request: HttpRequest, action: str, visit: Appointment) -> None:
    """Count it, refuse it where it is too late, and write down what is about to be done."""
    key = key_of(request)
    _limit("api_changes", str(key.pk))
    audit.record(request, f"act:{action}", key, model=VISIT, pks=[visit.pk])
    if not can_change(PrivateLink(visit, "", mailed=False)):
        raise _not_changeable()


def _limit(rule: str, who: str) -> None:
    if not rate_limits.allow(rule, who):
        raise too_many()


def _details(sent: BookingIn, service: Service) -> DetailsForm:
    """Return the page's own form, filled in with what was sent and valid. Raises Problem."""
    draft = Appointment(
        service=service,
        state=sent.state,
        starts_at=sent.starts_at,
        zone=STATES[sent.state].zone_for(sent.patient.zone),
    )
    texts = ConsentText.current()
    if not sent.patient.email.strip():  # nobody sends them e-mail, so nobody asks whether one may
        texts = [text for text in texts if text.kind != ConsentText.Kind.EMAIL]
    form = ProgramDetailsForm(_typed(sent, texts) | _about_texts(sent), hold=draft, texts=texts)
    if not form.is_valid():
        raise invalid(list(_errors(form)))
    return form


def _typed(sent: BookingIn, texts: list[ConsentText]) -> dict[str, Any]:
    typed = sent.patient.model_dump(mode="json")
    typed["kept_email"] = typed["email"]  # there is nobody to ask whether it is a slip
    for text in texts:
        agreed = sent.consents.get(text.kind)
        if agreed is not None:
            typed[f"agree_{text.kind}"] = str(text.pk) if agreed == text.version else "another"
    return typed


def _about_texts(sent: BookingIn) -> dict[str, str]:
    """Return the box about texts as it was ticked. Raises Problem where there is none to tick."""
    agreed = sent.consents.get(TEXTS)
    if agreed is None:
        return {}
    asked = text_consent()
    if asked is None:
        sentence = _("This clinic sends no texts: leave it out.")
        raise invalid([{"field": f"consents.{TEXTS}", "message": sentence}])
    return {"by_text": str(asked.text.pk) if agreed == asked.text.version else "another"}


def _errors(form: Form) -> Iterator[FieldError]:
    for name, messages in form.errors.items():
        kind = TEXTS if name == "by_text" else name.removeprefix("agree_")
        is_known = isinstance(form, DetailsForm)
        path = f"consents.{kind}" if kind != name else f"patient.{name}" if is_known else name
        for message in messages:
            yield {"field": path, "message": str(message)}


def _requested(sent: BookingIn | MoveIn, service: Service, state: str) -> Provider | None:
    """Return who was asked for. Raises TimeClosed where they cannot be booked any more."""
    if sent.provider is None:
        return None
    for found in availability.candidates(service, state):
        if found.slug == sent.provider:
            return found
    raise TimeClosed(rules.nearest_slots(service, state, sent.starts_at))


@contextmanager
def _refusals() -> Iterator[None]:
    """Say what the workflow refuses as a Problem, which the same request gets again."""
    try:
        yield
    except OnlyWithProof as error:
        raise _on_the_page() from error
    except TimeClosed as error:
        raise _taken("time_closed", _("The clinic is closed then."), error) from error
    except SlotTaken as error:
        raise _taken("slot_taken", _("This time cannot be had any more."), error) from error
    except HoldGone as error:
        raise _taken("slot_taken", _("This time cannot be had any more."), SlotTaken()) from error
    except BookingRests as error:
        sentence = _("So much was booked within an hour that booking online rests.")
        raise Problem(503, "booking_rests", sentence, headers={"Retry-After": "600"}) from error
    except NotChangeable as error:
        raise _not_changeable() from error


def _on_the_page() -> Problem:
    sentence = _("At this moment the patient books on the clinic's own page, which asks for more.")
    return Problem(409, "only_with_proof", sentence)


def _not_changeable() -> Problem:
    sentence = _("It has begun, is cancelled, was changed meanwhile, or it is too late to change.")
    return Problem(409, "not_changeable", sentence, is_final=True)


def _taken(code: str, sentence: str, error: SlotTaken) -> Problem:
    nearest = [
        {"starts_at": f"{slot.starts_at:%Y-%m-%dT%H:%M:%SZ}", "provider": slot.provider.slug}
        for slot in error.nearest
    ]
    return Problem(409, code, sentence, is_final=True, nearest=nearest)

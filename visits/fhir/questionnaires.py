"""What patients answered before a visit, and withdrawal as the clinician rated it.

Screeners have the codes of LOINC, so that another system knows them; other forms have ours. The
words of questions and choices are those that were read, in the language in which they were asked.
"""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings

from appointments.models import Appointment
from appointments.patient_records.fhir import people
from appointments.patient_records.fhir.elements import (
    LOINC,
    Resource,
    coding,
    instant,
    resource,
)
from core.languages.speaking import speaking
from visits.fhir.encounters import Encounters
from visits.fhir.screener_codes import CODES, Codes
from visits.intake.forms import FORM_CLASSES
from visits.intake.screeners import COWS
from visits.models import CowsRating, QuestionnaireResponse


def resources(encounters: Encounters) -> Iterator[Resource]:
    """Return the answers to each form of each visit, then each rating."""
    pks = encounters.subject.pks
    for response in QuestionnaireResponse.objects.filter(appointment__in=pks).order_by("pk"):
        yield _answers(encounters, response)
    for rating in CowsRating.objects.filter(appointment__in=pks).order_by("pk"):
        yield _rating(encounters, rating)


def _answers(encounters: Encounters, response: QuestionnaireResponse) -> Resource:
    appointment = encounters.subject.appointment(response.appointment_id)
    codes = CODES.get(response.form)
    if codes and codes.version != response.version:
        codes = None
    own = _own_address(response.form, response.version)
    is_patient = appointment.booked_for == Appointment.BookedFor.SELF
    with speaking(response.language):
        items = list(_items(response, codes))
    return _response(
        *(encounters, appointment, f"answers/{response.pk}"),
        questionnaire=f"{LOINC}/q/{codes.panel}" if codes else own,
        status="completed" if response.submitted_at else "in-progress",
        language=response.language,
        authored=instant(response.submitted_at or response.saved_at),
        source=encounters.subject.reference if is_patient else None,
        item=items,
    )


def _items(response: QuestionnaireResponse, codes: Codes | None) -> Iterator[Resource]:
    """Return each question that was answered. What a form no longer asks is there by its name."""
    fields = FORM_CLASSES[response.form]().fields
    for name, typed in response.answers.items():
        field = fields.get(name)
        if typed:
            link = f"/{codes.items[name]}" if codes and name in codes.items else name
            label = str(field.label) if field else name
            answer = _answer(response, codes, name, field, str(typed))
            yield {"linkId": link, "text": label, "answer": [answer]}
    if response.score:
        yield _total(codes.total if codes else "", response.score)


def _answer(
    response: QuestionnaireResponse,
    codes: Codes | None,
    name: str,
    field: forms.Field | None,
    typed: str,
) -> Resource:
    if not isinstance(field, forms.ChoiceField):
        return {"valueString": typed}
    choices = dict(field.choices)  # type: ignore[arg-type]
    words = str(choices.get(typed, typed))
    if codes and name in codes.choices and typed in choices:
        return {"valueCoding": coding(LOINC, codes.choices[name][int(typed)], words)}
    return {"valueCoding": coding(_own_address(response.form, response.version), typed, words)}


def _total(code: str, score: dict[str, Any]) -> Resource:
    words = "Total score"
    if score.get("at_least"):
        words = "Total score, at least: some items were not seen"
    link = f"/{code}" if code else "total"
    return {"linkId": link, "text": words, "answer": [{"valueInteger": score["total"]}]}


def _rating(encounters: Encounters, rating: CowsRating) -> Resource:
    appointment = encounters.subject.appointment(rating.appointment_id)
    items = [
        {
            "linkId": name,
            "text": name.replace("_", " ").capitalize(),
            "answer": [{"valueInteger": points}],
        }
        for name, points in rating.points.items()
    ]
    return _response(
        *(encounters, appointment, f"withdrawal/{rating.pk}"),
        questionnaire=_own_address(COWS.slug, rating.version),
        status="completed",
        authored=instant(rating.rated_at),
        author=people.author(rating.author, rating.author_account, appointment.provider),
        item=[*items, _total("", rating.score)] if rating.score else items,
    )


def _response(
    encounters: Encounters, appointment: Appointment, key: str, **elements: Any
) -> Resource:
    return resource(
        *("QuestionnaireResponse", key),
        subject=encounters.subject.reference,
        encounter=encounters.reference(appointment),
        **elements,
    )


def _own_address(form: str, version: int) -> str:
    """Return the name of a form of ours; nothing is read there."""
    return f"{settings.SITE_URL}/fhir/Questionnaire/{form}|{version}"

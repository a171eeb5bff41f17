"""What a clinician reads of the answers: each form in words, and scores as they went over time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django import forms

from appointments.models import Appointment, Patient
from visits.intake import screeners
from visits.intake.form_names import QUESTIONNAIRES
from visits.intake.forms import FORM_CLASSES
from visits.intake.screeners import SCREENERS, Score, Screener
from visits.models.intake import QuestionnaireResponse


class Answer(NamedTuple):
    """One question with what was answered. `is_urgent`: it asks for somebody to speak with them."""

    question: Any
    words: Any
    is_urgent: bool


class AnsweredForm(NamedTuple):
    """One form of a visit, as far as it was filled in."""

    form: str
    name: Any
    answers: list[Answer]
    is_draft: bool
    saved_at: datetime


class ScoreAt(NamedTuple):
    """What a screener came to, and when it was sent off."""

    at: datetime
    score: Score


def answered_forms(appointment: Appointment) -> list[AnsweredForm]:
    """Return what was answered for this visit, in the order in which it is asked."""
    found = {each.form: each for each in appointment.questionnaires.all()}
    return [_answered(found[form]) for form in QUESTIONNAIRES if form in found]


def scores(patient: Patient) -> list[tuple[Screener, list[ScoreAt]]]:
    """Return each screener that this patient was ever scored by, the newest score first."""
    scored = QuestionnaireResponse.objects.of_patient(patient).submitted()
    rows = list(scored.filter(form__in=SCREENERS).only("form", "score", "submitted_at"))
    found = ((each, _scores(rows, each)) for each in SCREENERS.values())
    return [(screener, several) for screener, several in found if several]


def _scores(rows: Iterable[QuestionnaireResponse], screener: Screener) -> list[ScoreAt]:
    return [
        ScoreAt(row.submitted_at, Score(row.score["total"], row.score["band"]))
        for row in rows
        if row.form == screener.slug and row.score and row.submitted_at
    ]


def _answered(response: QuestionnaireResponse) -> AnsweredForm:
    fields = FORM_CLASSES[response.form]().fields
    answers = [
        Answer(field.label, _words(field, response.answers[name]), _is_urgent(response, name))
        for name, field in fields.items()
        if response.answers.get(name)
    ]
    is_draft = response.submitted_at is None
    name = QUESTIONNAIRES[response.form]
    return AnsweredForm(response.form, name, answers, is_draft, response.saved_at)


def _words(field: forms.Field, value: str) -> Any:
    if isinstance(field, forms.ChoiceField):
        return dict(field.choices).get(value, value)  # type: ignore[arg-type]
    return value


def _is_urgent(response: QuestionnaireResponse, name: str) -> bool:
    if name != screeners.SUICIDE_ITEM:
        return False
    value = response.answers[name]
    points = {name: int(value)} if value.isdecimal() else {}
    return screeners.thinks_of_death(response.form, points)

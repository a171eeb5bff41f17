"""The form of a provider's weekly hours: seven days with several spans each, filled in quickly.

Copying a day and taking lunch out work on what was typed, before anything is saved.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from itertools import pairwise
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, two_clocks
from appointments.models import WeeklyHours
from appointments.scheduling.weeks import Span
from core.validation.dates import validate_plausible

PREFIX = "spans"
SHOWN, MOST = 2, 10  # spans of a day: morning and afternoon stand there, with lunch between
FORMAT = practice_time.TIME_INPUT_FORMATS[0]
MIDNIGHT = time(0)
Typed = dict[int, list[tuple[str, str]]]  # by weekday, as it was written


class WeekStartForm(forms.Form):
    """From when the hours hold."""

    since = forms.DateField(
        label=_("These hours hold from"),
        validators=[validate_plausible],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["since"].widget.attrs["min"] = f"{today}"

    def clean_since(self) -> date:
        since = self.cleaned_data["since"]
        if since < self.today:
            raise forms.ValidationError(_("Choose today or a later day: what was, stays."))
        return since


class SpanForm(forms.Form):
    """One span of a day, or an empty row of it."""

    weekday = forms.TypedChoiceField(
        choices=WeeklyHours.Weekday.choices, coerce=int, widget=forms.HiddenInput
    )
    opens = forms.TimeField(
        label=_("from"),
        required=False,
        input_formats=practice_time.TIME_INPUT_FORMATS,
        widget=forms.TimeInput({"autocomplete": "off", "size": 9}, format=FORMAT),
    )
    closes = forms.TimeField(
        label=_("to"),
        required=False,
        input_formats=practice_time.TIME_INPUT_FORMATS,
        widget=forms.TimeInput({"autocomplete": "off", "size": 9}, format=FORMAT),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        opens, closes = cleaned.get("opens"), cleaned.get("closes")
        if self.errors:
            return cleaned
        if (opens is None) != (closes is None):
            self.add_error("closes" if closes is None else "opens", _("Give both times."))
        elif opens is not None and closes != MIDNIGHT and closes <= opens:
            self.add_error("closes", _("The closing time must be later than the opening time."))
        return cleaned

    @property
    def span(self) -> Span | None:
        """What it says; None for an empty row. For a form that is valid."""
        found = self.cleaned_data
        if found.get("opens") is None:
            return None
        return Span(found["weekday"], found["opens"], found["closes"])


class BaseWeekFormSet(forms.BaseFormSet):
    def clean(self) -> None:
        """Mark spans that share a time of their day."""
        if any(self.errors):
            return
        rows = [(form.span, form) for form in self.forms if form.span]
        rows.sort(key=lambda row: row[0])
        for (one, _form), (other, form) in pairwise(rows):
            shares = one.closes == MIDNIGHT or other.opens < one.closes
            if one.weekday == other.weekday and shares:
                form.add_error("opens", _("It overlaps with the hours before it."))

    def spans(self) -> list[Span]:
        return [form.span for form in self.forms if form.span]

    def days(self) -> Iterator[tuple[int, str, list[SpanForm]]]:
        """Yield each weekday with its number, its name and its rows."""
        rows = defaultdict(list)
        for form in self.forms:
            rows[f"{form['weekday'].value()}"].append(form)
        for weekday in WeeklyHours.Weekday:
            yield weekday.value, str(weekday.label), rows[f"{weekday.value}"]


WeekFormSet: type[BaseWeekFormSet] = forms.formset_factory(  # type: ignore[assignment]  # made of it
    SpanForm,
    formset=BaseWeekFormSet,
    extra=0,
    max_num=7 * MOST,
    absolute_max=7 * MOST,
    validate_max=True,
)


def form_of(typed: Typed, *, focus: str = "") -> BaseWeekFormSet:
    """Return the form with these rows, and empty ones so that each day has room for two.

    `focus` is the weekday whose last row is where the cursor goes.
    """
    initial = []
    for weekday in WeeklyHours.Weekday:
        rows = [*typed.get(weekday.value, [])]
        rows += [("", "")] * (SHOWN - len(rows))
        initial += [{"weekday": weekday.value, "opens": o, "closes": c} for o, c in rows]
    week = WeekFormSet(prefix=PREFIX, initial=initial)
    for number, _name, rows_of_day in week.days():
        if focus == f"{number}":
            rows_of_day[-1].fields["opens"].widget.attrs["autofocus"] = True
    return week


def written(spans: Iterable[Span]) -> Typed:
    """Return these hours as they are written into the form."""
    typed = defaultdict(list)
    for span in sorted(spans):
        typed[span.weekday].append((f"{span.opens:{FORMAT}}", f"{span.closes:{FORMAT}}"))
    return typed


def typed_in(data: QueryDict) -> Typed:
    """Return what was sent, without the empty rows, whether or not it makes sense."""
    typed = defaultdict(list)
    for place in range(7 * MOST):
        weekday = data.get(f"{PREFIX}-{place}-weekday", "")
        clocks = (data.get(f"{PREFIX}-{place}-{end}", "") for end in ("opens", "closes"))
        opens, closes = (clock.strip()[:20] for clock in clocks)
        if weekday in {f"{day.value}" for day in WeeklyHours.Weekday} and (opens or closes):
            typed[int(weekday)].append((opens, closes))
    return typed


def changed(typed: Typed, data: QueryDict) -> Typed | None:
    """Return the week after the button that was pressed, or None where that was none of these."""
    if "copy" in data:
        source = data.get("copy_from", "0")
        rows = typed.get(int(source), []) if source in "0123456" and source else []
        days = {int(day) for day in data.getlist("copy_to") if day in {*"0123456"}}
        return typed | {day: list(rows) for day in days}
    if "lunch" in data:
        return without_lunch(
            typed, read_clock(data.get("lunch_from")), read_clock(data.get("lunch_to"))
        )
    if data.get("more") in {*"0123456"}:
        day = int(data.get("more", "0"))
        return typed | {day: [*typed.get(day, []), *([("", "")] * _blank(typed, day))]}
    return None


def _blank(typed: Typed, day: int) -> int:
    """Return how many empty rows stand there when one more than now is wanted."""
    return max(1, SHOWN + 1 - len(typed.get(day, [])))


def without_lunch(typed: Typed, begins: time | None, ends: time | None) -> Typed:
    """Return the week with that time taken out of every span."""
    if begins is None or ends is None or ends <= begins:
        return typed
    return {day: list(_split(rows, begins, ends)) for day, rows in typed.items()}


def _split(rows: Sequence[tuple[str, str]], begins: time, ends: time) -> Iterator[tuple[str, str]]:
    for opens, closes in rows:
        first, last = read_clock(opens), read_clock(closes)
        to_midnight = last == MIDNIGHT
        if first is None or last is None or first >= ends or (last <= begins and not to_midnight):
            yield opens, closes
            continue
        if first < begins:
            yield opens, f"{begins:{FORMAT}}"
        if last > ends or to_midnight:
            yield f"{ends:{FORMAT}}", closes


def read_clock(text: str | None) -> time | None:
    """Return the time of day that staff wrote, or None."""
    try:
        return forms.TimeField(input_formats=practice_time.TIME_INPUT_FORMATS).clean(text)
    except forms.ValidationError:
        return None


def summary(spans: Iterable[Span]) -> list[tuple[str, str]]:
    """Return the days that have hours, those that follow one another alike as one, in words."""
    days = defaultdict(list)
    for span in sorted(spans):
        days[span.weekday].append(two_clocks.span(span.opens, span.closes))
    runs: list[tuple[int, int, str]] = []
    for day, several in days.items():
        words = ", ".join(several)
        if runs and runs[-1][1:] == (day - 1, words):
            runs[-1] = (runs[-1][0], day, words)
        else:
            runs.append((day, day, words))
    return [(_days(first, last), words) for first, last, words in runs]


def _days(first: int, last: int) -> str:
    names = [str(WeeklyHours.Weekday(day).label) for day in dict.fromkeys([first, last])]
    return " – ".join(names)

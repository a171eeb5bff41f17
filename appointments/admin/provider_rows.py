"""Providers as rows of a CSV file: what a row says, and writing it into the database.

A file that was written here is read back without a change. A column that is missing changes
nothing; licenses are added and prolonged, never taken away.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import partial
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import modelform_factory
from django.utils.translation import gettext as _

from appointments.admin import two_clocks, week_form
from appointments.admin.provider_form import free_slug
from appointments.models import License, Provider, Service
from appointments.scheduling import weeks
from appointments.scheduling.weeks import Span
from core.people.form_fields import AddressField, NameField
from core.practice.models import Practice

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TEXTS = {  # columns of one field each
    "name": "name",
    "credentials": "credentials",
    "e-mail": "email",
    "time zone": "time_zone",
    "languages": "languages",
    "video room": "video_room",
}
SWITCHES = {"sees patients": "active", "accepts new": "accepts_new"}
COLUMNS = ("address", *TEXTS, *SWITCHES, "services", "licenses", *DAYS)
YES, NO = {"yes", "true", "1"}, {"no", "false", "0"}
LICENSE = re.compile(r"([A-Za-z]{2})[:\s]\s*(\S.*?)\s*\(?(?:until\s+)?(\d{4}-\d{2}-\d{2})\)?")
RowForm = modelform_factory(
    Provider,
    fields=[*TEXTS.values(), *SWITCHES.values(), "slug"],
    field_classes={
        "name": NameField,
        "email": AddressField,
        "video_room": partial(forms.URLField, assume_scheme="https"),  # type: ignore[dict-item]  # makes one
    },
)


class RowRefused(Exception):
    """A sentence for staff: what of the row cannot be."""


@dataclass
class Outcome:
    """What a row does to its provider, in words; nothing where it changes nothing."""

    provider: Provider
    is_new: bool
    changes: list[str] = field(default_factory=list)


def row_of(provider: Provider) -> Iterator[str]:
    """Yield the cells of a provider, in the order of COLUMNS. Its hours are those of today."""
    yield provider.slug
    yield from (getattr(provider, name) for name in TEXTS.values())
    yield from ("yes" if getattr(provider, name) else "no" for name in SWITCHES.values())
    yield "; ".join(service.name for service in provider.services.all())
    yield "; ".join(f"{row.state}: {row.number} ({row.expires})" for row in provider.licenses.all())
    spans = weeks.spans_on(provider.weekly_hours.all(), weeks.today_of(provider))
    for day in range(7):
        yield "; ".join(_written(span) for span in spans if span.weekday == day)


def _written(span: Span) -> str:
    return f"{span.opens:{week_form.FORMAT}} - {span.closes:{week_form.FORMAT}}"


def write(cells: Mapping[str, str], *, since: date | None) -> Outcome:
    """Make this row's provider what it says, the hours from `since` on, or from today.

    Raises RowRefused, and then the caller must roll back. The caller has locked the providers.
    """
    slug = cells.get("address", "")
    found = Provider.objects.filter(slug=slug).first() if slug else None
    provider = found or Provider(time_zone=Practice.current().time_zone)
    outcome = Outcome(provider, is_new=found is None)
    outcome.changes += _write_fields(provider, cells, slug)
    if "services" in cells:
        outcome.changes += _write_services(provider, cells["services"])
    for state, number, expires in _licenses(cells.get("licenses", "")):
        outcome.changes += _write_license(provider, state, number, expires)
    if {*DAYS} & {*cells}:
        outcome.changes += _write_hours(provider, cells, since or weeks.today_of(provider))
    return outcome


def _write_fields(provider: Provider, cells: Mapping[str, str], slug: str) -> list[str]:
    columns = TEXTS | SWITCHES
    data: dict[str, Any] = {"slug": slug or provider.slug or free_slug(cells.get("name", ""))}
    for column, name in columns.items():
        data[name] = getattr(provider, name)
        if column in SWITCHES and column in cells:
            data[name] = _switch(column, cells[column])
        elif column in cells and (provider.pk or cells[column]):  # of a new one defaults stay
            data[name] = cells[column]
    form = RowForm(data, instance=provider)
    before = {name: getattr(provider, name) for name in columns.values()}
    if not form.is_valid():
        labels = {name: column for column, name in columns.items()} | {"slug": "address"}
        raise RowRefused(
            " ".join(
                f"{labels.get(name, name)}: {' '.join(map(str, errors))}"
                for name, errors in form.errors.items()
            )
        )
    is_new = provider.pk is None
    form.save()
    return [
        f"{column}: {_shown(getattr(provider, name))}"
        for column, name in columns.items()
        if is_new or getattr(provider, name) != before[name]
    ]


def _switch(column: str, text: str) -> bool:
    if text.lower() not in YES | NO:
        raise RowRefused(_("%(column)s: write yes or no.") % {"column": column})
    return text.lower() in YES


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value) or _("nothing")


def _write_services(provider: Provider, text: str) -> list[str]:
    known = {service.name.casefold(): service for service in Service.objects.all()}
    names = [name.strip() for name in text.split(";") if name.strip()]
    unknown = [name for name in names if name.casefold() not in known]
    if unknown:
        raise RowRefused(_("services: there is none called %s.") % ", ".join(unknown))
    wanted = {known[name.casefold()] for name in names}
    if wanted == {*provider.services.all()}:
        return []
    provider.services.set(wanted)
    return [_("services: %s") % (", ".join(names) or _("nothing"))]


def _licenses(text: str) -> Iterator[tuple[str, str, date]]:
    for part in filter(None, map(str.strip, text.split(";"))):
        found = LICENSE.fullmatch(part)
        try:
            if not found:
                raise ValueError
            expires = date.fromisoformat(found[3])
        except ValueError:
            words = _("licenses: “%s” is none. Write “TN: 12345 (2027-12-31)”.")
            raise RowRefused(words % part) from None
        yield found[1].upper(), found[2], expires


def _write_license(provider: Provider, state: str, number: str, expires: date) -> list[str]:
    row = provider.licenses.filter(state=state, number=number).first()
    if row and row.expires == expires:
        return []
    row = row or License(provider=provider, state=state, number=number)
    row.expires = expires
    try:
        row.full_clean()
    except ValidationError as error:
        raise RowRefused(f"licenses: {state}: {' '.join(error.messages)}") from error
    row.save()
    return [_("license: %s") % f"{state} {number} ({expires})"]


def _write_hours(provider: Provider, cells: Mapping[str, str], since: date) -> list[str]:
    now = weeks.spans_on(provider.weekly_hours.all(), since)
    wanted = [span for span in now if DAYS[span.weekday] not in cells]
    for weekday, column in enumerate(DAYS):
        wanted += _spans(weekday, column, cells.get(column, ""))
    wanted.sort()
    if wanted == now:
        return []
    weeks.replace_week(provider, wanted, since=since)
    words = "; ".join(f"{day} {hours}" for day, hours in week_form.summary(wanted))
    return [_("hours: %s") % (words or _("nothing"))]


def _spans(weekday: int, column: str, text: str) -> list[Span]:
    found: list[Span] = []
    for part in filter(None, map(str.strip, text.replace("–", "-").split(";"))):
        opens, _dash, closes = part.partition("-")
        first, last = week_form.read_clock(opens.strip()), week_form.read_clock(closes.strip())
        if first is None or last is None or (last != time(0) and last <= first):
            words = _("%(day)s: “%(text)s” are no hours. Write “9:00 AM - 12:00 PM”.")
            raise RowRefused(words % {"day": column, "text": part})
        found.append(Span(weekday, first, last))
    found.sort()
    for one, other in pairwise(found):
        if one.closes == time(0) or other.opens < one.closes:
            words = _("%(day)s: %(one)s and %(other)s overlap.")
            spans = [two_clocks.span(each.opens, each.closes) for each in (one, other)]
            raise RowRefused(words % {"day": column, "one": spans[0], "other": spans[1]})
    return found

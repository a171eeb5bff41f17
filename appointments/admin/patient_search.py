"""How staff find people: by a name as they hear it, a birth date, a phone number, an address.

Each word of a term is part of a name, in any order, or of an e-mail address. Accents, apostrophes
and hyphens may be left out or be others. A birth date or a number may stand beside a name. A word
of one or two letters by itself is what a name or an address begins with, or ends.

The indexes of the models hold each column as it is asked for here. No index answers a condition
over columns of several tables: so visits are found in parts, each by its own.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, TextField, Value, When
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.forms import written_dates
from appointments.models import Appointment, Patient
from core.database import word_search
from core.people import name_matching, phone_numbers
from core.people.name_matching import Plain, plain

LONGEST = 200
LAST_DIGITS = 4  # fewer are no number
_BETWEEN = r"\s()./+\u2010-\u2015-"
_NUMBER = re.compile(
    rf"(?:tel:)?[\d{_BETWEEN}]+(?:[\s,;]*(?:ext\.?|x|#)\s*=?\s*\d+)?", re.IGNORECASE
)
_LONG_NUMBER = re.compile(rf"(?<!\w)[+(]*\d[\d{_BETWEEN}]{{5,}}\d(?!\w)")
NOBODY = Q(pk__in=())
SEARCH_HELP = _("A name, birth date, e-mail address or phone number, or its last four digits.")


class Reading(NamedTuple):
    """One meaning of a term: somebody born on one of `days`, with this number, and these words."""

    words: Sequence[str] = ()
    number: str = ""
    days: Sequence[date] = ()


def read(term: str) -> list[Reading]:
    """Return what a term may mean; nothing where it says nothing."""
    term = unicodedata.normalize("NFKC", term[:LONGEST]).strip()
    found = [Reading(words=_words(term)), Reading(number=term)]
    found = [each for each in found if each.words or _NUMBER.fullmatch(each.number)]
    days, rest = written_dates.find(term, practice_time.today())
    if days:
        # The numbers of a date are no words.
        found = [each for each in found if len(each.words) < 2]
        return [*found, Reading(_words(rest), days=days)]
    number = _LONG_NUMBER.search(term)
    if number:
        rest = f"{term[: number.start()]} {term[number.end() :]}"
        found.append(Reading(_words(rest), number.group()))
    return found


def _words(term: str) -> list[str]:
    return [word for word in name_matching.words(term) if plain(word)]


def _letters(word: str) -> int:
    return len(plain(word))


@dataclass(frozen=True)
class PersonSearch:
    """The columns of a list in which its people stand; those of `names` are made by Plain."""

    names: Sequence[str] = ()
    addresses: Sequence[str] = ()
    numbers: Sequence[str] = ()
    births: Sequence[str] = ()

    def matching(self, term: str) -> Q:
        """Return what is true of those whom `term` means: of nobody where it says nothing."""
        return _or([self._meant(reading) for reading in read(term)])

    def in_part(self, term: str) -> Q:
        """Return what is true of those with a number, or any of the words, that `term` has."""
        found = NOBODY
        for reading in read(term):
            if reading.number:
                found |= self._called(reading.number)
            long = [word for word in reading.words if _letters(word) >= word_search.SHORTEST]
            for word in (long or reading.words) if self.names else ():
                found |= self._asked(reading)(word)
        return found

    def _meant(self, reading: Reading) -> Q:
        found, asked = Q(), self._asked(reading)
        for word in reading.words:
            found &= asked(word)
        if reading.number:
            found &= self._called(reading.number)
        if reading.days:
            found &= _any(self.births, "in", reading.days)
        return found

    def _asked(self, reading: Reading) -> Callable[[str], Q]:
        is_found = any(_letters(word) >= word_search.SHORTEST for word in reading.words)
        return self._has if is_found else self._bounds

    def _has(self, word: str) -> Q:
        """Those with this word in a name or an address, or at the end of a number."""
        found = _any(self.addresses, "icontains", word) | _any(self.names, "contains", plain(word))
        return found | self._called(word) if word.isdecimal() else found

    def _bounds(self, word: str) -> Q:
        """Those whose name begins with these letters or ends with both, or whose address begins."""
        found = _any(self.addresses, "istartswith", word)
        found |= _any(self.names, "startswith", plain(word))
        return found | _any(self.names, "endswith", plain(word)) if len(plain(word)) > 1 else found

    def _called(self, text: str) -> Q:
        """Those with this number in whatever spelling, or this part of one."""
        number = phone_numbers.parse_phone(text)
        if number and number.is_valid():
            return _any(self.numbers, "startswith", number.as_e164)
        digits = re.sub(r"\D", "", text)
        if len(digits) < LAST_DIGITS:
            return NOBODY
        if len(digits) > LAST_DIGITS:
            # From abroad some dial 00 first, and at home a 0.
            return _any(self.numbers, "contains", digits.lstrip("0") or digits)
        # Behind them an extension may stand.
        return _any(self.numbers, "endswith", digits) | _any(self.numbers, "contains", digits + ";")


def _any(columns: Sequence[str], lookup: str, value: Any) -> Q:
    """Return what is true where one of these columns has it."""
    return _or([Q((f"{column}__{lookup}", value)) for column in columns])


def _or(conditions: Sequence[Q]) -> Q:
    return Q(*conditions, _connector=Q.OR) if conditions else NOBODY


# What a record and a visit hold themselves, each column as its index has it.
RECORD = PersonSearch(["search_name"], ["email"], ["phone"], ["birth_date"])
TYPED, CALLER = PersonSearch(addresses=["email"], numbers=["phone"]), PersonSearch(["caller"])
# A visit with all that stands around it.
VISIT = PersonSearch(
    names=["patient__search_name", "called_by"],
    addresses=["patient__email", "email"],
    numbers=["phone", "patient__phone"],
    births=["patient__birth_date"],
)
# Seldom filled, and slow to make: only where there is one.
CALLED_BY = Case(
    When(booked_by="", then=Value("")), default=Plain("booked_by"), output_field=TextField()
)


def find_patients(patients: QuerySet[Patient], term: str) -> QuerySet[Patient]:
    """Return those of these whom `term` means, also by a record that was merged into theirs."""
    own = RECORD.matching(term)
    merged = Patient.objects.filter(own, merged_into__isnull=False).order_by()
    return word_search.found(
        patients,
        patients.filter(own),
        patients.filter(pk__in=merged.values("merged_into")),
        meant=patients.filter(own | Exists(merged.filter(merged_into=OuterRef("pk")))),
    )


def find_visits(visits: QuerySet[Appointment], term: str) -> QuerySet[Appointment]:
    """Return those of these that `term` means.

    By their patient's record; by what was typed for the visit; or by both together, where the
    caller's name or a number is a part of what is said.
    """
    visits = visits.alias(called_by=CALLED_BY)
    records = Patient.objects.filter(RECORD.matching(term)).order_by()
    called = visits.exclude(booked_by="").alias(caller=Plain("booked_by"))
    meant = VISIT.matching(term)
    return word_search.found(
        visits,
        visits.filter(patient__in=records.values("pk")),
        visits.filter(TYPED.matching(term)),
        called.filter(CALLER.in_part(term)).filter(meant),
        visits.filter(TYPED.in_part(term)).filter(meant),
        meant=visits.filter(meant),
    )

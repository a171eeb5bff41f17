"""How staff find people: by a name as they hear it, a birth date, a phone number, an address.

Each word of a term is part of a name, in any order, or of an e-mail address. Accents, apostrophes
and hyphens may be left out or be others. A birth date or a number may stand beside a name. A word
of one or two letters by itself is what a name or an address begins with, or ends. Where nobody is
spelled so, those are found whose names are nearly so: see `similar`.

The indexes of the models hold each column as it is asked for here. No index answers a condition
over columns of several tables: so visits are found in parts, each by its own.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.contrib.postgres.search import TrigramStrictWordSimilarity
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.forms import written_dates
from appointments.models import Appointment, Patient
from core.database import word_search
from core.people import name_matching, phone_numbers
from core.people.name_matching import Plain, Words, plain

LONGEST = 200
FEWEST_DIGITS = 3  # fewer are no part of a number
LOCAL_DIGITS = 7  # so many, or more, may be dialled
MISTYPED = 4  # letters: in a shorter word every other one would be a slip
HALF, NOT_MUCH_LESS, MOST_SIMILAR = 0.49, 0.8, 100
_BETWEEN = r"\s()./+\u2010-\u2015-"
_NUMBER = re.compile(
    rf"(?:tel:)?[\d{_BETWEEN}]+(?:[\s,;]*(?:ext\.?|x|#)\s*=?\s*\d+)?", re.IGNORECASE
)
_LONG_NUMBER = re.compile(rf"(?<!\w)[+(]*\d[\d{_BETWEEN}]{{5,}}\d(?!\w)")
NOBODY = Q(pk__in=())
SEARCH_HELP = _("A name, birth date, e-mail address, or any digits of a phone number.")
Near = Callable[[str], Q]  # what is true of those with a name like this word


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


def may_be_mistyped(term: str) -> bool:
    """Return whether people are looked for whose names are only like a word of this term."""
    return any(_letters(word) >= MISTYPED and plain(word).isalpha() for word in _words(term))


def _letters(word: str) -> int:
    return len(plain(word))


@dataclass(frozen=True)
class PersonSearch:
    """The columns of a list in which its people stand; those of `names` are made by Plain."""

    names: Sequence[str] = ()
    addresses: Sequence[str] = ()
    numbers: Sequence[str] = ()
    births: Sequence[str] = ()

    def matching(self, term: str, near: Near | None = None) -> Q:
        """Return what is true of those whom `term` means: of nobody where it says nothing.

        With `near`, each of its longer words may also be one that is only like a name.
        """
        return _or([self._meant(reading, near) for reading in read(term)])

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

    def _meant(self, reading: Reading, near: Near | None) -> Q:
        found, asked = Q(), self._asked(reading)
        for word in reading.words:
            if near is None or not may_be_mistyped(word):
                found &= asked(word)
            elif len(reading.words) == 1:
                found &= near(word)  # as it was typed it has found nobody
            else:
                found &= _any(self.names, "contains", plain(word)) | near(word)
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
        if len(digits) < FEWEST_DIGITS:
            return NOBODY
        # From abroad some dial 00 first, and at home a 0.
        is_part = len(digits) < LOCAL_DIGITS
        return _any(self.numbers, "contains", digits if is_part else digits.lstrip("0") or digits)


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
PLACE = PersonSearch(
    names=["search_name", "caller"],
    addresses=["email"],
    numbers=["phone"],
    births=["birth_date"],
)
# Seldom filled, and slow to make: only where there is one.
CALLED_BY = Case(
    When(booked_by="", then=Value("")), default=Plain("booked_by"), output_field=TextField()
)


KEPT = Coalesce("merged_into", "pk")  # the record that one leads to


def find_patients(patients: QuerySet[Patient], term: str) -> QuerySet[Patient]:
    """Return those of these whom `term` means, also by a record that was merged into theirs.

    Where there is nobody, those whose names are nearly so.
    """
    own = RECORD.matching(term)
    merged = Patient.objects.filter(own, merged_into__isnull=False).order_by()
    found = word_search.found(
        patients,
        patients.filter(own),
        patients.filter(pk__in=merged.values("merged_into")),
        meant=patients.filter(own | Exists(merged.filter(merged_into=OuterRef("pk")))),
    )
    if not may_be_mistyped(term) or found.exists():
        return found
    return word_search.among(patients, set(similar(term)))


def find_visits(visits: QuerySet[Appointment], term: str) -> QuerySet[Appointment]:
    """Return those of these that `term` means; where there is none, of people of similar names.

    By their patient's record; by what was typed for the visit; or by both together, where the
    caller's name or a number is a part of what is said.
    """
    visits = visits.alias(called_by=CALLED_BY)
    records = Patient.objects.filter(RECORD.matching(term)).order_by()
    called = visits.exclude(booked_by="").alias(caller=Plain("booked_by"))
    meant = VISIT.matching(term)
    found = word_search.found(
        visits,
        visits.filter(patient__in=records.values("pk")),
        visits.filter(TYPED.matching(term)),
        called.filter(CALLER.in_part(term)).filter(meant),
        visits.filter(TYPED.in_part(term)).filter(meant),
        meant=visits.filter(meant),
    )
    if not may_be_mistyped(term) or found.exists():
        return found
    return visits.filter(patient__in=similar(term))


def similar(term: str) -> list[int]:
    """Return the keys of at most MOST_SIMILAR records whose names are nearly what `term` says.

    Those with two letters that changed places, or else those with most in common.
    """
    people = Patient.objects.alias(words=Words("first_name", "last_name"))
    swapped = people.filter(RECORD.matching(term, _swapped)).order_by("pk")
    found = list(swapped.values_list(KEPT, flat=True)[:MOST_SIMILAR])
    if found:
        return list(dict.fromkeys(found))
    likeness = [TrigramStrictWordSimilarity(plain(word), "words") for word in _words(term)]
    alike = people.annotate(likeness=sum(likeness[1:], likeness[0]))
    with word_search.similar_from(_least_alike(term)):
        rows = alike.filter(RECORD.matching(term, _alike)).order_by("-likeness", "pk")
        nearest = list(rows.values_list(KEPT, "likeness")[:MOST_SIMILAR])
    least = nearest[0][1] * NOT_MUCH_LESS if nearest else 0
    return list(dict.fromkeys(pk for pk, share in nearest if share >= least))


def _swapped(word: str) -> Q:
    letters = plain(word)
    swapped = {
        letters[:n] + letters[n + 1] + letters[n] + letters[n + 2 :]
        for n in range(len(letters) - 1)
    }
    return _or([Q(search_name__contains=other) for other in sorted(swapped - {letters})])


def _alike(word: str) -> Q:
    return Q(words__trigram_strict_word_similar=plain(word))


def _least_alike(term: str) -> float:
    """Return what a word shares with itself where one letter is another; of a long one, HALF.

    One letter stands in three trigrams, and a word of n letters has n + 1.
    """
    shortest = min(_letters(word) for word in _words(term) if may_be_mistyped(word))
    return min(HALF, (shortest - 2) / (shortest + 4) - 0.01)

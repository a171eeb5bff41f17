"""How staff find people: by a name as they hear it, a birth date, a phone number, an address.

Each word of a term is part of a name, in any order, or of an e-mail address. Accents, apostrophes
and hyphens may be left out or be others. A birth date or a number may stand beside a name.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.forms import written_dates
from core.people import name_matching, phone_numbers

LONGEST = 200
LAST_DIGITS = 4  # fewer are no number
_BETWEEN = r"\s()./+\u2010-\u2015-"
_NUMBER = re.compile(
    rf"(?:tel:)?[\d{_BETWEEN}]+(?:[\s,;]*(?:ext\.?|x|#)\s*=?\s*\d+)?", re.IGNORECASE
)
_LONG_NUMBER = re.compile(rf"(?<!\w)[+(]*\d[\d{_BETWEEN}]{{5,}}\d(?!\w)")
NOBODY = Q(pk__in=())
SEARCH_HELP = _("A name, birth date, e-mail address or phone number, or its last four digits.")


@dataclass(frozen=True)
class PersonSearch:
    """The columns of a list in which its people stand; those of `names` are made by Plain."""

    names: Sequence[str]
    addresses: Sequence[str]
    numbers: Sequence[str]
    births: Sequence[str]

    def matching(self, term: str) -> Q:
        """Return what is true of those whom `term` means: of nobody where it says nothing."""
        term = unicodedata.normalize("NFKC", term[:LONGEST]).strip()
        found = self._named(term)
        if _NUMBER.fullmatch(term):
            found |= self._called(term)
        days, rest = written_dates.find(term, practice_time.today())
        if days:
            return found | _any(self.births, "in", days) & self._also_named(rest)
        number = _LONG_NUMBER.search(term)
        if number:
            rest = f"{term[: number.start()]} {term[number.end() :]}"
            found |= self._called(number.group()) & self._also_named(rest)
        return found

    def _also_named(self, rest: str) -> Q:
        return self._named(rest) if name_matching.plain(rest) else Q()

    def _named(self, term: str) -> Q:
        """Those of whom all the words are: of a name, an address, or the end of a number."""
        found = Q() if name_matching.plain(term) else NOBODY
        for word in name_matching.words(term):
            plain = name_matching.plain(word)
            asked = _any(self.addresses, "icontains", word)
            asked |= _any(self.names, "contains", plain)
            asked |= self._called(word) if word.isdecimal() else NOBODY
            found &= asked if plain else Q()
        return found

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
    return Q(*[(f"{column}__{lookup}", value) for column in columns], _connector=Q.OR)


PATIENT_SEARCH = PersonSearch(
    names=["search_name", "merged__search_name"],
    addresses=["email", "merged__email"],
    numbers=["phone", "merged__phone"],
    births=["birth_date", "merged__birth_date"],
)

"""Dates as people in the US write them: for birth dates, typed into a form or searched for.

Pure.
"""

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december"),
)
_SIGN = r"[\s./,\u2010-\u2015\u2212-]"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_NAME = r"(?P<name>[a-z]{3,9})"
_YEAR = r"['\u2018\u2019]?(?P<year>\d{4}|\d{2})"
_SPELLINGS = [
    re.compile(rf"(?<!\w){spelling}(?!\w)", re.IGNORECASE)
    for spelling in (
        rf"(?P<year>\d{{4}}){_SIGN}+(?P<month>\d{{1,2}}){_SIGN}+(?P<day>\d{{1,2}})",  # 1988-01-02
        rf"(?P<month>\d{{1,2}}){_SIGN}+(?P<day>\d{{1,2}}){_SIGN}+{_YEAR}",  # 1/2/1988, 01-02-88
        rf"{_NAME}{_SIGN}*{_DAY}{_SIGN}+{_YEAR}",  # January 2, 1988, Jan.2 '88
        rf"{_DAY}{_SIGN}*(?:of\s+)?{_NAME}{_SIGN}*{_YEAR}",  # 2 Jan 1988, 2-Jan-88, 02JAN1988
        rf"(?P<year>\d{{4}}){_SIGN}*{_NAME}{_SIGN}*{_DAY}",  # 1988 Jan 2
        r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})",  # 19880102
        r"(?P<month>\d{2})(?P<day>\d{2})(?P<year>\d{4}|\d{2})",  # 01021988, 010288
    )
]


def read(text: str, today: date) -> date | None:
    """Return the day that this whole text says; None where it says none, or may say two.

    A year of two digits counts where one century alone was: in 2026 "88" is 1988, and "15" may be
    1915. Digits without anything between them say a day where there are eight: of seven nobody
    knows whether the month or the day has one, and six are soon typed for a whole year.
    """
    for spelling in _SPELLINGS:
        match = spelling.fullmatch(text.strip())
        if match is None or (len(match["year"]) == 2 and text.strip().isdecimal()):
            continue
        days = [*_days(match)]
        if len(match["year"]) == 2:
            days = [day for day in days if day <= today]
        if len(days) == 1:
            return days[0]
    return None


def find(text: str, today: date) -> tuple[list[date], str]:
    """Return the days up to `today` that a part of this text may say, and the rest of the text.

    A year of two digits is one of the last century's, or of this one's: both where both were.
    """
    for spelling in _SPELLINGS:
        for match in spelling.finditer(text):
            days = [day for day in _days(match) if day <= today]
            if days:
                return days, f"{text[: match.start()]} {text[match.end() :]}".strip()
    return [], text


def _days(match: re.Match[str]) -> Iterator[date]:
    """Nothing where there is no such day; for a year of two digits one for each century."""
    parts = match.groupdict()
    month = int(parts["month"]) if parts.get("month") else _month(parts["name"])
    year = parts["year"]
    for whole in [year] if len(year) == 4 else ["19" + year, "20" + year]:
        try:
            yield date(int(whole), month, int(parts["day"]))
        except ValueError:
            continue


def _month(name: str) -> int:
    """1 to 12 for a month's name or how it begins, "Sept" too; 0 for another word."""
    found = [n for n, month in enumerate(_MONTHS, 1) if month.startswith(name.lower())]
    return found[0] if len(found) == 1 else 0

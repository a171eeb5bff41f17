"""Parts of a text that hold up to and on a day: `{until 2026-12-31}` stands in them. Pure.

In a paragraph, or a row of a list or table, the mark is of that part; in a heading of all that
stands under it. The mark itself is never shown, and after its day the part is not either.
"""

import re
from datetime import date

from core.richtext.tree import HEADINGS, Element, is_visible, parse

MARK = re.compile(r"\s*\{until ([0-9]{4}-[0-9]{2}-[0-9]{2})\}")
_PARTS = {"p", "li", "tr"} | HEADINGS
_MAY_BE_EMPTY = {"td", "th", "br", "hr", "img"}


def is_mark(braced: str) -> bool:
    """Return whether these words in braces are such a mark, of a day that there is."""
    found = MARK.fullmatch(f"{{{braced}}}")
    return found is not None and _day(found[1]) is not None


def last_days(html: str) -> list[date]:
    """Return the days up to which parts of this text hold, the first one first."""
    return sorted(filter(None, map(_day, MARK.findall(html))))


def without_marks(html: str) -> str:
    """Return the whole text, without the marks."""
    return MARK.sub("", html)


def without_ended(html: str, today: date) -> str:
    """Return what of the text holds today, without the marks."""
    if any(day < today for day in last_days(html)):
        html = "".join(map(_written, _kept(parse(html), today).children))
    return without_marks(html)


def _kept(element: Element, today: date) -> Element:
    """Return the element without the parts in it that have ended."""
    kept, ended_heading = Element(element.name, element.attributes), ""
    for child in element.children:
        name = child.name if isinstance(child, Element) else ""
        if ended_heading and not (name in HEADINGS and name <= ended_heading):
            continue
        ended_heading = ""
        if isinstance(child, Element):
            if name in _PARTS and _has_ended(child, today):
                ended_heading = name if name in HEADINGS else ""
                continue
            inside = _kept(child, today)
            if name not in _MAY_BE_EMPTY and not is_visible(inside) and is_visible(child):
                continue  # a list whose rows have all ended
            child = inside
        kept.children.append(child)
    return kept


def _has_ended(part: Element, today: date) -> bool:
    return any(day < today for day in last_days(_own_words(part)))


def _own_words(part: Element) -> str:
    """Return what stands in it and in no smaller part in it."""
    return "".join(
        child if isinstance(child, str) else "" if child.name in _PARTS else _own_words(child)
        for child in part.children
    )


def _written(what: Element | str) -> str:
    if isinstance(what, str):
        return what
    if what.name in ("br", "hr", "img"):
        return what.start
    return f"{what.start}{''.join(map(_written, what.children))}</{what.name}>"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

"""What no page of ours asks for. Parameters are found in the views: a new one is tried, too."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from django.conf import settings
from django.contrib import admin
from django.http import QueryDict

from tests.appointments.booking_steps import DETAILS
from tests.crawl.addresses import Address
from tests.page_forms import Form

LAST_DAY, HUGE, FIRST_DAY = "9999-12-31", "9" * 30, "0001-01-01"
UNPRINTABLE = "a\x01\u2028\u202e\ufffe'\"<>%s{{7*7}}"
# One parameter or field after the other has the first ones; all at once have the others.
ALONE, TOGETHER = [LAST_DAY, HUGE], [FIRST_DAY, "\u0661\u0662", "foo", "//evil", UNPRINTABLE]
FORM = "application/x-www-form-urlencoded"
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\x00\r\n--x--\r\n'
BODIES = [
    ("[" * 60_000, "application/json"),
    (b"\xff\xfe=\xff", f"{FORM}; charset=nothing"),
    (b"--x\r\nno end", "multipart/form-data; boundary=x"),
    (b"\x00\xff\xfe", "application/json"),
    ("null", "application/json"),
    ("a=%00&a=1&a=2&%00=1&day=%00&email=%00&q=%00&slot=%00", FORM),
    ("proof_of_work=" + "W1tb" * 10_000, FORM),
    ("a=1&" * 1001, FORM),
    (PART, "multipart/form-data; boundary=x"),
    ("", "multipart/form-data"),
]
READS = re.compile(r"\b(?:GET|POST)(?:\.get|\.getlist)?[\[(]\"([a-z]\w*)\"")
DAYS = re.compile("day|date|_at|from|to$|until|expires|starts|ends|first|last|reviewed")
LATER_ROW = re.compile(r"-(?:[1-9]\d*|__prefix__)-")
CHANGE_LIST = ("q", "o", "p", "all", "e", "_popup", "_to_field", "_facets")
# Django reads what is sent to its own pages of every model alike: those of this one are enough.
ONE_OF_ALL = "appointments.appointment"
OF_A_RECORD = ("_history", "_delete", "admin:")
AUTOCOMPLETE = ("app_label", "model_name", "field_name", "term", "page")
FOLDERS = {
    "articles": "articles/views",
    "book": "appointments/views",
    "appointments": "appointments/views",
    "newsletter": "newsletter/views",
}


@contextmanager
def names_read() -> Iterator[set[str]]:
    """The names that are looked for in a query or a form meanwhile."""
    found: set[str] = set()

    def noting(look: Callable) -> Callable:
        def noted(given: QueryDict, name: str, *others: Any) -> Any:
            found.add(name)
            return look(given, name, *others)

        return noted

    with pytest.MonkeyPatch.context() as patch:
        for way in ("__getitem__", "__contains__", "get", "getlist"):
            patch.setattr(QueryDict, way, noting(getattr(QueryDict, way)))
        yield found


def queries(address: Address, read: set[str]) -> Iterator[str]:
    """Each parameter of its views by itself, then all of them, twice.

    `read` are those that its plain page looks for. Any other one, by itself, would change nothing:
    up to the first look at it the same is done; and a page that looks for none is asked once. A
    list of the admin takes whatever it is given: tests/core/staff/test_lists_answer_no_more.py asks
    each by each of its filters, and what Django itself reads of every list one is asked by here.
    """
    names = _names(address)
    looked_for = sorted(read & set(names))
    if address.route.endswith("_changelist"):
        looked_for = list(CHANGE_LIST if address.label == ONE_OF_ALL else ("q",))
    for name in looked_for:
        yield urlencode({name: LAST_DAY if DAYS.search(name) else HUGE})
    many = [HUGE, UNPRINTABLE] if address.label else ALONE + TOGETHER
    for value in many if looked_for else [UNPRINTABLE] if names else []:
        yield urlencode([(name, value) for name in names] * 2)


def _names(address: Address) -> tuple[str, ...]:
    first, *others = address.path.strip("/").split("/")
    if not address.label:
        also = {"admin:autocomplete": AUTOCOMPLETE, "machines:sitemap_section": ("p",)}
        folder = FOLDERS.get(first)
        found = _read(folder) if folder else ()
        return (*found, *also.get(address.route, ()), "next")
    if address.route.endswith("_changelist"):
        return (*CHANGE_LIST, *_filters(address.label))
    plain = address.route.endswith(("_add", "_change", "_history", "_delete", "_action"))
    return () if plain else _read(f"{others[0]}/admin")


@cache
def _read(folder: str) -> tuple[str, ...]:
    text = "".join(path.read_text() for path in (Path(settings.BASE_DIR) / folder).rglob("*.py"))
    return tuple(sorted(set(READS.findall(text))))


@cache
def _filters(label: str) -> tuple[str, ...]:
    """How the filters of a list and its steps through the years are asked for."""
    model = next(m for m in admin.site._registry if m._meta.label_lower == label)
    found = admin.site._registry[model]
    named = [each[0] if isinstance(each, tuple) else each for each in found.list_filter]
    fields = [each for each in named if isinstance(each, str)]
    own = [each.parameter_name for each in named if hasattr(each, "parameter_name")]
    return (
        *own,
        *(f"{field}__exact" for field in fields),
        *(f"{field}__{part}" for field in _dated(found, fields) for part in ("gte", "year", "day")),
    )


def _dated(found, fields: list[str]) -> list[str]:
    hierarchy = [found.date_hierarchy] if found.date_hierarchy else []
    return hierarchy + [field for field in fields if DAYS.search(field)]


def spellings(address: Address) -> Iterator[str]:
    """The same address with something else in the place of a number or a day in it.

    Each page that Django has of a record looks for it as the one that changes it does.
    """
    path = address.path
    if address.route.endswith(OF_A_RECORD) and address.label != ONE_OF_ALL:
        return
    for part in sorted(set(re.findall(r"(?<=/)(?:\d+|\d{4}-\d\d-\d\d)(?=/)", path))):
        days = (LAST_DAY, FIRST_DAY, "2026-02-30")
        for value in days if "-" in part else (HUGE, "9" * 5000, "%D9%A1"):
            yield path.replace(f"/{part}/", f"/{value}/")


def filled(
    address: Address, forms: list[Form], seen: set[tuple[str, ...]]
) -> Iterator[tuple[str, dict[str, str]]]:
    """Each form of a page that is not among `seen`, which it joins: one field after the other,
    then all of them, hold what is nasty. The form at the foot of every page is sent once.

    Of a long form only the fields of days have their turn; in the admin, one by one, only these,
    and of a formset only the first row's: the others are read alike.
    """
    path = address.path
    for form in forms:
        if form.method != "post" or "logout" in form.action:
            continue
        whole = {name: DETAILS.get(name) or typed for name, typed in form.fields.items()}
        names = [name for name in form.choices if name and name != "csrfmiddlewaretoken"]
        # How many rows a formset has. A huge number of them is a thousand forms, cleaned each time.
        counts = [name for name in names if name.endswith("_FORMS")]
        names = [name for name in names if name not in counts and not LATER_ROW.search(name)]
        target = urljoin(path, form.action or path)
        if (same := (target, *names)) in seen:
            continue
        seen.add(same)
        if counts:
            yield target, whole | dict.fromkeys(counts, UNPRINTABLE)
        for value in [HUGE, UNPRINTABLE] if address.label else ALONE + TOGETHER:
            yield target, whole | dict.fromkeys(names, value)
        for name in names:
            if DAYS.search(name):
                yield target, whole | {name: LAST_DAY}
            elif len(names) < 16 and not address.label:
                yield target, whole | {name: UNPRINTABLE}

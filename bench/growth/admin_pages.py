"""Every list of the admin as staff may ask for it, and every page that hangs on a record."""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.urls import URLPattern, reverse

LINK = re.compile(r'href="(\?[^"]*)"')
PARAMETER = re.compile(r"<(?:\w+:)?(?:object_id|pk)>")
MOST_CHOICES = 6  # of one filter: sixty providers are alike
# What staff type: names, parts of them, parts of an address, numbers, days, and what nobody has.
SEARCHES = {
    "a name": "Grace",
    "both names": "Maria Corlo",
    "a part of a name": "rnavec",
    "two letters": "li",
    "one letter": "e",
    "the beginning of an address": "maria.cor",
    "a part of an address": "ger1234",
    "a domain": "@gmail.com",
    "a phone number": "(615) 555-0142",
    "the last digits of a number": "4711",
    "digits": "61521",
    "a birth date": "04/17/1958",
    "a name and a birth date": "Grace 04/17/1958",
    "a key": "appointment-booked:123456",
    "words of a subject": "Your visit on Monday",
    "words": "number 123456 twice",
    "nobody": "zzqxv",
    "nobody of two words": "zzqxv grace",
    "nobody’s number": "(999) 555-0199",
}


class Page(NamedTuple):
    """What is asked, in words, and where."""

    what: str
    url: str


def of_list(model_admin: ModelAdmin, page: str) -> Iterator[Page]:
    """What the list's own page links to, and searches. `page` is its HTML."""
    name, url = _names(model_admin)
    yield from linked(name, url, page)
    if model_admin.search_fields:
        for what, words in SEARCHES.items():
            yield Page(f"{name}: {what}", f"{url}?{urlencode({'q': words})}")


def linked(name: str, url: str, page: str) -> Iterator[Page]:
    """The filters, orders, days and pages that the HTML of a list links to."""
    seen: dict[frozenset, int] = {}
    for found in dict.fromkeys(LINK.findall(page)):
        query = html.unescape(found)
        names = frozenset(key for key, _value in parse_qsl(query[1:], keep_blank_values=True))
        seen[names] = seen.get(names, 0) + 1
        # Orders are few, and each of them is another.
        if seen[names] <= MOST_CHOICES or "o" in names:
            yield Page(f"{name}: {query}", url + query)


def orders(asked: Page, page: str) -> list[Page]:
    """The orders and further pages of a list that is filtered already; of a search, the pages."""
    name, url = asked.what.partition(":")[0], asked.url.partition("?")[0]
    wanted = r"[?&]p=" if re.search(r"[?&]q=", asked.url) else r"[?&](o|p)="
    return [each for each in linked(name, url, page) if re.search(wanted, each.url)]


def of_records(model_admin: ModelAdmin) -> Iterator[Page]:
    """Each page of the admin class itself, with its oldest and newest record."""
    name, _url = _names(model_admin)
    rows = model_admin.model._default_manager.order_by("pk")
    pks = list(dict.fromkeys(row.pk for row in (rows.first(), rows.last()) if row))
    base = reverse("admin:index") + model_admin.opts.app_label + f"/{model_admin.opts.model_name}/"
    for pattern in model_admin.get_urls():
        route = str(pattern.pattern)
        if not isinstance(pattern, URLPattern) or "delete" in route or not route:
            continue
        for pk in pks if PARAMETER.search(route) else pks[:1]:
            path = PARAMETER.sub(str(pk), route)
            if "<" not in path:
                yield Page(f"{name}: {path}", base + path)


def suggestions() -> Iterator[Page]:
    """What fields suggest while somebody types."""
    for model_admin in admin.site._registry.values():
        for part in (model_admin, *model_admin.inlines):
            for field in part.autocomplete_fields:
                for term in ("a", "article", "Somebody reads", "zzqxv"):
                    query = {
                        "app_label": part.model._meta.app_label,
                        "model_name": part.model._meta.model_name,
                        "field_name": field,
                        "term": term,
                    }
                    url = f"{reverse('admin:autocomplete')}?{urlencode(query)}"
                    yield Page(f"{part.model._meta.label} suggests {field}: {term}", url)


def _names(model_admin: ModelAdmin) -> tuple[str, str]:
    opts = model_admin.opts
    return opts.label, reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")

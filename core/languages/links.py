"""The same page in the other languages: for who reads it, and for search engines."""

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, ResolverMatch, reverse
from django.utils import translation

# Who has one of these in an address was sent it: no search engine is told of such a page.
SECRETS = {"token", "uid"}
# Of what follows the path, only what names a time in a calendar goes along. Pages that are kept for
# everybody have none: what a stranger adds to an address must never stand on somebody else's page.
KEPT = {"appointments": ("state", "service", "slot", "with", "day")}
# Where a page is the answer to a form, and cannot be asked for by its address.
NEAREST = {
    "appointments:set_time_zone": "appointments:choose_state",
    "newsletter:subscribe": "newsletter:home",
}
LONGEST = 200


class LanguageLink(NamedTuple):
    """A page in one language: its code, what the language calls itself, and the path."""

    code: str
    name: str
    path: str


class Alternate(NamedTuple):
    """The address of what stands for a page in a language, for `alternates` of its context."""

    language: str
    url: str


def homes() -> list[Alternate]:
    """Return the first page in every language: of a page that is nowhere, that is the nearest."""
    return [Alternate(code, _path(None, code)) for code, _name in settings.LANGUAGES]


def in_each_language(request: HttpRequest) -> list[LanguageLink]:
    """Return the page of this request in every language; none where it has one for all."""
    match = request.resolver_match
    found = [LanguageLink(*each, _path(match, each[0])) for each in settings.LANGUAGES]
    return found if len({each.path for each in found}) > 1 else []


def others(request: HttpRequest) -> list[LanguageLink]:
    """Return it in every language but its own, with what of the query may go along."""
    now = translation.get_language()
    query = _query(request)
    return [
        each._replace(path=each.path + query)
        for each in in_each_language(request)
        if each.code != now
    ]


def is_secret(request: HttpRequest) -> bool:
    """Whether the address itself opens what belongs to one person."""
    match = request.resolver_match
    return match is not None and not SECRETS.isdisjoint(match.kwargs)


def _path(match: ResolverMatch | None, language: str) -> str:
    """Built from the route, never cut from what was typed: so it always leads to this site."""
    with translation.override(language):
        if match is None:
            return reverse("pages:home")
        if match.view_name in NEAREST:
            return reverse(NEAREST[match.view_name])
        try:
            return reverse(match.view_name, args=match.args, kwargs=match.kwargs)
        except NoReverseMatch:
            return reverse("pages:home")


def _query(request: HttpRequest) -> str:
    match = request.resolver_match
    names = KEPT.get(match.app_name, ()) if match else ()
    kept = request.GET.copy()
    for name in request.GET:
        value = request.GET.get(name, "")
        if name not in names or len(value) > LONGEST:
            del kept[name]
    return f"?{kept.urlencode()}" if kept else ""

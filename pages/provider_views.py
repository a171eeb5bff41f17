"""The providers: all, each one, and when they are free next."""

import re
from dataclasses import asdict
from typing import Any

from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from appointments.models import Provider
from appointments.public import kept_pages
from appointments.public import next_free as free_times
from appointments.public import providers as directory
from appointments.public.providers import Filters, Listed
from articles.models import Article, Contributor
from core.cache.pages import serve
from core.database import database_time
from pages import structured_data

ON_A_PAGE, ARTICLES = 24, 6
NAMES = ("state", "language", "care")
NUMBER = re.compile("[1-9][0-9]{0,3}")
VALUE = re.compile(r"[\w-]{1,60}")


@require_safe
def providers(request: HttpRequest) -> HttpResponse:
    """List those who see patients: all, or by state, language and kind of care."""
    typed = {name: request.GET.get(name, "") for name in NAMES}
    filters = Filters(**{name: text for name, text in typed.items() if VALUE.fullmatch(text)})
    number = request.GET.get("page", "1")
    if not NUMBER.fullmatch(number):
        raise Http404
    return serve(
        request,
        tags=[kept_pages.TAG],
        make=lambda: _providers(request, filters, int(number)),
        key=f"{urlencode(asdict(filters))} {number}",
    )


def _providers(request: HttpRequest, filters: Filters, number: int) -> HttpResponse:
    everyone = directory.listed(database_time.now())
    choices = {
        "state": directory.states_of(everyone),
        "language": directory.languages_of(everyone),
        "care": directory.care_of(everyone),
    }
    known = {
        name: value
        for name, value in asdict(filters).items()
        if value in {choice.value for choice in choices[name]}
    }
    if known != {name: value for name, value in asdict(filters).items() if value}:
        # Nobody has what was asked for, or not any more: what is left of it, and nothing is kept.
        query = f"?{urlencode(known)}" if known else ""
        return redirect(reverse("pages:providers") + query)
    try:
        page = Paginator([each for each in everyone if filters.suits(each)], ON_A_PAGE).page(number)
    except EmptyPage as error:
        raise Http404 from error
    context: dict[str, Any] = {"page": page, "filters": filters, "choices": choices}
    context |= {"everyone": everyone, "query": f"{urlencode(known)}&" if known else ""}
    return render(request, "pages/providers.html", context)


@require_safe
def provider(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one provider. Free times are no part of the kept page: the page asks for them."""
    tags = [kept_pages.TAG, "articles"]
    return serve(request, tags=tags, make=lambda: _provider(request, slug))


def _provider(request: HttpRequest, slug: str) -> HttpResponse:
    found: list[Listed] = directory.listed(database_time.now(), slug=slug)
    if not found:
        raise Http404
    person = found[0].provider
    contributor = _contributor(person)
    context = {
        "listed": found[0],
        "provider": person,
        "contributor": contributor,
        "articles": _reviewed(contributor) if contributor else [],
        "structured": structured_data.provider(found[0]),
    }
    return render(request, "pages/provider.html", context)


def _contributor(person: Provider) -> Contributor | None:
    """Who signs in as both is one person."""
    if person.account_id is None:
        return None
    return Contributor.objects.filter(user=person.account_id).first()


def _reviewed(contributor: Contributor) -> list[Article]:
    found = Article.objects.published().by_contributor(contributor)
    return list(found.newest().as_cards()[:ARTICLES])


@require_safe
def next_free(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the part of a provider's page that says when they are free, as it is right now."""
    person = get_object_or_404(Provider.objects.listed(), slug=slug)
    now = database_time.now()
    context = {
        "provider": person,
        "free": free_times.next_free(person, now),
        "today": now.astimezone(person.zone).date(),
    }
    response = render(request, "pages/_next_free.html", context)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response

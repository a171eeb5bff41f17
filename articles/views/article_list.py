"""All articles: newest or most useful, by topic, by contributor, and found by their words."""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from articles import languages
from articles.models import Article, Contributor, Topic
from articles.models.articles import ArticleQuerySet
from articles.search import crisis_terms, results
from articles.search.query import LONGEST, parse_words
from core import site_pages
from core.cache import pages
from core.languages.addresses import without_language

ON_A_PAGE = 10
SUGGESTED = 6
NUMBER = re.compile("[1-9][0-9]{0,5}")
ORDERS = {"newest": "newest", "useful": "most_useful"}


def _shown() -> ArticleQuerySet:
    """Those that readers of this page's language find."""
    return Article.objects.published().in_language(languages.active())


def _more(chosen: ArticleQuerySet) -> int:
    """How many of `chosen` there are in the original language only, for a page in another one."""
    if languages.active() == languages.ORIGINAL:
        return 0
    here = _shown().filter(translation_of=OuterRef("pk"))
    return chosen.in_language(languages.ORIGINAL).exclude(Exists(here)).count()


def _topics() -> QuerySet[Topic]:
    """Those that a reader finds something under. One query, which stops at the first article."""
    shown = _shown().order_by()
    under = Q(Exists(shown.filter(topic=OuterRef("pk")))) | Q(
        Exists(shown.filter(topics=OuterRef("pk")))
    )
    return Topic.objects.filter(under)


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    """Serve all articles, newest or most useful first, or those that a search finds."""
    if request.GET.get("q", "").strip():
        return _found(request)
    number, order = _asked(request)
    chosen = Article.objects.published()
    return _kept(request, number, order, lambda: _listing(request, chosen, number, order, {}))


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Serve the page of a topic with its articles."""
    number, order = _asked(request)
    return _kept(request, number, order, lambda: _topic(request, slug, number, order))


def _topic(request: HttpRequest, slug: str, number: int, order: str) -> HttpResponse:
    about = get_object_or_404(Topic, slug=slug)
    chosen = Article.objects.published().about(about)
    return _listing(request, chosen, number, order, {"topic": about})


@require_safe
def contributor(request: HttpRequest, slug: str) -> HttpResponse:
    """Serve the page of a contributor with what they wrote or reviewed."""
    number, _order = _asked(request)
    return pages.serve(
        request,
        tags=["articles", "clinic"],  # whoever sees patients has a page there
        make=lambda: _contributor(request, slug, number),
        key=f"{number} ",
    )


def _contributor(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    person: Contributor = get_object_or_404(Contributor.objects.select_related("photo"), slug=slug)
    chosen = Article.objects.published().by_contributor(person)
    page = _page(chosen.in_language(languages.active()).newest(), number)
    context = _paged(request, page, "") | {"contributor": person}
    context |= {"more": _more(chosen), "original_url": without_language(request.path)}
    return render(request, "articles/contributor.html", context)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Render the fragment under the search field while somebody types."""
    text = request.GET.get("q", "")[:LONGEST]
    context = {
        "text": text,
        "found": results.suggest(text, SUGGESTED),
        "pages": site_pages.find_pages(parse_words(text)),
        "crisis": crisis_terms.detect_crisis(text),
    }
    response = render(request, "articles/_suggestions.html", context)
    response["Cache-Control"] = "private, max-age=60"  # the address holds what somebody typed
    return response


def _asked(request: HttpRequest) -> tuple[int, str]:
    """The page and the order asked for: what counts of the query."""
    order = request.GET.get("order", "")
    return _number(request.GET.get("page", "1")), order if order in ORDERS else "newest"


def _kept(
    request: HttpRequest, number: int, order: str, make: Callable[[], HttpResponse]
) -> HttpResponse:
    return pages.serve(request, tags=["articles"], make=make, key=f"{number} {order}")


def _listing(
    request: HttpRequest, chosen: ArticleQuerySet, number: int, order: str, context: dict[str, Any]
) -> HttpResponse:
    page = _page(getattr(chosen.in_language(languages.active()), ORDERS[order])(), number)
    query = {"order": order} if order != "newest" else {}
    context |= _paged(request, page, urlencode(query)) | {"order": order, "topics": _topics()}
    context |= {"more": _more(chosen), "original_url": without_language(request.path)}
    return render(request, "articles/list.html", context)


def _page(chosen: ArticleQuerySet, number: int) -> Page:
    """The page of that number; one that there is not is a 404."""
    try:
        return Paginator(chosen.as_cards(), ON_A_PAGE).page(number)
    except EmptyPage as error:
        raise Http404 from error


def _paged(request: HttpRequest, page: Any, query: str) -> dict[str, Any]:
    canonical = {"page": page.number} if page.number > 1 else {}
    ending = f"?{urlencode(canonical)}" if canonical else ""
    return {
        "page": page,
        "articles": page.object_list,
        "query": f"{query}&" if query else "",
        "canonical": f"{settings.SITE_URL}{request.path}{ending}",
    }


def _found(request: HttpRequest) -> HttpResponse:
    """What was searched for is in nobody's cache: the address holds what somebody typed."""
    text = request.GET["q"].strip()[:LONGEST]
    about = (
        Topic.objects.filter(slug=request.GET["topic"]).first() if _asks_topic(request) else None
    )
    number = _number(request.GET.get("page", "1"))
    found = results.search_articles(
        text, first=(number - 1) * ON_A_PAGE, count=ON_A_PAGE, topic=about
    )
    if number > 1 and not found.articles:
        raise Http404
    context = {
        "text": text,
        "found": found,
        "crisis": crisis_terms.detect_crisis(text) if number == 1 else "",
        "site_pages": site_pages.find_pages(parse_words(text)) if number == 1 else [],
        "topic": None,
        "within": about,
        "topics": _topics(),
        "number": number,
        "pages": -(-found.total // ON_A_PAGE),
        "query": urlencode({"q": text} | ({"topic": about.slug} if about else {})) + "&",
        "canonical": settings.SITE_URL + reverse("articles:list"),
        "in_english": _search_originals(request, text),
    }
    response = render(request, "articles/search_results.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _search_originals(request: HttpRequest, text: str) -> str:
    """Return where the same words are looked for in the originals; nothing on that page itself."""
    if languages.active() == languages.ORIGINAL:
        return ""
    return f"{without_language(request.path)}?{urlencode({'q': text})}"


def _asks_topic(request: HttpRequest) -> bool:
    return bool(request.GET.get("topic", "").strip())


def _number(text: str) -> int:
    """The number of a page, in the one way that we write it. Any other spelling is a 404."""
    if not NUMBER.fullmatch(text):
        raise Http404
    return int(text)

"""All articles: newest or most useful, by topic, by contributor, and found by their words."""

from typing import Any

from django.conf import settings
from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from articles import search
from articles.models import Article, Contributor, Topic
from articles.models.articles import ArticleQuerySet
from curednation import answers, pagecache
from curednation.compiled import Compiled

ON_A_PAGE = 10
SUGGESTED = 6
ORDERS = {"newest": "newest", "useful": "most_useful"}


def _with_something_to_read() -> QuerySet[Topic]:
    shown = Article.objects.published().order_by()
    under = Q(Exists(shown.filter(topic=OuterRef("pk")))) | Q(
        Exists(shown.filter(topics=OuterRef("pk")))
    )
    return Topic.objects.filter(under)


# Those that a reader finds something under. One query, which stops at the first article.
TOPICS = Compiled(_with_something_to_read)


@require_safe
def articles(request: HttpRequest) -> HttpResponse:
    if request.GET.get("q", "").strip():
        return _found(request)
    return _kept(request, lambda: _listing(request, Article.objects.published(), {}))


@require_safe
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    return _kept(request, lambda: _topic(request, slug))


def _topic(request: HttpRequest, slug: str) -> HttpResponse:
    about = get_object_or_404(Topic, slug=slug)
    return _listing(request, Article.objects.published().about(about), {"topic": about})


@require_safe
def contributor(request: HttpRequest, slug: str) -> HttpResponse:
    return _kept(request, lambda: _contributor(request, slug))


def _contributor(request: HttpRequest, slug: str) -> HttpResponse:
    person = get_object_or_404(Contributor.objects.select_related("photo"), slug=slug)
    page = _page(request, Article.objects.published().of(person).newest())
    context = _paged(request, page, "") | {"contributor": person}
    return render(request, "articles/contributor.html", context)


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """The fragment under the search field while somebody types."""
    text = request.GET.get("q", "")[: search.LONGEST]
    found = search.suggest(text, SUGGESTED)
    response = render(request, "articles/_suggestions.html", {"found": found, "text": text})
    response["Cache-Control"] = answers.BROWSERS
    return response


def _kept(request: HttpRequest, make) -> HttpResponse:
    """Keep the page by what counts of its query: page and order."""
    key = f"{request.GET.get('page', '')[:12]} {_order(request)}"
    return pagecache.serve(request, tags=["articles"], make=make, key=key)


def _order(request: HttpRequest) -> str:
    order = request.GET.get("order", "")
    return order if order in ORDERS else "newest"


def _listing(
    request: HttpRequest, chosen: ArticleQuerySet, context: dict[str, Any]
) -> HttpResponse:
    order = _order(request)
    page = _page(request, getattr(chosen, ORDERS[order])())
    query = {"order": order} if order != "newest" else {}
    context |= _paged(request, page, urlencode(query)) | {"order": order, "topics": TOPICS.all()}
    return render(request, "articles/list.html", context)


def _page(request: HttpRequest, chosen: ArticleQuerySet) -> Page:
    """The page asked for. An address that no page has is a 404."""
    try:
        return Paginator(chosen.as_cards(), ON_A_PAGE).page(request.GET.get("page", "1"))
    except (EmptyPage, PageNotAnInteger) as error:
        raise Http404 from error


def _paged(request: HttpRequest, page, query: str) -> dict[str, Any]:
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
    text = request.GET["q"].strip()[: search.LONGEST]
    about = (
        Topic.objects.filter(slug=request.GET["topic"]).first() if _asks_topic(request) else None
    )
    number = _number(request.GET.get("page", "1"))
    found = search.find(text, first=(number - 1) * ON_A_PAGE, count=ON_A_PAGE, topic=about)
    if number > 1 and not found.articles:
        raise Http404
    context = {
        "text": text,
        "found": found,
        "topic": None,
        "within": about,
        "topics": TOPICS.all(),
        "number": number,
        "pages": -(-found.total // ON_A_PAGE),
        "query": urlencode({"q": text} | ({"topic": about.slug} if about else {})) + "&",
        "canonical": settings.SITE_URL + reverse("articles:list"),
    }
    response = render(request, "articles/found.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _asks_topic(request: HttpRequest) -> bool:
    return bool(request.GET.get("topic", "").strip())


def _number(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= 100_000:
        raise Http404
    return int(text[:9])

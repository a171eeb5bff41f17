"""Atom (RFC 4287): the newest articles, with their summaries or in full, of all or of one topic."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from articles import languages
from articles.article_page.rendering import render_prose
from articles.models import Article, Topic
from core.cache import pages
from core.feeds import Feed
from core.practice.models import Practice

NEWEST = 30


@require_safe
def feed(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Serve the feed of all articles, or of a topic. `?full=1` brings whole texts."""
    full = request.GET.get("full") == "1"
    return pages.serve(
        request, tags=["articles"], make=lambda: _feed(slug, full), key=f"full={full}"
    )


def _feed(slug: str, full: bool) -> HttpResponse:
    topic = get_object_or_404(Topic, slug=slug) if slug else None
    chosen = Article.objects.published().in_language(languages.active())
    chosen = chosen.about(topic) if topic else chosen
    articles = list(chosen.select_related("online", "author", "topic").newest()[:NEWEST])
    out = _head(topic, full, articles)
    out.add_each(articles, lambda article: _entry(article, full))
    return HttpResponse(
        out.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _head(topic: Topic | None, full: bool, articles: list[Article]) -> Feed:
    home = topic.get_absolute_url() if topic else reverse("articles:list")
    own = reverse("articles:topic_feed", args=[topic.slug]) if topic else reverse("articles:feed")
    name = Practice.current().name
    return Feed(
        title=f"{topic.name_i18n} | {name}" if topic else name,
        link=settings.SITE_URL + home,
        description=_("Plain answers about medicines, first steps and staying well."),
        language=languages.tag(languages.active()),
        feed_url=settings.SITE_URL + own + ("?full=1" if full else ""),
        feed_guid=f"{_tag(datetime(2026, 1, 1))}{own}",
    )


def _entry(article: Article, full: bool) -> dict[str, Any]:
    shown = article.published_revision
    return {
        "title": shown.title,
        "link": settings.SITE_URL + article.get_absolute_url(),
        "description": shown.summary,
        "unique_id": f"{_tag(article.created_at)}/articles/{article.pk}",
        "pubdate": article.published_at,
        "updateddate": article.updated_at or article.published_at,
        "author_name": article.author.byline,
        "categories": [article.topic.name_i18n],
        "content": _full(article) if full else "",
    }


def _full(article: Article) -> str:
    """The text with addresses that also work elsewhere; citations stay numbers."""
    html = render_prose(article.published_revision.body, 0, lambda name: "", "").html
    return html.replace('src="/', f'src="{settings.SITE_URL}/').replace(
        'href="/', f'href="{settings.SITE_URL}/'
    )


def _tag(made: datetime) -> str:
    """RFC 4151: a name that outlives addresses."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},{made:%Y-%m-%d}:"

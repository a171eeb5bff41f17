"""What the page of one article needs, read in few queries and as one value."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext as _

from articles.article_page import related_articles, translations
from articles.article_page.rendering import Prose, render_prose
from articles.models import Article, Correction, ImageAsset, Revision, Topic
from articles.pictures import figures, renditions
from articles.publishing.stored_content import content_of
from articles.revisions.content import Content
from core.languages.translations import translated

# Long, and not on the page: the working copy, and what search stands on.
UNSHOWN = (
    *("search", "search_head", "title", "summary", "body", "key_points"),
    *("online__text", "online__headings", "author__biography", "reviewer__biography"),
)


def icon(name: str) -> str:
    """Return an icon of the sprite as SVG, hidden from screen readers."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>',
        static("svg/icons.svg"),
        name,
    )


@dataclass(frozen=True)
class ArticlePage:
    """One revision of an article, as readers see it."""

    article: Article
    revision: Revision
    content: Content
    prose: Prose
    corrections: list[dict[str, Any]]
    more_topics: list[str]
    related: list[Article]


def for_article_page() -> QuerySet[Article]:
    """Return articles with all that their page shows in the head, but its pictures. One query."""
    named = Topic.objects.annotate(shown_name=translated("name"))
    more = named.filter(more_articles=OuterRef("pk")).values("shown_name")
    notices = Correction.objects.filter(article=OuterRef("pk")).order_by("-made_at")
    return (
        Article.objects.select_related("online", "topic", "author", "reviewer")
        .annotate(
            more_topics=ArraySubquery(more),
            notices=ArraySubquery(notices.values(json=JSONObject(text="text", made_at="made_at"))),
        )
        .order_by()
        .defer(*UNSHOWN)
    )


def attach_pictures(article: Article) -> None:
    """Load the cover and the faces, in one query if there are any: joins cost more than that."""
    holders = [(article, "cover"), (article.author, "photo")]
    if article.reviewer:
        holders.append((article.reviewer, "photo"))
    keys = {pk for holder, name in holders if (pk := getattr(holder, f"{name}_id"))}
    assets = ImageAsset.objects.in_bulk(keys) if keys else {}
    for holder, name in holders:
        setattr(holder, name, assets.get(getattr(holder, f"{name}_id")))


def load_article_page(article: Any, revision: Revision) -> ArticlePage:
    """Return the page of `revision`; `article` comes from `for_article_page`.

    One query more, and two where there are pictures.
    """
    attach_pictures(article)
    content = content_of(revision)
    shown = render_prose(content.body, len(content.sources), icon, _("Source {number}"))
    return ArticlePage(
        article=article,
        revision=revision,
        content=content,
        prose=replace(
            shown,
            opening=_with_pictures(shown.opening),
            rest=_with_pictures(shown.rest),
        ),
        corrections=[
            notice | {"made_at": datetime.fromisoformat(notice["made_at"])}
            for notice in article.notices
        ],
        more_topics=article.more_topics,
        related=translations.cards_here(related_articles.for_article(article)),
    )


def _with_pictures(html: str) -> str:
    """The drawings in the page, and the pictures in every width."""
    return renditions.with_renditions(figures.inline_figures(html))

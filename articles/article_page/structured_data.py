"""Structured data of an article's page: schema.org as JSON-LD."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from articles import languages
from articles.article_page.page_data import ArticlePage
from articles.models import Article, Contributor
from articles.revisions.content import SourceLine
from core.practice.models import Practice

log = logging.getLogger(__name__)


def absolute_url(path: str) -> str:
    """Return `path` under SITE_URL; what is absolute already as it is."""
    return path if path.startswith("http") else settings.SITE_URL + path


def article_json_ld(page: ArticlePage, practice: Practice) -> dict[str, Any]:
    """Return the graph of an article's page. A part that fails is logged and left out."""
    makers = [
        lambda: _article(page, practice),
        lambda: breadcrumbs(page.article),
        lambda: _faq(page) if page.content.faq else None,
    ]
    found = (_or_nothing(make) for make in makers)
    return {"@context": "https://schema.org", "@graph": [part for part in found if part]}


def _or_nothing(make: Callable[[], dict[str, Any] | None]) -> dict[str, Any] | None:
    try:
        return make()
    except Exception:  # machines do without it; readers have the page
        log.exception("A part of what an article says to machines is left out")
        return None


def _article(page: ArticlePage, practice: Practice) -> dict[str, Any]:
    article, address = page.article, absolute_url(page.article.get_absolute_url())
    about = [article.topic.name_i18n, *page.more_topics]
    cited = [_or_nothing(partial(_citation, source)) for source in page.content.sources]
    graph = {
        "@type": ["MedicalWebPage", "Article"],
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": page.content.title,
        "description": page.content.summary,
        "image": [image(article)],
        "datePublished": _moment(article.published_at),
        "dateModified": _moment(article.updated_at or article.published_at),
        "author": person(article.author),
        "publisher": {
            "@type": "MedicalOrganization",
            "@id": absolute_url("/#clinic"),
            "name": practice.name,
            "url": absolute_url("/"),
        },
        "about": [{"@type": "MedicalCondition", "name": name} for name in dict.fromkeys(about)],
        "citation": [each for each in cited if each],
        "inLanguage": languages.tag(article.language),
        "isAccessibleForFree": True,
    }
    if article.reviewer:
        graph["reviewedBy"] = person(article.reviewer)
    if article.last_reviewed:
        graph["lastReviewed"] = article.last_reviewed.isoformat()
    return graph


def image(article: Article) -> str:
    """Return the address of the cover, or of the picture that is drawn of the title."""
    if article.cover:
        return absolute_url(article.cover.file.url)
    # Who shared it once keeps the picture by its address: another title is another one.
    version = article.online.number if article.online else 0
    return absolute_url(reverse("articles:share", args=[article.slug])) + f"?v={version}"


def person(contributor: Contributor) -> dict[str, Any]:
    """Return a contributor as a schema.org Person."""
    found: dict[str, Any] = {
        "@type": "Person",
        "name": contributor.name,
        "url": absolute_url(contributor.get_absolute_url()),
    }
    if contributor.credentials:
        found["honorificSuffix"] = contributor.credentials
        found["hasCredential"] = {
            "@type": "EducationalOccupationalCredential",
            "name": contributor.credentials,
        }
    if contributor.profile_url:
        found["sameAs"] = contributor.profile_url
    return found


def breadcrumbs(article: Article) -> dict[str, Any]:
    """Return the way from the list of articles to this one as a BreadcrumbList."""
    steps = [
        (_("Articles"), reverse("articles:list")),
        (article.topic.name_i18n, article.topic.get_absolute_url()),
        (article.online.title if article.online else article.title, article.get_absolute_url()),
    ]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute_url(path)}
            for place, (name, path) in enumerate(steps, 1)
        ],
    }


def _citation(source: SourceLine) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "CreativeWork", "name": source.title}
    if source.publisher:
        found["publisher"] = {"@type": "Organization", "name": source.publisher}
    if source.year:
        found["datePublished"] = str(source.year)
    if source.url:
        found["url"] = source.url
    return found


def _faq(page: ArticlePage) -> dict[str, Any]:
    return {
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": each.question,
                "acceptedAnswer": {"@type": "Answer", "text": each.answer},
            }
            for each in page.content.faq
        ],
    }


def _moment(when: datetime | None) -> str | None:
    return when.replace(microsecond=0).isoformat() if when else None

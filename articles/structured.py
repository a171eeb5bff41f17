"""What a page says to machines: schema.org as JSON-LD."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from articles.content import SourceLine
from articles.models import Article, Contributor
from articles.reading import Reading
from curednation.practice.models import Practice

ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def script(data: Any) -> SafeString:
    """The text for inside of a script element: it cannot end the element."""
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(text)  # noqa: S308  # nosemgrep: marked-safe  (escaped for a script)


def absolute(path: str) -> str:
    return path if path.startswith("http") else settings.SITE_URL + path


def page(reading: Reading, practice: Practice) -> dict[str, Any]:
    article, address = reading.article, absolute(reading.article.get_absolute_url())
    about = [article.topic.name, *reading.more_topics]
    graph = {
        "@type": ["MedicalWebPage", "Article"],
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": reading.content.title,
        "description": reading.content.summary,
        "image": [image(article)],
        "datePublished": _moment(article.published_at),
        "dateModified": _moment(article.updated_at or article.published_at),
        "author": person(article.author),
        "publisher": {
            "@type": "MedicalOrganization",
            "name": practice.name,
            "url": absolute("/"),
        },
        "about": [{"@type": "MedicalCondition", "name": name} for name in dict.fromkeys(about)],
        "citation": [_citation(source) for source in reading.content.sources],
        "inLanguage": "en-US",
        "isAccessibleForFree": True,
    }
    if article.reviewer:
        graph["reviewedBy"] = person(article.reviewer)
    if article.last_reviewed:
        graph["lastReviewed"] = article.last_reviewed.isoformat()
    found = [graph, crumbs(article)]
    if reading.content.faq:
        found.append(_faq(reading))
    return {"@context": "https://schema.org", "@graph": found}


def image(article: Article) -> str:
    return absolute(article.cover.file.url if article.cover else static("img/share.png"))


def person(contributor: Contributor) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "Person",
        "name": contributor.name,
        "url": absolute(contributor.get_absolute_url()),
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


def crumbs(article: Article) -> dict[str, Any]:
    steps = [
        (_("Articles"), reverse("articles:list")),
        (article.topic.name, article.topic.get_absolute_url()),
        (article.online.title if article.online else article.title, article.get_absolute_url()),
    ]
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": absolute(path)}
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


def _faq(reading: Reading) -> dict[str, Any]:
    return {
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": each.question,
                "acceptedAnswer": {"@type": "Answer", "text": each.answer},
            }
            for each in reading.content.faq
        ],
    }


def _moment(when: datetime | None) -> str | None:
    return when.replace(microsecond=0).isoformat() if when else None

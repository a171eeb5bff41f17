"""The library that comes with the site: Markdown with front matter, loaded as staff would write it.

A file that changes becomes a new revision, which its reviewer has to approve as any other; loading
it once more changes nothing. Clinicians correct the files in a pull request.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q

from articles import languages
from articles.article_page import related_articles
from articles.models import Article, Contributor, Related, Status, Topic
from articles.publishing import publication, review, revisions, stored_content
from articles.revisions.content import Content, DatedFact, QuestionAnswer, SourceLine
from core.richtext.markdown import markdown_to_html

LIBRARY = Path(__file__).parent / "library"
NOON = time(12, tzinfo=ZoneInfo("UTC"))
TINTS = ["", "honey", "clay"]


class InvalidFile(ValueError):
    """A file of the library that cannot be loaded. Its words name the file and what is wrong."""


@dataclass(frozen=True)
class Entry:
    """One file of the library."""

    slug: str
    content: Content
    topic: str
    topics: tuple[str, ...]
    published: date
    related: tuple[str, ...]
    language: str = languages.ORIGINAL
    translation_of: str = ""


@dataclass
class Report:
    """What loading did."""

    new: int = 0
    changed: int = 0
    same: int = 0


def load_library(
    folder: Path = LIBRARY,
    *,
    as_drafts: bool = False,
    said: Callable[[str], None] = lambda text: None,
) -> Report:
    """Write every file of `folder` as an article, translations too. Running twice is safe.

    A translation lies in a folder named by its language, such as `es`, and names the article that
    it is one of.
    Reviewed and published, by an author and a reviewer who are the demo's own and made up; or
    `as_drafts`, which a clinician of the clinic reviews before anybody reads them, and then what
    is there already stays as staff have it. Raises InvalidFile before anything is written when a
    file cannot be read.
    """
    entries = read_folder(folder)
    report = Report()
    if as_drafts:
        there = set(Article.objects.values_list("slug", flat=True))
        report.same = sum(entry.slug in there for entry in entries)
        entries = [entry for entry in entries if entry.slug not in there]
    load_topics(folder)
    author, reviewer = (library_author(), None) if as_drafts else demo_contributors()
    for entry in entries:
        said(entry.slug)
        _write(entry, author, reviewer, report)
    if report.new or report.changed:
        for entry in entries:
            _relate(entry)
        related_articles.refresh_all()
    return report


def read_folder(folder: Path = LIBRARY) -> list[Entry]:
    """Read every file of the library, originals first. Raises InvalidFile."""
    entries = [read_file(path) for path in sorted(folder.glob("*.md"))]
    originals = {entry.slug for entry in entries}
    for language in languages.others(languages.ORIGINAL):
        for path in sorted((folder / language).glob("*.md")):
            entry = read_file(path, language)
            if entry.translation_of not in originals:
                raise InvalidFile(f"{path.name}: no article is called “{entry.translation_of}”")
            entries.append(entry)
    return entries


def library_author() -> Contributor:
    """Return who stands as the author of drafts until staff name another."""
    names = {
        "name": "Curednation",
        "biography": "The library that comes with this software.",
        "biography_es": "La biblioteca que viene con este programa.",
    }
    return Contributor.objects.get_or_create(slug="curednation-library", defaults=names)[0]


def demo_contributors() -> tuple[Contributor, Contributor]:
    """Create the invented author and reviewer of a demo site's articles, and return both."""
    author, _ = Contributor.objects.get_or_create(
        slug="ruth-pell",
        defaults={
            "name": "Ruth Pell",
            "credentials": "RN",
            "specialty": "addiction nursing",
            "biography": "An invented person, for the demonstration of this site.",
        },
    )
    account, _ = get_user_model().objects.get_or_create(
        email="marcus.oyelaran@example.org",
        defaults={"name": "Marcus Oyelaran", "password": make_password(None)},  # nobody signs in
    )
    reviewer, _ = Contributor.objects.get_or_create(
        slug="marcus-oyelaran",
        defaults={
            "user": account,
            "name": "Marcus Oyelaran",
            "credentials": "MD",
            "specialty": "addiction medicine",
            "biography": "An invented person, for the demonstration of this site.",
        },
    )
    return author, reviewer


def read_file(path: Path, language: str = languages.ORIGINAL) -> Entry:
    """Read the article in a file. Raises InvalidFile.

    One in another language than ORIGINAL says in `translation_of` which article it translates.
    """
    try:
        _, head, body = re.split(
            r"^---\s*$", path.read_text(encoding="utf-8"), maxsplit=2, flags=re.M
        )
        values: dict[str, Any] = yaml.safe_load(head)
        return Entry(
            slug=values["slug"],
            content=revisions.clean_content(
                Content(
                    title=values["title"],
                    summary=values["summary"],
                    body=markdown_to_html(body),
                    key_points=tuple(values.get("key_points") or ()),
                    faq=tuple(QuestionAnswer(**each) for each in values.get("faq") or ()),
                    sources=tuple(_source(each) for each in values.get("sources") or ()),
                    facts=tuple(
                        DatedFact(each["sentence"], _day(each["true_until"]))
                        for each in values.get("facts") or ()
                    ),
                )
            ),
            topic=values["topic"],
            topics=tuple(values.get("topics") or ()),
            published=_day(values["published"]),
            related=tuple(values.get("related") or ()),
            language=language,
            translation_of="" if language == languages.ORIGINAL else values["translation_of"],
        )
    except (ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise InvalidFile(f"{path.name}: {error}") from error


def _source(values: dict[str, Any]) -> SourceLine:
    accessed, until = values.get("accessed"), values.get("true_until")
    return SourceLine(
        title=str(values["title"]),
        publisher=str(values.get("publisher") or ""),
        year=int(str(values["year"])[:4]) if values.get("year") else None,
        url=str(values.get("url") or ""),
        accessed=_day(accessed) if accessed else None,
        true_until=_day(until) if until else None,
    )


def _day(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


@transaction.atomic
def _write(entry: Entry, author: Contributor, reviewer: Contributor | None, report: Report) -> None:
    article = Article.objects.filter(slug=entry.slug).first()
    if article is None:
        article = revisions.create(
            entry.content,
            slug=entry.slug,
            topic=_topic(entry.topic),
            author=author,
            by=None,
            language=entry.language,
            translation_of=Article.objects.filter(slug=entry.translation_of).first(),
        )
        report.new += 1
    elif stored_content.content_of(article) == entry.content:
        report.same += 1
        return
    else:
        revisions.save(article, entry.content, by=None, note="From the library")
        report.changed += 1
    article.topics.set(_topic(name) for name in entry.topics if name != entry.topic)
    if reviewer:
        _publish(article, entry, reviewer)


def _publish(article: Article, entry: Entry, reviewer: Contributor) -> None:
    first = article.published_at is None
    if article.status == Status.DRAFT:
        review.submit(article, tell=False)
    if article.status == Status.IN_REVIEW:
        review.approve(article, revision=article.newest, by=reviewer, dated=True)
    if first:
        day = datetime.combine(entry.published, NOON)
        publication.backdate(article, published_at=day)


def load_topics(folder: Path = LIBRARY) -> None:
    """Load the topics of `topics.yaml`, in its order. What staff have changed about one stays."""
    for place, values in enumerate(_list(folder / "topics.yaml")):
        tint = TINTS[place % len(TINTS)]
        Topic.objects.get_or_create(
            slug=values["slug"], defaults=values | {"tint": tint, "position": place}
        )


def _list(path: Path) -> list[dict[str, Any]]:
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else []


def _topic(slug: str) -> Topic:
    name = slug.replace("-", " ").capitalize()
    return Topic.objects.get_or_create(slug=slug, defaults={"name": name, "position": 99})[0]


def _relate(entry: Entry) -> None:
    """The related articles that a file names, as if chosen by hand: those in its own language.

    A translation may name the originals: it leads to their translations.
    """
    article = Article.objects.get(slug=entry.slug)
    near = Article.objects.in_language(entry.language)
    named = Q(slug__in=entry.related) | Q(translation_of__slug__in=entry.related)
    by_slug = {}
    for other in near.filter(named).exclude(pk=article.pk).select_related("translation_of"):
        by_slug[other.slug] = other
        if other.translation_of:
            by_slug[other.translation_of.slug] = other
    article.related_rows.all().delete()
    chosen = dict.fromkeys(by_slug[slug] for slug in entry.related if slug in by_slug)
    Related.objects.bulk_create(
        Related(article=article, to=other, position=place, by_hand=True)
        for place, other in enumerate(chosen)
    )

"""One post of an export as an article: its text, topics, author, address and cover."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from django.utils.text import slugify

from articles.models import Article, Contributor, ImageAsset, Topic
from articles.publishing import revisions, slugs
from articles.publishing.rules import Refused
from articles.revisions.content import Content, SourceLine
from articles.wordpress import text
from articles.wordpress.pictures import Pictures
from articles.wordpress.report import ExportIndex, Report
from articles.wordpress.shortcodes import GalleryPicture
from articles.wordpress.wxr import Entry, Export

UNSORTED = ("uncategorized", "Articles")


@dataclass
class PostImport:
    """One run of the import: the export, who vouches for it, and what is reported."""

    export: Export
    pictures: Pictures
    reviewer: Contributor | None
    index: ExportIndex
    report: Report

    def note_for(self, entry: Entry) -> Callable[[str], None]:
        """Return where to say what staff should know about an entry."""
        return lambda sentence: self.report.notes.append(f"{entry.name}: {sentence}")

    def leave_out_for(self, entry: Entry) -> Callable[[str], None]:
        """Return where to say what of an entry does not come along."""
        return lambda what: self.report.left_out.append(f"{entry.name}: {what}")


def write_post(job: PostImport, entry: Entry, done: Counter[str]) -> Article:
    """Write a post as a draft, with the topics, the author and the pictures that it needs.

    `done` counts what was new of these. Raises Refused for a text that articles do not take.
    """
    note = job.note_for(entry)
    title = text.plain_line(entry.title) or f"Post {entry.key}"
    if len(title) > 120:
        note("its title was cut to 120 characters")
        title = title[:119].rstrip() + "…"

    def find(address: str, alt: str) -> tuple[str, str] | None:
        asset = job.pictures.find(address, alt or _described(job, address), title)
        return (asset.file.url, alt or asset.alt) if asset else None

    body = text.convert_body(
        entry.content,
        site=job.export.host,
        find=find,
        gallery=lambda numbers: _gallery(job, entry, numbers),
        picture_pages=job.index.picture_pages - {"", "/"},
        leave_out=job.leave_out_for(entry),
        note=note,
    )
    what = Content(
        title=title, summary=_summary(entry, body, note), body=body, sources=_sources(body, note)
    )
    topics = [_topic(job, slug, name, done) for slug, name in entry.topics or [UNSORTED]]
    article = revisions.create(
        what,
        slug=_free_slug(job, entry, title),
        topic=topics[0],
        author=_author(job, entry.author, done),
        by=None,
        cover=_cover(job, entry, title),
    )
    article.topics.set(topic for topic in topics[1:] if topic != topics[0])
    return article


def _summary(entry: Entry, body: str, note: Callable[[str], None]) -> str:
    if len(text.plain_line(entry.excerpt)) > 300:
        note("its excerpt was cut to 300 characters")
    return text.make_summary(entry.excerpt, body)


def _sources(body: str, note: Callable[[str], None]) -> tuple[SourceLine, ...]:
    found = text.find_sources(body)
    if len(found) > text.MOST_SOURCES:
        note(f"of its {len(found)} links to other sites {text.MOST_SOURCES} became sources")
    return found[: text.MOST_SOURCES]


def _cover(job: PostImport, entry: Entry, title: str) -> ImageAsset | None:
    file = job.index.files.get(entry.first("_thumbnail_id"))
    if file is None:
        return None
    return job.pictures.find(file.address, file.alt, title)


def _described(job: PostImport, address: str) -> str:
    """What the media library of the old site says that a picture shows."""
    file = job.index.at(address)
    return file.alt if file else ""


def _gallery(job: PostImport, entry: Entry, numbers: list[str]) -> list[GalleryPicture]:
    """The pictures of a gallery; without numbers, those that were uploaded to the post."""
    files = job.index.files
    own = [file for file in files.values() if file.parent == entry.key and not numbers]
    chosen = [files[number] for number in numbers if number in files] + own
    return [GalleryPicture(file.address, file.alt, file.caption) for file in chosen]


def _free_slug(job: PostImport, entry: Entry, title: str) -> str:
    base = (slugify(unquote(entry.slug)) or slugify(title) or f"post-{entry.key}")[:110]
    for slug in (base, *(f"{base}-{number}" for number in range(2, 30))):
        try:
            slugs.raise_if_taken(slug)
        except Refused:
            continue
        if slug != base:
            job.report.notes.append(f"{entry.name}: “{base}” is taken, it is now “{slug}”")
        return slug
    raise ValueError(f"no address like “{base}” is free")


def _topic(job: PostImport, slug: str, name: str, done: Counter[str]) -> Topic:
    slug, name = slug or slugify(name), (text.plain_line(name) or slug)[:60]
    short = (slugify(unquote(slug)) or slugify(name) or "articles")[:60]
    found = Topic.objects.filter(slug=short).first() or Topic.objects.filter(name=name).first()
    if found:
        return found
    done["topics"] += 1
    about = text.plain_line(job.export.topics.get(slug, ""))[:1000]
    return Topic.objects.create(slug=short, name=name, introduction=about, position=50)


def _author(job: PostImport, login: str, done: Counter[str]) -> Contributor:
    known = job.export.authors.get(login)
    name = (text.plain_line(known.name if known else "") or login or "Our team")[:80]
    found, new = Contributor.objects.get_or_create(
        slug=(slugify(name) or slugify(login) or "author")[:80], defaults={"name": name}
    )
    done["authors"] += new
    return found

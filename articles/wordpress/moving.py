"""Writes what an export holds, through the workflow as staff would. Each post is all or nothing."""

from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.text import slugify

from articles import comments, publishing, related
from articles.content import Content
from articles.models import Article, Comment, Contributor, Origin, Redirect, Topic
from articles.models.comments import LONGEST_COMMENT
from articles.wordpress import text
from articles.wordpress.export import Broken, Entry, Export, Remark
from articles.wordpress.pictures import Pictures

UNSORTED = ("uncategorized", "Articles")


@dataclass
class Report:
    """What came, what did not, and what staff should look at."""

    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


@dataclass
class Move:
    export: Export
    pictures: Pictures
    reviewer: Contributor | None
    files: dict[str, str]  # addresses of attachments by number
    report: Report


def move_in(
    export: Export,
    *,
    uploads: Path | None = None,
    reviewer: Contributor | None = None,
    dry: bool = False,
    tick: Callable[[], None] = lambda: None,
) -> Report:
    """Bring in all that has not come before. `dry` tells what would come, and writes nothing.

    Posts that were public go online only with `reviewer`, who vouches for them, and with a source;
    all others arrive as drafts.
    """
    report = Report()
    pictures = Pictures(uploads, export.site, report.notes.append, dry=dry)
    move = Move(export, pictures, reviewer, _files(export), report)
    with transaction.atomic() if dry else nullcontext():
        for entry in export:
            tick()
            _take(move, entry)
        if report.counts["online"]:
            related.fill_all()
        if dry:
            transaction.set_rollback(True)
    report.counts["pictures"] = pictures.new
    return report


def _files(export: Export) -> dict[str, str]:
    """Pictures may stand after the posts that show them."""
    return {e.key: e.file for e in export if isinstance(e, Entry) and e.kind == "attachment"}


def _take(move: Move, entry: Entry | Broken) -> None:
    report = move.report
    if isinstance(entry, Broken):
        report.broken.append(f"{entry.name}: {entry.why}")
        return
    if entry.kind != "post" or entry.status in ("trash", "auto-draft", "inherit"):
        report.counts[f"left out: {entry.kind or 'unknown'}"] += entry.kind != "attachment"
        return
    noted = len(report.notes)
    try:
        with transaction.atomic():
            done = _post(move, entry)
    except (publishing.Refused, publishing.NotPossible, ValueError, DatabaseError) as error:
        del report.notes[noted:]
        reason = " ".join(str(error).split())[:200]
        report.broken.append(f"{entry.name}: {reason or type(error).__name__}")
    else:
        report.counts.update(done)


def _post(move: Move, entry: Entry) -> Counter[str]:
    known = Origin.objects.filter(site=move.export.site, kind="post", key=entry.key).first()
    article = Article.objects.filter(pk=known.object_pk).first() if known else None
    if known and article is None:
        return Counter({"deleted here": 1})
    done: Counter[str] = Counter()
    if article is None:
        article = _written(move, entry, done)
        Origin.objects.create(
            site=move.export.site, kind="post", key=entry.key, object_pk=article.pk
        )
        _publish(move, entry, article, done)
        done["articles"] += 1
    else:
        done["here already"] += 1
    done["redirects"] += _redirect(move, entry, article)
    done["comments"] += _comments(move, entry, article)
    return done


def _written(move: Move, entry: Entry, done: Counter[str]) -> Article:
    title = text.words(entry.title) or f"Post {entry.key}"
    if len(title) > 120:
        move.report.notes.append(f"{entry.name}: its title was cut to 120 characters")
        title = title[:119].rstrip() + "…"

    def find(address: str, alt: str) -> tuple[str, str] | None:
        asset = move.pictures.find(address, alt, title)
        return (asset.file.url, alt or asset.alt) if asset else None

    body = text.body(entry.content, site=move.export.site, find=find)
    what = Content(
        title=title,
        summary=text.summary(entry.excerpt, body),
        body=body,
        sources=text.sources(body),
    )
    topics = [_topic(move, slug, name, done) for slug, name in entry.topics or [UNSORTED]]
    cover = move.files.get(entry.meta.get("_thumbnail_id", ""))
    article = publishing.create(
        what,
        slug=_free_slug(move, entry, title),
        topic=topics[0],
        author=_author(move, entry.author, done),
        by=None,
        cover=move.pictures.find(cover, "", title) if cover else None,
    )
    article.topics.set(topic for topic in topics[1:] if topic != topics[0])
    return article


def _free_slug(move: Move, entry: Entry, title: str) -> str:
    base = (slugify(unquote(entry.slug)) or slugify(title) or f"post-{entry.key}")[:110]
    for slug in (base, *(f"{base}-{number}" for number in range(2, 30))):
        try:
            publishing.addresses.check_free(slug)
        except publishing.Refused:
            continue
        if slug != base:
            move.report.notes.append(f"{entry.name}: “{base}” is taken, it is now “{slug}”")
        return slug
    raise ValueError(f"no address like “{base}” is free")


def _topic(move: Move, slug: str, name: str, done: Counter[str]) -> Topic:
    slug, name = slug or slugify(name), (text.words(name) or slug)[:60]
    short = (slugify(unquote(slug)) or slugify(name) or "articles")[:60]
    found = Topic.objects.filter(slug=short).first() or Topic.objects.filter(name=name).first()
    if found:
        return found
    done["topics"] += 1
    about = text.words(move.export.topics.get(slug, ""))[:1000]
    return Topic.objects.create(slug=short, name=name, introduction=about, position=50)


def _author(move: Move, login: str, done: Counter[str]) -> Contributor:
    known = move.export.authors.get(login)
    name = (text.words(known.name if known else "") or login or "Our team")[:80]
    found, new = Contributor.objects.get_or_create(
        slug=(slugify(name) or slugify(login) or "author")[:80], defaults={"name": name}
    )
    done["authors"] += new
    return found


def _publish(move: Move, entry: Entry, article: Article, done: Counter[str]) -> None:
    if entry.status != "publish" or entry.locked:
        done["drafts"] += 1
        return
    if move.reviewer is None:
        done["drafts, to be reviewed"] += 1
        return
    try:
        publishing.submit(article, tell=False)
        publishing.approve(article, revision=article.newest, by=move.reviewer, whole=False)
    except publishing.NotPossible as error:
        done["drafts, to be reviewed"] += 1
        move.report.notes.append(f"{entry.name}: stays a draft. {error}")
        return
    first = min(entry.published or timezone.now(), timezone.now())
    publishing.date_back(article, published_at=first)
    done["online"] += 1


def _redirect(move: Move, entry: Entry, article: Article) -> int:
    path = unquote(urlsplit(entry.link).path)
    old = entry.meta.get("_wp_old_slug", "")
    former = [path.replace(f"/{entry.slug}/", f"/{old}/")] if old and entry.slug else []
    new = 0
    for address in dict.fromkeys([path, *former, f"/?p={entry.key}"]):
        if address in ("", "/", article.get_absolute_url()) or len(address) > 250:
            continue
        row, made = Redirect.objects.get_or_create(path=address, defaults={"article": article})
        new += made
        if row.article_id != article.pk:
            move.report.notes.append(f"{entry.name}: {address} leads to another article already")
    return new


def _comments(move: Move, entry: Entry, article: Article) -> int:
    came = {
        origin.key: origin.object_pk
        for origin in Origin.objects.filter(
            site=move.export.site, kind="comment", key__in=[each.key for each in entry.remarks]
        )
    }
    here = Comment.objects.select_related("parent").in_bulk(came.values())
    known = {key: here.get(pk) for key, pk in came.items()}
    new = 0
    for remark in sorted(entry.remarks, key=_age):
        if remark.key in known or not text.lines(remark.text):
            continue
        comment = _comment(move, entry, remark, article, known.get(remark.parent))
        known[remark.key] = comment
        Origin.objects.create(
            site=move.export.site, kind="comment", key=remark.key, object_pk=comment.pk
        )
        new += 1
    return new


def _age(remark: Remark) -> int:
    return int(remark.key) if remark.key.isdecimal() else 0


def _comment(
    move: Move, entry: Entry, remark: Remark, article: Article, to: Comment | None
) -> Comment:
    said = text.lines(remark.text)
    if len(said) > LONGEST_COMMENT:
        move.report.notes.append(f"{entry.name}: the end of comment {remark.key} was cut off")
    name = text.words(remark.name)[:80] or "A reader"
    is_author = remark.user not in ("", "0") and name == article.author.name
    return comments.bring_in(
        article,
        name=name,
        text=said[:LONGEST_COMMENT],
        written=remark.written or entry.published or timezone.now(),
        to=to,
        contributor=article.author if is_author else None,
    )

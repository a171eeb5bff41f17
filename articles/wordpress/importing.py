"""Imports the posts of an export, through the workflow as staff would. Each is all or nothing."""

import logging
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from django.db import transaction

from articles.article_page import related_articles
from articles.models import Article, Contributor, Origin, Redirect
from articles.publishing import publication, review
from articles.publishing.rules import NotPossible
from articles.wordpress import comments, posts
from articles.wordpress.permalinks import old_urls
from articles.wordpress.pictures import Pictures
from articles.wordpress.posts import PostImport
from articles.wordpress.report import ExportIndex, Report, list_left_out
from articles.wordpress.wxr import BrokenEntry, Entry, Export
from articles.wordpress.wxr_file import UNREADABLE
from core.database import database_time

log = logging.getLogger(__name__)
LONGEST_ADDRESS = 250  # of Redirect.path
NOT_WRITTEN = ("trash", "auto-draft", "inherit")


def import_posts(
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
    job = PostImport(export, pictures, reviewer, _index(export), report)
    with transaction.atomic() if dry else nullcontext():
        for entry in export:
            tick()
            _take(job, entry)
        if report.counts["online"]:
            related_articles.refresh_all()
        if dry:
            transaction.set_rollback(True)
    report.counts["pictures"] = pictures.new
    report.left_out += list_left_out(export, job.index, pictures.known())
    return report


def _index(export: Export) -> ExportIndex:
    """Pictures may stand after the posts that show them, so all is read once before."""
    index = ExportIndex()
    for entry in export:
        if isinstance(entry, Entry):
            index.add(entry)
    return index


def _take(job: PostImport, entry: Entry | BrokenEntry) -> None:
    report = job.report
    if isinstance(entry, BrokenEntry):
        report.broken.append(f"{entry.name}: {entry.why}")
        return
    if entry.kind == "attachment":
        return
    if entry.kind != "post" or entry.status in NOT_WRITTEN:
        report.counts[f"left out: {entry.kind or 'unknown'}"] += 1
        state = "" if entry.kind != "post" else f", in the state “{entry.status}”"
        report.left_out.append(f"{entry.name}{state}: {entry.link[:200]}")
        return
    noted, left_out = len(report.notes), len(report.left_out)
    try:
        with transaction.atomic():
            done = _post(job, entry)
    except Exception as error:  # one post never ends an import
        log.info("a post of WordPress is left out", exc_info=error)
        del report.notes[noted:], report.left_out[left_out:]
        report.broken.append(f"{entry.name}: {str(error) or type(error).__name__}")
        return
    report.counts.update(done)


def _post(job: PostImport, entry: Entry) -> Counter[str]:
    known = Origin.objects.filter(site=job.export.site, kind="post", key=entry.key).first()
    article = Article.objects.filter(pk=known.object_pk).first() if known else None
    if known and article is None:
        return Counter({"deleted here": 1})
    done: Counter[str] = Counter()
    if article is None:
        article = posts.write_post(job, entry, done)
        Origin.objects.create(
            site=job.export.site, kind="post", key=entry.key, object_pk=article.pk
        )
        _publish(job, entry, article, done)
        done["articles"] += 1
    else:
        done["here already"] += 1
    done["redirects"] += _redirect(job, entry, article)
    note = job.note_for(entry)
    done["comments"] += comments.import_comments(job.export.site, entry, article, note)
    return done


def _publish(job: PostImport, entry: Entry, article: Article, done: Counter[str]) -> None:
    note = job.note_for(entry)
    lost = sum(part.count(UNREADABLE) for part in (article.title, entry.excerpt, article.body))
    if lost:
        note(f"stays a draft: {lost} letters could not be read. Look for “{UNREADABLE}” in it")
    if entry.status != "publish" or entry.locked:
        done["drafts"] += 1
        return
    if job.reviewer is None or lost:
        done["drafts, to be reviewed"] += 1
        return
    try:
        review.submit(article, tell=False)
        review.approve(article, revision=article.newest, by=job.reviewer, whole=False)
    except NotPossible as error:
        done["drafts, to be reviewed"] += 1
        note(f"stays a draft. {error}")
        return
    if entry.published is None:
        note("the export has no date for it: readers see the day on which it came here")
    first = min(entry.published or database_time.now(), database_time.now())
    publication.backdate(article, published_at=first)
    done["online"] += 1


def _redirect(job: PostImport, entry: Entry, article: Article) -> int:
    new = 0
    for address in old_urls(job.export, entry):
        if address == article.get_absolute_url():
            continue
        if len(address) > LONGEST_ADDRESS:
            job.note_for(entry)(f"the address {address[:80]}… is too long to lead here")
            continue
        row, made = Redirect.objects.get_or_create(path=address, defaults={"article": article})
        new += made
        if row.article_id != article.pk:
            job.note_for(entry)(f"{address} leads to another article already")
    return new

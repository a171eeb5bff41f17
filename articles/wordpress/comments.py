"""The comments of a post, each once, and an answer after what it answers."""

from collections.abc import Iterator

from articles.comments import submission
from articles.models import Article, Comment, Origin
from articles.models.comments import LONGEST_COMMENT
from articles.wordpress import text
from articles.wordpress.text import Note
from articles.wordpress.wxr import Entry, WxrComment
from articles.wordpress.wxr_file import UNREADABLE
from core.database import database_time


def import_comments(site: str, entry: Entry, article: Article, note: Note) -> int:
    """Write the comments that have not come before. Return how many."""
    came = {
        origin.key: origin.object_pk
        for origin in Origin.objects.filter(
            site=site, kind="comment", key__in=[each.key for each in entry.comments]
        )
    }
    here = Comment.objects.select_related("parent").in_bulk(came.values())
    known = {key: here.get(pk) for key, pk in came.items()}
    new = 0
    for theirs in in_thread_order(entry.comments):
        if theirs.key in known:
            continue
        if not text.plain_lines(theirs.text):
            note(f"comment {theirs.key} says nothing, and is left out")
            continue
        comment = _written(entry, theirs, article, known.get(theirs.parent), note)
        known[theirs.key] = comment
        Origin.objects.create(site=site, kind="comment", key=theirs.key, object_pk=comment.pk)
        new += 1
    return new


def in_thread_order(comments: tuple[WxrComment, ...]) -> Iterator[WxrComment]:
    """Yield the oldest first, but an answer never before what it answers."""
    waiting = {theirs.key: theirs for theirs in sorted(comments, key=_age)}
    while waiting:
        chain = [next(iter(waiting.values()))]
        while (above := waiting.get(chain[-1].parent)) and above not in chain:
            chain.append(above)
        yield waiting.pop(chain[-1].key)


def _age(theirs: WxrComment) -> int:
    return int(theirs.key) if theirs.key.isdecimal() else 0


def _written(
    entry: Entry,
    theirs: WxrComment,
    article: Article,
    to: Comment | None,
    note: Note,
) -> Comment:
    said = text.plain_lines(theirs.text)
    if len(said) > LONGEST_COMMENT:
        note(f"the end of comment {theirs.key} was cut off")
    if UNREADABLE in said:
        note(f"comment {theirs.key} has letters that could not be read")
    if to is None and theirs.parent not in ("", "0"):
        note(f"comment {theirs.key} answers one that is not here: it stands by itself")
    name = text.plain_line(theirs.name)[:80] or "A reader"
    is_author = theirs.user not in ("", "0") and name == article.author.name
    return submission.import_comment(
        article,
        name=name,
        text=said[:LONGEST_COMMENT],
        written=theirs.written or entry.published or database_time.now(),
        to=to,
        contributor=article.author if is_author else None,
    )

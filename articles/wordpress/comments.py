"""The comments of a post, each once, and an answer after what it answers."""

from collections.abc import Iterator

from django.utils import timezone

from articles import comments
from articles.models import Article, Comment, Origin
from articles.models.comments import LONGEST_COMMENT
from articles.wordpress import text
from articles.wordpress.text import Note
from articles.wordpress.wxr import Entry, WxrComment
from articles.wordpress.wxr_file import UNREADABLE


def import_comments(site: str, entry: Entry, article: Article, told: Note) -> int:
    """Write the comments that have not come before. Return how many."""
    came = {
        origin.key: origin.object_pk
        for origin in Origin.objects.filter(
            site=site, kind="comment", key__in=[each.key for each in entry.remarks]
        )
    }
    here = Comment.objects.select_related("parent").in_bulk(came.values())
    known = {key: here.get(pk) for key, pk in came.items()}
    new = 0
    for remark in in_thread_order(entry.remarks):
        if remark.key in known:
            continue
        if not text.plain_lines(remark.text):
            told(f"comment {remark.key} says nothing, and is left out")
            continue
        comment = _written(entry, remark, article, known.get(remark.parent), told)
        known[remark.key] = comment
        Origin.objects.create(site=site, kind="comment", key=remark.key, object_pk=comment.pk)
        new += 1
    return new


def in_thread_order(remarks: tuple[WxrComment, ...]) -> Iterator[WxrComment]:
    """Yield the oldest first, but an answer never before what it answers."""
    waiting = {remark.key: remark for remark in sorted(remarks, key=_age)}
    while waiting:
        chain = [next(iter(waiting.values()))]
        while (above := waiting.get(chain[-1].parent)) and above not in chain:
            chain.append(above)
        yield waiting.pop(chain[-1].key)


def _age(remark: WxrComment) -> int:
    return int(remark.key) if remark.key.isdecimal() else 0


def _written(
    entry: Entry,
    remark: WxrComment,
    article: Article,
    to: Comment | None,
    told: Note,
) -> Comment:
    said = text.plain_lines(remark.text)
    if len(said) > LONGEST_COMMENT:
        told(f"the end of comment {remark.key} was cut off")
    if UNREADABLE in said:
        told(f"comment {remark.key} has letters that could not be read")
    if to is None and remark.parent not in ("", "0"):
        told(f"comment {remark.key} answers one that is not here: it stands by itself")
    name = text.plain_line(remark.name)[:80] or "A reader"
    is_author = remark.user not in ("", "0") and name == article.author.name
    return comments.import_comment(
        article,
        name=name,
        text=said[:LONGEST_COMMENT],
        written=remark.written or entry.published or timezone.now(),
        to=to,
        contributor=article.author if is_author else None,
    )

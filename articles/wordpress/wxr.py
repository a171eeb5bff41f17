"""Reads an export of WordPress (WXR) entry by entry, however large, and trusts nothing in it.

Each entry is parsed by itself: one that is broken is told and left out, and no more than one is in
memory. No entity is expanded and no DTD taken. See `wxr_file` for how it is cut.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from articles.wordpress.wxr_file import NAMED_NOT_XML, NotAnExport, split_entries

__all__ = ["Author", "BrokenEntry", "Entry", "Export", "NotAnExport", "WxrComment"]
EARLIEST = 1990  # there was no web before, and so no post


@dataclass(frozen=True)
class BrokenEntry:
    """An entry that cannot be read."""

    name: str
    why: str


@dataclass(frozen=True)
class Author:
    """A writer of posts, as the export names them."""

    login: str
    name: str


@dataclass(frozen=True)
class WxrComment:
    """A comment as WordPress kept it."""

    key: str
    parent: str
    name: str
    text: str
    written: datetime | None
    user: str


@dataclass(frozen=True)
class Entry:
    """A post, a picture, a page: whatever WordPress makes an <item> of."""

    key: str
    kind: str
    title: str
    link: str
    slug: str
    status: str
    locked: bool
    author: str
    content: str
    excerpt: str
    published: datetime | None
    topics: tuple[tuple[str, str], ...]  # (slug, name)
    other_terms: tuple[tuple[str, str], ...]  # (what it is, name)
    comments: tuple[WxrComment, ...]
    left_comments: tuple[str, ...]  # why each comment that is no WxrComment stays
    meta: dict[str, list[str]] = field(default_factory=dict)
    file: str = ""  # the address of a picture or another file
    parent: str = ""  # the number of the post that it was uploaded to

    @property
    def name(self) -> str:
        """What staff can find it by: its kind, number and title."""
        return f"{self.kind} {self.key} “{self.title[:60]}”"

    def first(self, key: str) -> str:
        """Return the value of a custom field; of several the first, of none ""."""
        return next(iter(self.meta.get(key, [])), "")


class Export:
    """The head of an export, and its entries. Raises NotAnExport."""

    def __init__(self, path: Path) -> None:
        self.path = path
        head = next(split_entries(path)).partition("</channel>")[0]
        opened = re.search(r"<rss\b[^<>]*>", head)
        if opened is None or "<channel" not in head:
            raise NotAnExport("This is no export of WordPress: it has no <rss> with a <channel>.")
        if "<!DOCTYPE" in head or "<!ENTITY" in head:
            raise NotAnExport("It declares a DOCTYPE, which no export of WordPress does.")
        self._opened = opened[0]
        try:
            channel = self._parsed(head[head.index("<channel") :])
        except (ParseError, DefusedXmlException, ValueError) as error:
            raise NotAnExport(f"Its head cannot be read: {error}") from error
        address = urlsplit(_text(channel, "base_blog_url") or _text(channel, "link"))
        self.host, self.folder = address.netloc, unquote(address.path).rstrip("/")
        self.site = f"{self.host}{self.folder}"[:200]  # several blogs may share a host
        authors = (
            Author(_text(each, "author_login"), _text(each, "author_display_name"))
            for each in _all(channel, "author")
        )
        self.authors = {author.login: author for author in authors}
        self.topics = {
            _text(each, "category_nicename"): _text(each, "category_description")
            for each in _all(channel, "category")
        }

    def __iter__(self) -> Iterator[Entry | BrokenEntry]:
        found = split_entries(self.path)
        next(found)
        for number, piece in enumerate(found, 1):
            try:
                yield _entry(self._parsed(f"<channel>{piece}")[0])
            except (ParseError, DefusedXmlException, ValueError, IndexError) as error:
                yield BrokenEntry(_guess(piece, number), str(error))

    def _parsed(self, inside: str) -> Element:
        inside = NAMED_NOT_XML.sub("", inside)
        return fromstring(f"{self._opened}{inside}</channel></rss>", forbid_dtd=True)[0]


def _entry(item: Element) -> Entry:
    key = _text(item, "post_id")
    if not key.isdecimal():
        raise ValueError("it has no number")
    terms = _all(item, "category")
    categories = [each for each in terms if each.get("domain", "category") == "category"]
    comments = [(_why_not(each), each) for each in _all(item, "comment")]
    meta: dict[str, list[str]] = {}
    for each in _all(item, "postmeta"):
        meta.setdefault(_text(each, "meta_key"), []).append(_text(each, "meta_value"))
    return Entry(
        key=key,
        kind=_text(item, "post_type"),
        title=_text(item, "title"),
        link=_text(item, "link"),
        slug=_text(item, "post_name"),
        status=_text(item, "status"),
        locked=bool(_text(item, "post_password")),
        author=_text(item, "creator"),
        content=_encoded(item, "content"),
        excerpt=_encoded(item, "excerpt"),
        published=_moment(_text(item, "post_date_gmt"))
        or _mail_date(_text(item, "pubDate"))
        or _moment(_text(item, "post_date")),
        topics=tuple(
            (each.get("nicename") or "", (each.text or "").strip()) for each in categories
        ),
        other_terms=tuple(
            (each.get("domain") or "", (each.text or "").strip())
            for each in terms
            if each not in categories
        ),
        comments=tuple(_comment(each) for why, each in comments if not why),
        left_comments=tuple(why for why, _ in comments if why),
        meta=meta,
        file=_text(item, "attachment_url"),
        parent=_text(item, "post_parent"),
    )


def _why_not(comment: Element) -> str:
    """Why a comment does not come: nobody approved it, or no reader wrote it."""
    if _text(comment, "comment_approved") != "1":
        return "not approved"
    kind = _text(comment, "comment_type")
    return "" if kind in ("", "comment") else kind


def _comment(comment: Element) -> WxrComment:
    return WxrComment(
        key=_text(comment, "comment_id"),
        parent=_text(comment, "comment_parent"),
        name=_text(comment, "comment_author"),
        text=_text(comment, "comment_content"),
        written=_moment(_text(comment, "comment_date_gmt")),
        user=_text(comment, "comment_user_id"),
    )


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _all(parent: Element, name: str) -> list[Element]:
    return [child for child in parent if _local(child) == name]


def _text(parent: Element, name: str) -> str:
    return next(((child.text or "").strip() for child in _all(parent, name)), "")


def _encoded(item: Element, kind: str) -> str:
    """Content and excerpt have one name in two namespaces."""
    for child in _all(item, "encoded"):
        if ("excerpt" in child.tag) == (kind == "excerpt"):
            return child.text or ""
    return ""


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:  # WordPress writes 0000-00-00 for drafts
        return None
    return found if found.year >= EARLIEST else None


def _mail_date(text: str) -> datetime | None:
    """None also for year -0001, which WordPress makes of 0000-00-00 and Python reads as 1999."""
    if not re.search(r"\s(?:19|20)\d\d\s", text):
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _guess(piece: str, number: int) -> str:
    """What to call an entry that cannot be read."""
    found = re.search(r"<title>(?:<!\[CDATA\[)?([^<\]]{1,60})", piece)
    return f"entry {number}" + (f" “{found[1].strip()}”" if found else "")

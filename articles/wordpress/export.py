"""Reads an export of WordPress (WXR) entry by entry, however large, and trusts nothing in it.

The file is cut at its <item> tags and each entry parsed by itself: one that is broken is told and
left out, and no more than one is in memory. No entity is expanded and no DTD taken.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

CHUNK, LONGEST_ENTRY, LONGEST_HEAD = 1 << 20, 8_000_000, 50_000_000
TOKEN = re.compile(r"<item(?:\s[^<>]*)?>|</item>|<!\[CDATA\[|\]\]>")
LONGEST_TOKEN = 200
# What XML cannot hold, and WordPress exports all the same.
NOT_XML = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF])


class NotAnExport(ValueError):
    """Its words say what is wrong with the file as a whole."""


@dataclass(frozen=True)
class Broken:
    """An entry that cannot be read."""

    name: str
    why: str


@dataclass(frozen=True)
class Author:
    login: str
    name: str


@dataclass(frozen=True)
class Remark:
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
    remarks: tuple[Remark, ...]
    meta: dict[str, str] = field(default_factory=dict)
    file: str = ""  # the address of a picture

    @property
    def name(self) -> str:
        return f"{self.kind} {self.key} “{self.title[:60]}”"


class Export:
    """The head of an export, and its entries. Raises NotAnExport."""

    def __init__(self, path: Path) -> None:
        self.path = path
        head = next(_pieces(path))
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
        address = _text(channel, "base_blog_url") or _text(channel, "link")
        self.site = urlsplit(address).netloc
        authors = (
            Author(_text(each, "author_login"), _text(each, "author_display_name"))
            for each in _all(channel, "author")
        )
        self.authors = {author.login: author for author in authors}
        self.topics = {
            _text(each, "category_nicename"): _text(each, "category_description")
            for each in _all(channel, "category")
        }

    def __iter__(self) -> Iterator[Entry | Broken]:
        pieces = _pieces(self.path)
        next(pieces)
        for number, piece in enumerate(pieces, 1):
            try:
                yield _entry(self._parsed(f"<channel>{piece}")[0])
            except (ParseError, DefusedXmlException, ValueError, IndexError) as error:
                yield Broken(_guess(piece, number), str(error))

    def _parsed(self, inside: str) -> Element:
        return fromstring(f"{self._opened}{inside}</channel></rss>", forbid_dtd=True)[0]


def _pieces(path: Path) -> Iterator[str]:
    """First what stands before the entries, then each <item>…</item> as it stands."""
    buffer, start, at = "", 0, 0
    head, in_item, in_text = True, False, False
    for chunk in _chunks(path):
        buffer += chunk
        # What stands at the end may be the beginning of a tag, unless it is the end of the file.
        sure = len(buffer) - LONGEST_TOKEN if chunk else len(buffer)
        for token in TOKEN.finditer(buffer, at):
            if token.start() > sure:
                break
            at = token.end()
            if token[0] in ("<![CDATA[", "]]>"):
                in_text = token[0] != "]]>"
            elif in_text:
                continue
            elif token[0] == "</item>":
                if in_item:
                    yield buffer[start:at]
                start, in_item = at, False
            else:
                if head or in_item:  # an entry that is not closed is told as broken
                    yield buffer[start : token.start()]
                start, head, in_item = token.start(), False, True
        at = max(at, sure, 0)
        if head and at - start > LONGEST_HEAD:
            raise NotAnExport("Its head is too long.")
        if in_item and at - start > LONGEST_ENTRY:
            yield buffer[start : start + 2000]  # so much that it is told as broken
            start, in_item, in_text = at, False, False
        if not head and not in_item:
            start = at
        buffer, at, start = buffer[start:], at - start, 0
    if head or in_item:
        yield buffer


def _chunks(path: Path) -> Iterator[str]:
    """The text of the file without what XML cannot hold; at last an empty one."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        while chunk := file.read(CHUNK):
            yield chunk.translate(NOT_XML) or " "
    yield ""


def _entry(item: Element) -> Entry:
    key = _text(item, "post_id")
    if not key.isdecimal():
        raise ValueError("it has no number")
    categories = [each for each in _all(item, "category") if each.get("domain") == "category"]
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
        published=_moment(_text(item, "post_date_gmt")) or _mail_date(_text(item, "pubDate")),
        topics=tuple(
            (each.get("nicename") or "", (each.text or "").strip()) for each in categories
        ),
        remarks=tuple(filter(None, map(_remark, _all(item, "comment")))),
        meta={
            _text(each, "meta_key"): _text(each, "meta_value") for each in _all(item, "postmeta")
        },
        file=_text(item, "attachment_url"),
    )


def _remark(comment: Element) -> Remark | None:
    """None for what was not approved, and for what other sites and programs left."""
    if _text(comment, "comment_approved") != "1":
        return None
    if _text(comment, "comment_type") not in ("", "comment"):
        return None
    return Remark(
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
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:  # WordPress writes 0000-00-00 for drafts
        return None


def _mail_date(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _guess(piece: str, number: int) -> str:
    """What to call an entry that cannot be read."""
    found = re.search(r"<title>(?:<!\[CDATA\[)?([^<\]]{1,60})", piece)
    return f"entry {number}" + (f" “{found[1].strip()}”" if found else "")

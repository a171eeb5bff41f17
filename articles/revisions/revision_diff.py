"""Two revisions side by side: which words went, and which came."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from articles.revisions.content import Content
from articles.revisions.word_diff import diff_opcodes
from core.richtext.plain_text import extract


@dataclass(frozen=True)
class Part:
    """One part of the content, with what went and what came."""

    name: str
    changed: bool
    html: SafeString  # with <ins> and <del>


def compare(before: Content, after: Content) -> list[Part]:
    """Compare two contents part by part, in the order of the page."""
    return [
        _part(_("Title"), before.title, after.title),
        _part(_("Summary"), before.summary, after.summary),
        _part(_("Key points"), "\n".join(before.key_points), "\n".join(after.key_points)),
        _part(_("Text"), _text(before.body), _text(after.body)),
        _part(_("Questions"), _faq(before), _faq(after)),
        _part(_("Sources"), _sources(before), _sources(after)),
        _part(_("Facts with a date"), _facts(before), _facts(after)),
    ]


def _part(name: str, before: str, after: str) -> Part:
    return Part(name, before != after, diff_html(before, after))


def diff_html(before: str, after: str) -> SafeString:
    """Return both texts as one, with <del> around what went and <ins> around what came."""
    old, new = _words(before), _words(after)
    pieces: list[tuple[SafeString]] = []
    for kind, a, b, c, d in diff_opcodes(old, new):
        if kind == "equal":
            pieces.append((format_html("{}", "".join(old[a:b])),))
            continue
        if a < b:
            pieces.append((format_html("<del>{}</del>", "".join(old[a:b])),))
        if c < d:
            pieces.append((format_html("<ins>{}</ins>", "".join(new[c:d])),))
    return format_html_join("", "{}", pieces)


def _words(text: str) -> list[str]:
    return re.findall(r"\s+|[^\s]+", text)


def _text(html: str) -> str:
    """Words, with headings and call-outs told apart and the addresses of links in brackets."""
    marked = re.sub(r"<h[234]>", r"\g<0># ", html)
    marked = re.sub(r'<blockquote class="(\w+)">', r"\g<0><p>[\1]</p>", marked)
    marked = re.sub(r'<a href="([^"]*)"[^>]*>(.*?)</a>', r"\2 (\1)", marked)
    return extract(marked).text


def _faq(what: Content) -> str:
    return "\n".join(f"{each.question}\n{each.answer}" for each in what.faq)


def _facts(what: Content) -> str:
    return "\n".join(f"{fact.true_until}: {fact.sentence}" for fact in what.facts)


def _sources(what: Content) -> str:
    lines: Iterable[str] = (
        f"{number}. "
        + ", ".join(str(part) for part in source.to_json().values() if part not in (None, ""))
        for number, source in enumerate(what.sources, 1)
    )
    return "\n".join(lines)

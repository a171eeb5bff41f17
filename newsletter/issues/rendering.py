"""An issue as a letter: subject, text and HTML, with slots for the reader's own links."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from core import article_library
from core.mail.rendering import fit, wrapped
from core.practice.models import Practice
from core.richtext import phone_links
from newsletter import links
from newsletter.issues.merge_tags import slot
from newsletter.issues.plain_text import as_text
from newsletter.models import Issue

STYLES = "css/letter.css"
# Media queries stay in the head, for phones and dark mode; every other rule becomes an attribute.
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
_LOCAL = re.compile(r'(\s(?:src|href)=")/(?!/)')


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str
    html: str


def write(issue: Issue) -> Letter:
    """Render the issue as it is now, its articles' cards as readers see them now."""
    context = _context(issue)
    page = render_to_string("newsletter/letter.html", context | {"styles": _styles()})
    return Letter(
        subject=issue.subject,
        text=wrapped(fit(render_to_string("newsletter/letter.txt", context))),
        html=_tight(_inliner.inline(fit(page))),
    )


def frozen(issue: Issue) -> Letter:
    """The letter that was frozen when sending began."""
    return Letter(issue.subject, issue.email_text, issue.email_html)


def preview(issue: Issue) -> str:
    """The HTML for a page of ours: its styles are a file, as our CSP wants them."""
    html = str(render_to_string("newsletter/letter.html", _context(issue) | {"preview": True}))
    for name in ("unsubscribe", "preferences"):
        html = html.replace(slot(name), "#")
    return html


def cards(issue: Issue) -> list[dict[str, Any]]:
    """The cards of its articles; once sending has begun, as they were then."""
    if issue.frozen_at:
        return issue.cards
    return [asdict(card) for card in article_library.current().cards(issue.articles)]


def absolute(html: str) -> str:
    """With addresses that work outside the site, too."""
    return _LOCAL.sub(rf"\g<1>{settings.SITE_URL}/", html)


def _context(issue: Issue) -> dict[str, Any]:
    shown = [card | {"url": links.on_site(card["path"])} for card in cards(issue)]
    body = absolute(issue.body)
    return {
        "issue": issue,
        "subject": issue.subject,
        "practice": Practice.current(),
        "body": mark_safe(phone_links.link_phones_in_html(body)),  # noqa: S308  # nosemgrep: marked-safe  (cleaned when saved)
        "body_text": as_text(body),
        "cards": shown,
        "unsubscribe": slot("unsubscribe"),
        "preferences": slot("preferences"),
        "online": links.on_site(issue.get_absolute_url()) if issue.in_archive else "",
    }


@cache
def _styles() -> str:
    path = finders.find(STYLES)
    return Path(str(path)).read_text()


def _tight(html: str) -> str:
    """Without the indents of the template: Gmail cuts off what is longer than 102 kB."""
    lines: Iterable[str] = (line.strip() for line in html.splitlines())
    return "\n".join(line for line in lines if line) + "\n"

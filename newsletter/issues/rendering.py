"""An issue as an e-mail: subject, text and HTML, with merge tags for the reader's own links."""

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
from core.languages.speaking import speaking
from core.mail.message import fit, wrapped
from core.practice.models import Practice
from core.richtext import phone_links
from core.signed_links import absolute_url
from newsletter.issues.merge_tags import merge_tag
from newsletter.issues.plain_text import as_text
from newsletter.models import Issue

STYLES = "css/issue-email.css"
# Media queries stay in the head, for phones and dark mode; every other rule becomes an attribute.
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
_LOCAL = re.compile(r'(\s(?:src|href)=")/(?!/)')


@dataclass(frozen=True)
class RenderedIssue:
    """What every recipient gets, before the merge tags are filled in."""

    subject: str
    text: str
    html: str
    language: str = settings.LANGUAGE_CODE


def render(issue: Issue) -> RenderedIssue:
    """Render the issue as it is now, its articles' cards as visitors see them now."""
    with speaking(issue.language):
        context = _context(issue)
        page = render_to_string("newsletter/issue_email.html", context | {"styles": _styles()})
        text = render_to_string("newsletter/issue_email.txt", context)
    return RenderedIssue(
        subject=issue.subject,
        text=wrapped(fit(text)),
        html=_without_indents(_inliner.inline(fit(page))),
        language=issue.language,
    )


def frozen(issue: Issue) -> RenderedIssue:
    """Return what was frozen when sending began."""
    return RenderedIssue(issue.subject, issue.email_text, issue.email_html, issue.language)


def render_preview(issue: Issue) -> str:
    """Return the HTML for a page of ours: its styles are a file, as our CSP wants them."""
    with speaking(issue.language):
        context = _context(issue) | {"preview": True}
        html = str(render_to_string("newsletter/issue_email.html", context))
    for name in ("unsubscribe", "preferences"):
        html = html.replace(merge_tag(name), "#")
    return html


def cards(issue: Issue) -> list[dict[str, Any]]:
    """Return the cards of its articles; once sending has begun, as they were then."""
    if issue.frozen_at:
        return issue.cards
    return [asdict(card) for card in article_library.current().cards(issue.articles)]


def absolute_links(html: str) -> str:
    """Return the HTML with links and pictures that work outside the site, too."""
    return _LOCAL.sub(rf"\g<1>{settings.SITE_URL}/", html)


def _context(issue: Issue) -> dict[str, Any]:
    shown = [card | {"url": absolute_url(card["path"])} for card in cards(issue)]
    body = absolute_links(issue.body)
    return {
        "issue": issue,
        "subject": issue.subject,
        "practice": Practice.current(),
        "body": mark_safe(phone_links.link_phones_in_html(body)),  # noqa: S308  # nosemgrep: marked-safe  (cleaned when saved)
        "body_text": as_text(body),
        "cards": shown,
        "unsubscribe": merge_tag("unsubscribe"),
        "preferences": merge_tag("preferences"),
        "online": absolute_url(issue.get_absolute_url()) if issue.in_archive else "",
    }


@cache
def _styles() -> str:
    path = finders.find(STYLES)
    return Path(str(path)).read_text()


def _without_indents(html: str) -> str:
    """Drop the indents of the template: Gmail cuts off what is longer than 102 kB."""
    lines: Iterable[str] = (line.strip() for line in html.splitlines())
    return "\n".join(line for line in lines if line) + "\n"

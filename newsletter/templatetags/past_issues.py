"""Past issues on other pages of the newsletter: `{% load past_issues %}{% past_issues %}`."""

from typing import Any

from django import template

from core.languages.speaking import of_now
from newsletter.models import Issue

register = template.Library()
SHOWN = 100


@register.inclusion_tag("newsletter/_past_issues.html")
def past_issues() -> dict[str, Any]:
    """Show what was sent to readers of this page's language, newest first. Two queries.

    Before the first of them there are those in English, and before that there is nothing.
    """
    fields = ("slug", "subject", "preview", "started_at", "language")
    issues = list(Issue.objects.archived().read_in(of_now()).only(*fields)[:SHOWN])
    return {"issues": issues, "written_in": issues[0].language if issues else of_now()}

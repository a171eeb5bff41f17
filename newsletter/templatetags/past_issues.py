"""Past issues on other pages of the newsletter: `{% load past_issues %}{% past_issues %}`."""

from typing import Any

from django import template
from django.conf import settings

from newsletter.models import Issue

register = template.Library()
SHOWN = 100


@register.inclusion_tag("newsletter/_past_issues.html")
def past_issues() -> dict[str, Any]:
    """Show what was sent, newest first. One query; nothing is shown before the first issue."""
    fields = ("slug", "subject", "preview", "started_at")
    issues = list(Issue.objects.archived().only(*fields)[:SHOWN])
    return {"issues": issues, "written_in": settings.LANGUAGE_CODE}

"""What the templates of the admin ask: of the sign-in, and above a list."""

from typing import Any

from django import template
from django.conf import settings
from django.contrib.admin.views.main import ChangeList

from core.staff import list_dates

register = template.Library()


@register.simple_tag
def idle_minutes() -> int:
    """Return STAFF_IDLE_MINUTES."""
    return settings.STAFF_IDLE_MINUTES


@register.inclusion_tag("admin/date_hierarchy.html")
def date_links(changelist: ChangeList) -> dict[str, Any]:
    """Show the years, months and days above a list, without reading its rows."""
    return list_dates.links(changelist)

"""What the templates of the admin ask: of the sign-in, and above a list."""

from typing import Any

from django import template
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList

from core.staff import list_dates

register = template.Library()


@register.simple_tag
def idle_minutes() -> int:
    """Return STAFF_IDLE_MINUTES."""
    return settings.STAFF_IDLE_MINUTES


@register.simple_tag(takes_context=True)
def header_items(context: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what apps show in the header, asked only where a page is made."""
    return admin.site.header(context["request"])  # type: ignore[attr-defined]  # our site


@register.simple_tag(takes_context=True)
def menu_links(context: dict[str, Any]) -> list[tuple[str, str]]:
    """Return address and words of what apps show in the person's menu."""
    return admin.site.menu(context["request"])  # type: ignore[attr-defined]  # our site


@register.inclusion_tag("admin/date_hierarchy.html")
def date_links(changelist: ChangeList) -> dict[str, Any]:
    """Show the years, months and days above a list, without reading its rows."""
    return list_dates.links(changelist)

"""Drawings from our own sprite: `{% icon "clock" %}` and `{% picture "path" %}`."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

VIEW_BOXES = {
    "path": "0 0 480 600",
    "door": "0 0 480 600",
    "table": "0 0 600 480",
    "plant": "0 0 260 300",
    "contours": "0 0 1200 260",
    "seal": "0 0 96 108",
    "monogram": "0 0 100 120",
}


def _use(symbol: str) -> str:
    return f"{static('svg/icons.svg')}#{symbol}"


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str, classes: str = "") -> SafeString:
    """Draw a line icon in the color of the text, hidden from screen readers: say it in words."""
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}"/></svg>',
        f"icon {classes}".strip(),
        _use(name),
    )


@register.simple_tag
def picture(name: str, classes: str = "") -> SafeString:
    """Draw one of the illustrations, purely ornamental. Raises KeyError for an unknown name."""
    return format_html(
        '<svg class="{}" viewBox="{}" aria-hidden="true"><use href="{}"/></svg>',
        f"ill {classes}".strip(),
        VIEW_BOXES[name],
        _use(f"ill-{name}"),
    )


@register.simple_tag
def mark() -> SafeString:
    """Draw the logo, for `.brand`."""
    return format_html('<svg aria-hidden="true"><use href="{}"/></svg>', _use("logo"))

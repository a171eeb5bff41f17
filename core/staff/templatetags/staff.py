"""What the templates of the admin know of the sign-in."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def idle_minutes() -> int:
    """Return STAFF_IDLE_MINUTES."""
    return settings.STAFF_IDLE_MINUTES

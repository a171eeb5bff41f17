from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def idle_minutes() -> int:
    return settings.STAFF_IDLE_MINUTES

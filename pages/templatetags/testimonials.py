"""What patients say, for pages of any app: `{% patient_voices as voices %}`. One query."""

from django import template

from core.cache.compiled import Compiled
from pages.models import Testimonial

register = template.Library()

VOICES = Compiled(lambda: Testimonial.objects.published()[:3])


@register.simple_tag
def patient_voices() -> list[Testimonial]:
    """Those of the home page, in its order."""
    return VOICES.all()

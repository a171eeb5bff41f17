"""What patients say, for pages of any app: `{% testimonials as testimonials %}`. One query."""

from django import template

from core.cache.compiled import Compiled
from pages.models import Testimonial

register = template.Library()

TESTIMONIALS = Compiled(lambda: Testimonial.objects.published()[:3])


@register.simple_tag
def testimonials() -> list[Testimonial]:
    """Return the three that the home page shows, in the order that staff chose."""
    return TESTIMONIALS.all()

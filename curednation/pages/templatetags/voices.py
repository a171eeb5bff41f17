"""What patients say, for pages of any app: `{% patient_voices as voices %}`. One query."""

from django import template

from curednation.pages.models import Testimonial

register = template.Library()


@register.simple_tag
def patient_voices() -> list[Testimonial]:
    """Those of the home page, in its order."""
    return list(Testimonial.objects.published()[:3])

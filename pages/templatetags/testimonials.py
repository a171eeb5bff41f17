"""What patients say, for pages of any app: `{% testimonials as testimonials %}`. One query."""

from django import template

from pages.models import Testimonial

register = template.Library()


@register.simple_tag
def testimonials() -> list[Testimonial]:
    """Return those that the home page shows, in the order that staff chose."""
    return list(Testimonial.objects.published())

"""Addresses of a visit's pages, or a waitlist place's, by the way in which it was reached."""

from django import template

from appointments.links import VisitLink
from appointments.waitlist.links import PlaceLink

register = template.Library()


@register.simple_tag
def own_page(link: VisitLink | PlaceLink, name: str = "visit", *rest: str) -> str:
    """Return the path of another of its pages: `{% own_page link "visits:form" slug %}`."""
    return link.page(name, *rest)

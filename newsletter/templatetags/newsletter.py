"""The newsletter on pages of others: `{% load newsletter %}{% subscribe_form %}`."""

from typing import Any

from django import template

register = template.Library()


@register.inclusion_tag("newsletter/_band.html", takes_context=True)
def subscribe_form(context: template.Context) -> dict[str, Any]:
    """The band with one field, for pages that anyone may keep: it asks the database nothing.

    It says on which page it stood by the name of the route. Never on private or booking pages.
    """
    request = context.get("request")
    match = request and request.resolver_match
    return {"page": match.view_name if match else "", "practice": context.get("practice")}

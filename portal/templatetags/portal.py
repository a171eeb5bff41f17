"""What every page inside shows around its own: the menu, and whose place it is."""

from typing import Any

from django import template

from portal import sections
from portal.access import current_account

register = template.Library()


@register.inclusion_tag("portal/_menu.html", takes_context=True)
def portal_menu(context: dict[str, Any]) -> dict[str, Any]:
    """Return the links of the menu; none where nobody is signed in."""
    request = context["request"]
    if current_account(request) is None:
        return {"links": []}
    links = sections.links(request)
    news = sum(link.count for link in links)  # for a phone, where the menu is folded
    return {"links": links, "news": news, "path": request.path, "signed_in": True}

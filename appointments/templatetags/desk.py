"""What a template of the desk asks the desk for."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def desk_cards(context: Context, cards: Iterable[Any]) -> SafeString:
    """Return the cards as items of a list, by the `cards_html` of the page's context."""
    made: SafeString = context["cards_html"](cards)
    return made

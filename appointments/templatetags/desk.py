"""Parts of a board that a template would take too long for."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from appointments.admin.desk.card_html import cards_html
from appointments.admin.desk.cards import Card

register = template.Library()


@register.simple_tag(takes_context=True)
def desk_cards(context: Context, cards: list[Card]) -> SafeString:
    """Return the cards as items of a list, for whoever asks for the page: `parts.board_context`."""
    return cards_html(
        cards, may_change=context["may_change"], sees_patients=context["sees_patients"]
    )

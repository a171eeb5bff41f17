"""What pages of any app show of the clinic: who sees patients, and what a visit costs."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from appointments.models import Provider, Service
from appointments.public import prices, providers, states
from appointments.scheduling.states import State
from appointments.templatetags.appointments import money
from core.people import spoken_languages

register = template.Library()
FACES = 4


@register.simple_tag
def price_line(services: Iterable[Service] | None = None) -> SafeString:
    """Return what a first visit costs (among these), and where more about it stands."""
    words = price_words(prices.first_price(services))
    more = _("Prices and insurance")
    return format_html('{} <a href="{}">{}</a>', words, reverse("pages:prices"), more)


def price_words(service: Service | None) -> str:
    """Return a sentence that is true with and without a price."""
    if service is None or service.price_cents is None:
        return _("There is nothing to pay when you book.")
    words = {"service": service.name_i18n, "price": money(service.price_cents)}
    return _("%(service)s: %(price)s without insurance. Nothing to pay when you book.") % words


@register.inclusion_tag("pages/_faces.html")
def provider_faces() -> dict[str, Any]:
    """Show some of those who see patients. One query; where nobody is shown, nothing."""
    return {"providers": providers.faces(FACES)}


@register.simple_tag
def provider_with_account(account: int | None) -> Provider | None:
    """Return the provider of a staff account, if the site shows them."""
    if account is None:
        return None
    return Provider.objects.listed().filter(account=account).first()


@register.filter
def state_path(state: State) -> str:
    """Return the path of a state's page."""
    return reverse("pages:state", args=[states.slug_of(state)])


@register.filter
def spoken(languages: str) -> str:
    """Return languages that staff typed by their names in the language of now."""
    return spoken_languages.sentence(languages)

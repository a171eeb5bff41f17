"""What pages say of their languages: `{% load languages %}`."""

from datetime import date
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.utils.formats import date_format
from django.utils.translation import pgettext

from core.languages import links
from core.languages.speaking import name_of

register = template.Library()
register.filter("language_name", name_of)


@register.filter(expects_localtime=True)
def long_date(when: date | None) -> str:
    """Return "November 10, 2026"; nothing for no day."""
    return date_format(when, pgettext("long date", "F j, Y"), use_l10n=False) if when else ""


@register.inclusion_tag("_language_switch.html", takes_context=True)
def language_switch(context: Context, where: str) -> dict[str, Any]:
    """Show the same page in the other languages as links; nothing where it has one for all.

    `where` is "header" or "footer". A page that has an address of its own in another language says
    so by `alternates`, each with `language` and `url`.
    """
    request = context.get("request")
    found = links.others(request) if request else []
    own = {each.language: each.url for each in context.get("alternates") or ()}
    return {
        "where": where,
        "links": [
            each._replace(path=own.get(each.code, each.path).removeprefix(settings.SITE_URL))
            for each in found
        ],
    }


@register.inclusion_tag("_language_head.html", takes_context=True)
def language_head(context: Context) -> dict[str, Any]:
    """Tell search engines the page's own address, and where it is in the other languages.

    Of a page behind a private link nothing is said. One that names `canonical` or `alternates`
    itself is left to that.
    """
    request = context.get("request")
    if request is None or request.resolver_match is None or links.is_secret(request):
        return {}
    own = f"{settings.SITE_URL}{request.path}"
    canonical = context.get("canonical", own)
    languages = links.in_each_language(request)
    if not languages or canonical != own or "alternates" in context:
        languages = []
    return {
        "canonical": "" if "canonical" in context else own,
        "languages": [each._replace(path=settings.SITE_URL + each.path) for each in languages],
        "default": settings.LANGUAGE_CODE,
    }

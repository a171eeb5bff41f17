"""What a page says to machines and to whoever shares it. For public pages only.

`{% social heading about %}` in a page's `meta` block, and `{% clinic_json_ld %}` where it is about
the clinic. A page of somebody's own has neither.
"""

from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from core import json_ld

register = template.Library()
LOCALES = {"en": "en_US", "es": "es_US"}


@register.inclusion_tag("_social.html", takes_context=True)
def social(
    context: Any, heading: str, about: str, *, kind: str = "website", image: str = ""
) -> dict[str, Any]:
    """Show the tags of Open Graph. `image` is a whole address; left out it is the clinic's own."""
    practice = context["practice"]
    drawn = f"{settings.SITE_URL}{reverse('pages:share')}?v={practice.version[:8]}"
    return {
        "practice": practice,
        "address": settings.SITE_URL + context["request"].path,
        "heading": heading,
        "about": about,
        "kind": kind,
        "image": image or drawn,
        "locale": LOCALES.get(get_language() or "", "en_US"),
    }


@register.simple_tag(takes_context=True)
def clinic_json_ld(context: Any) -> SafeString:
    """Return the clinic as structured data, in a script element that runs nothing."""
    data = json_ld.clinic_json_ld(context["practice"], logo=static("img/touch-icon.png"))
    return format_html('<script type="application/ld+json">{}</script>', json_ld.as_script(data))

"""What a page says to machines: schema.org as JSON-LD."""

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from core.practice.models import Practice
from core.validation.control_characters import without_controls

ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def as_script(data: Any) -> SafeString:
    """Return `data` as JSON for the inside of a script element, which it cannot end."""
    text = json.dumps(_clean(data), ensure_ascii=False).translate(ESCAPES)
    return mark_safe(text)  # noqa: S308  # nosemgrep: marked-safe  (escaped for a script)


def _clean(data: Any) -> Any:
    """Without the characters that nobody reads."""
    if isinstance(data, dict):
        return {name: _clean(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_clean(value) for value in data]
    return without_controls(data) if isinstance(data, str) else data


def clinic_json_ld(practice: Practice, *, logo: str) -> dict[str, Any]:
    """Return the clinic as a schema.org MedicalOrganization, with what staff have filled in.

    `logo` is the path of its mark.
    """
    place = {
        "streetAddress": practice.street,
        "addressLocality": practice.city,
        "addressRegion": practice.state,
        "postalCode": practice.postal_code,
    }
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "MedicalOrganization",
        "@id": f"{settings.SITE_URL}/#clinic",
        "name": practice.name,
        "url": f"{settings.SITE_URL}/",
        "logo": settings.SITE_URL + logo,
        "telephone": str(practice.phone or ""),
        "email": practice.email,
    }
    if any(place.values()):
        filled = {name: value for name, value in place.items() if value}
        found["address"] = {"@type": "PostalAddress", "addressCountry": "US"} | filled
    return {name: value for name, value in found.items() if value}

"""What differs from clinic to clinic: `{practice}` in a text becomes the name of the practice.

Numbers are those of the clinic's own settings, so that no text says another one.
"""

import re
from collections.abc import Callable
from html import escape
from typing import Any

from django.conf import settings
from django.db.models import Max, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appointments.booking.holds import HOLD_FOR
from appointments.models import Service
from appointments.waitlist.entries import WAITS_FOR
from core.practice.models import Practice
from pages.text_pages import expiring_parts, taglines

PATTERN = re.compile(r"\{([a-z_]+)\}")
BRACED = re.compile(r"\{([^{}]*)\}")  # as staff may mistype it


def _whole_address(practice: Practice) -> str:
    parts = [part for part in (practice.street, practice.town_line) if part]
    return ", ".join([practice.name, *parts]) if parts else _("the address on our contact page")


def _phone_hours(practice: Practice) -> str:
    hours = practice.phone_hours_i18n
    return f"{practice.phone_text}, {hours}" if hours else ""


def _change_until(practice: Practice) -> str:
    """Until when a visit can be moved or cancelled online: the earliest of all services."""
    hours = Service.objects.filter(active=True).aggregate(most=Max("cutoff_hours"))["most"] or 0
    if not hours:
        return _("until it begins")
    return ngettext(
        "until {hours} hour before it begins", "until {hours} hours before it begins", hours
    ).format(hours=hours)


def _phone(practice: Practice) -> str:
    return practice.phone_text or _("the number on our contact page")


def _minimum_age(practice: Practice) -> str:
    """Say whom the clinic sees: by the service that sees the youngest."""
    age = Service.objects.filter(active=True).aggregate(age=Min("minimum_age"))["age"]
    if age == 0:
        return _("We see people of any age.")
    age = Service._meta.get_field("minimum_age").default if age is None else age
    return _("We see people who are {age} or older.").format(age=age)


def _days(name: str) -> Callable[[Practice], str]:
    return lambda practice: str(getattr(settings, name))


VALUES: dict[str, Callable[[Practice], Any]] = {
    "practice": lambda practice: practice.name,
    "mail_name": lambda practice: practice.mail_name,
    "phone": _phone,
    "phone_and_hours": lambda practice: _phone_hours(practice) or _phone(practice),
    "email": lambda practice: practice.email or _("the address on our contact page"),
    "address": _whole_address,
    "change_until": _change_until,
    "minimum_age_sentence": _minimum_age,
    "hold_minutes": lambda practice: str(int(HOLD_FOR.total_seconds() // 60)),
    "waitlist_days": _days("WAITLIST_DAYS"),
    "waitlist_most_days": lambda practice: str(WAITS_FOR.days),
    "mail_days": _days("MAIL_BODY_DAYS"),
    "after_visit_days": lambda practice: str(practice.after_visit_days),
    "record_years": _days("PATIENT_RECORD_YEARS"),
    "newsletter_days": _days("NEWSLETTER_UNCONFIRMED_DAYS"),
}
# Whole parts of a page, as HTML: a paragraph that holds nothing else becomes one of them.
PARTS: dict[str, Callable[[Practice], str]] = {
    "taglines": lambda practice: taglines.as_html(_phone(practice)),
}


def unknown_in(text: str) -> list[str]:
    """Return what stands in braces and for nothing, each once: `Phone` and `phone number`, too."""
    return [
        name
        for name in dict.fromkeys(BRACED.findall(text))
        if name not in VALUES | PARTS and not expiring_parts.is_mark(name)
    ]


def values_in(*texts: str) -> dict[str, str]:
    """Return the values of what stands in these texts, as plain text. At most two queries."""
    practice = Practice.current()
    names = {name for text in texts for name in PATTERN.findall(text)} & VALUES.keys()
    return {name: str(VALUES[name](practice)) for name in names}


def fill_parts(html: str) -> str:
    """Return HTML in which each paragraph that is the name of a part has become that part."""
    for name, part in PARTS.items():
        paragraph = f"<p>{{{name}}}</p>"
        if paragraph in html:
            html = html.replace(paragraph, part(Practice.current()))
    return html


def fill(text: str, values: dict[str, str], *, html: bool = False) -> str:
    """Return `text` with its values; in HTML they are escaped. An unknown name stays as it is."""

    def value(found: re.Match[str]) -> str:
        known = values.get(found[1])
        return found[0] if known is None else (escape(known) if html else known)

    return PATTERN.sub(value, text)

"""What pages of the clinic say to machines: schema.org as JSON-LD."""

from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from appointments.public.providers import Listed
from appointments.public.states import slug_of
from appointments.scheduling.states import State
from articles.article_page.structured_data import absolute_url
from core.json_ld import as_script
from core.practice.models import Practice


def _clinic() -> dict[str, Any]:
    practice = Practice.current()
    return {"@type": "MedicalOrganization", "name": practice.name, "url": absolute_url("/")}


def _in_state(state: State) -> dict[str, Any]:
    return {"@type": "State", "name": state.name}


def provider(listed: Listed) -> SafeString:
    """Return a provider as a Person: credentials, languages, and where the license holds."""
    person = listed.provider
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Person",
        "name": person.name,
        "url": absolute_url(reverse("pages:provider", args=[person.slug])),
        "worksFor": _clinic(),
        "knowsLanguage": listed.languages,
        "hasCredential": [
            {
                "@type": "EducationalOccupationalCredential",
                "credentialCategory": "license",
                "validIn": _in_state(state),
            }
            for state in listed.states
        ],
    }
    if person.credentials:
        data["honorificSuffix"] = person.credentials
    if person.about_i18n:
        data["description"] = person.about_i18n
    if person.photo:
        data["image"] = absolute_url(person.photo.url)
    return as_script(data)


def state(place: State, found: list[Listed]) -> SafeString:
    """Return a state's page: the clinic, and that it sees people there."""
    address = absolute_url(reverse("pages:state", args=[slug_of(place)]))
    clinic = _clinic() | {"areaServed": _in_state(place)}
    if found:
        clinic["employee"] = [
            {
                "@type": "Person",
                "name": each.provider.name,
                "url": absolute_url(reverse("pages:provider", args=[each.provider.slug])),
            }
            for each in found
        ]
    return as_script(
        {
            "@context": "https://schema.org",
            "@type": "MedicalWebPage",
            "url": address,
            "about": clinic,
        }
    )

"""Providers as the public pages show them: where they are licensed, what they speak and offer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Prefetch, When

from appointments.models import License, Provider, Service
from appointments.scheduling import availability
from appointments.scheduling.states import STATES, State
from core.people import spoken_languages

MOST = 300  # shown at all: nobody reads on


@dataclass(frozen=True)
class Listed:
    """A provider with one valid license for each state, by its name, and what they offer."""

    provider: Provider
    licenses: list[License]
    services: list[Service]

    @property
    def states(self) -> list[State]:
        return [STATES[each.state] for each in self.licenses]

    @property
    def state_names(self) -> str:
        return ", ".join(state.name for state in self.states)

    @property
    def languages(self) -> list[str]:
        """As staff typed them: "Spanish"."""
        return spoken_languages.parse(self.provider.languages)

    @property
    def spoken(self) -> str:
        """In the language of now: "inglés, español"."""
        return spoken_languages.sentence(self.provider.languages)


@dataclass(frozen=True)
class Choice:
    """One of the things to filter by, with what stands for it in an address."""

    value: str
    name: str


@dataclass(frozen=True)
class Filters:
    """What somebody looks for, as it stands in an address; empty for all."""

    state: str = ""
    language: str = ""
    care: str = ""

    def __bool__(self) -> bool:
        return any((self.state, self.language, self.care))

    def suits(self, each: Listed) -> bool:
        """Return whether this is somebody of whom they look for."""
        speaks = {spoken_languages.slug_of(name) for name in each.languages}
        offers = {service.slug for service in each.services}
        return (
            self.state in ("", *(state.slug for state in each.states))
            and self.language in ("", *speaks)
            and self.care in ("", *offers)
        )


def listed(now: datetime, **only: object) -> list[Listed]:
    """Return whom the site shows, by name, or `only` those. Three queries."""
    # A license ends at a midnight of its state's clock: which ones have is seen below.
    recent = License.objects.filter(expires__gte=(now - timedelta(days=2)).date())
    found = Provider.objects.listed().filter(**only)
    providers = found.prefetch_related(
        Prefetch("licenses", recent.order_by("expires"), to_attr="recent"),
        Prefetch("services", Service.objects.filter(active=True), to_attr="offered"),
    )
    return [_listed(each, now) for each in providers[:MOST]]


def _listed(provider: Provider, now: datetime) -> Listed:
    by_state = {
        each.state: each
        for each in provider.recent  # type: ignore[attr-defined]  # prefetched
        if now.timestamp() < availability.license_end(each.expires, each.state)
    }
    licenses = sorted(by_state.values(), key=lambda each: STATES[each.state].name)
    offered = [
        each
        for each in provider.offered  # type: ignore[attr-defined]  # prefetched
        if provider.accepts_new or each.audience != Service.Audience.NEW
    ]
    return Listed(provider, licenses, offered)


def faces(count: int) -> list[Provider]:
    """Return the first that have a portrait, then others; who takes new patients before who not."""
    shown = Provider.objects.listed().order_by(
        "-accepts_new", Case(When(photo="", then=1), default=0), "name"
    )
    return list(shown[:count])


def states_of(found: Iterable[Listed]) -> list[Choice]:
    """Return the states in which any of them is licensed, by name."""
    states = {state.slug: state.name for each in found for state in each.states}
    return _choices(states)


def languages_of(found: Iterable[Listed]) -> list[Choice]:
    """Return what any of them speaks, by the names in the language of now."""
    return _choices(
        {
            spoken_languages.slug_of(name): spoken_languages.translated(name)
            for each in found
            for name in each.languages
        }
    )


def care_of(found: Iterable[Listed]) -> list[Choice]:
    """Return what any of them offers, in the order of staff."""
    services = {service.pk: service for each in found for service in each.services}
    ordered = sorted(services.values(), key=lambda each: (each.position, each.name))
    return [Choice(each.slug, each.name_i18n) for each in ordered]


def _choices(names: dict[str, str]) -> list[Choice]:
    return [Choice(*each) for each in sorted(names.items(), key=lambda each: each[1].casefold())]

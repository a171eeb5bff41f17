"""Providers and states as the search of the site finds them: by their names."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.models import Provider
from appointments.public.providers import MOST
from appointments.public.states import BY_SLUG
from core.site_pages import SitePage, telling_stems

SHORTEST_NAME = 3  # letters: fewer are no name to look for


def find_states(stems: list[str]) -> Iterator[SitePage]:
    """Yield the states whose whole name is typed: "do you treat new york". No query."""
    for slug, state in BY_SLUG.items():
        names = (slug.split("-"), str(state.name).split())
        if any(_stands_in(telling_stems(name), stems) for name in names):
            yield SitePage(
                route="pages:state",
                title=state.name,
                about=_(
                    "Treatment for opioid and alcohol use by video in %(name)s: who is licensed "
                    "there, what a visit costs, and which insurance we take."
                )
                % {"name": state.name},
                address=reverse("pages:state", args=[slug]),
            )


def find_providers(stems: list[str]) -> Iterator[SitePage]:
    """Yield the providers with a page one of whose names is among these words. One query."""
    words = {stem for stem in stems if len(stem) >= SHORTEST_NAME}
    for provider in Provider.objects.listed().order_by("name")[:MOST] if words else ():
        if words & set(telling_stems(provider.name.replace(".", " ").replace("-", " ").split())):
            yield SitePage(
                route="pages:provider",
                title=str(provider),
                about=_(
                    "%(who)s: where they are licensed, which languages they speak, and how to book "
                    "a private video visit."
                )
                % {"who": provider},
                address=reverse("pages:provider", args=[provider.slug]),
            )


def _stands_in(name: list[str], stems: list[str]) -> bool:
    starts = range(len(stems) - len(name) + 1)
    return any(stems[start : start + len(name)] == name for start in starts)

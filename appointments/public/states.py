"""A state as its public page shows it, and how states stand in addresses: `/states/tennessee/`."""

from django.utils.text import slugify

from appointments.models import StatePage
from appointments.scheduling.states import STATES, State

BY_SLUG: dict[str, State] = {slugify(state.english): state for state in STATES.values()}


def slug_of(state: State) -> str:
    """Return "new-york", in every language."""
    return slugify(state.english)


def find(slug: str) -> State | None:
    """Return the state of a slug, or of its two letters; None for what is none."""
    return BY_SLUG.get(slug.lower()) or STATES.get(slug.upper())


def page_of(state: State) -> StatePage | None:
    """Return what staff wrote of it, with its plans, in two queries."""
    found = StatePage.objects.filter(state=state.code).prefetch_related("plans")
    return next(iter(found.order_by()), None)

"""What a visit costs, and which insurance is taken: as far as staff have filled it in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from appointments.models import InsurancePlan, Service
from appointments.scheduling.states import State


@dataclass(frozen=True)
class PlanLine:
    """A plan with the states in which it is taken, and what is said about it there."""

    name: str
    places: list[tuple[State, str]]


def priced_services() -> list[Service]:
    """Return the services that can be booked and have a price, in the order of staff."""
    return list(Service.objects.filter(active=True, price_cents__isnull=False))


def first_price(services: Iterable[Service] | None = None) -> Service | None:
    """Return the cheapest of these (or of all) with a price that is open to somebody new."""
    audience = Service.Audience
    offered = priced_services() if services is None else services
    priced = [each for each in offered if each.price_cents is not None]
    new = [each for each in priced if each.audience in (audience.NEW, audience.ANYONE)]
    firsts = [each for each in new if each.audience == audience.NEW] or new
    return min(firsts, key=lambda each: each.price_cents or 0, default=None)


def plans_in(state: State) -> list[InsurancePlan]:
    """Return the plans that are taken there, in the order of staff."""
    return list(InsurancePlan.objects.filter(page__state=state.code))


def plan_lines(served: list[State]) -> Iterator[PlanLine]:
    """Yield every plan by name with the states among `served` in which it is taken."""
    by_code = {state.code: state for state in served}
    rows = InsurancePlan.objects.filter(page__state__in=by_code).select_related("page")
    ordered = sorted(rows, key=lambda row: (row.name.casefold(), row.page.state))
    for _name, group in groupby(ordered, key=lambda row: row.name.casefold()):
        alike = list(group)
        yield PlanLine(alike[0].name, [(by_code[row.page.state], row.note_i18n) for row in alike])

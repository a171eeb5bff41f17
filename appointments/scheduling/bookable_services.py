"""What can be booked where today: by who sees patients, takes them, and is licensed there now."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Q

from appointments.models import License, Provider, Service
from appointments.scheduling import availability
from appointments.scheduling.states import STATES, State


def served_states(now: datetime, provider: Provider | None = None) -> list[State]:
    """Return the states in which something can be booked (with `provider`), by name."""
    only = {"provider": provider} if provider else {}
    return sorted((STATES[code] for code in _offered(now, **only)), key=lambda state: state.name)


def services_in(state: State, now: datetime, provider: Provider | None = None) -> list[Service]:
    """Return the kinds of visit that somebody (or `provider`) offers there, in staff's order."""
    only = {"state": state.code} | ({"provider": provider} if provider else {})
    return list(Service.objects.filter(pk__in=_offered(now, **only)[state.code]))


def _offered(now: datetime, **only: Any) -> dict[str, set[int]]:
    """Return the services by state. A license holds until midnight, on the state's own clock."""
    for_others = [kind for kind in Service.Audience if kind != Service.Audience.NEW]
    takes_them = Q(provider__accepts_new=True) | Q(provider__services__audience__in=for_others)
    rows = (
        License.objects.filter(
            takes_them,
            provider__active=True,
            provider__services__active=True,
            expires__gte=(now - timedelta(days=2)).date(),
            **only,
        )
        .order_by()
        .values_list("state", "provider__services")
        .annotate(Max("expires"))
    )
    found: dict[str, set[int]] = defaultdict(set)
    for state, service, expires in rows:
        if now.timestamp() < availability.license_end(expires, state):
            found[state].add(service)
    return found

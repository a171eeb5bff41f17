"""The next free times of one provider, read when somebody looks: never kept with a page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from appointments.models import Provider, Service
from appointments.scheduling import availability

AHEAD = timedelta(days=14)
SHOWN = 3


@dataclass(frozen=True)
class NextFree:
    """`starts` are on the clock of the provider."""

    service: Service
    starts: list[datetime]


def next_free(provider: Provider, now: datetime) -> NextFree | None:
    """Return the first free times within two weeks for whoever is new, or else for anybody.

    A license of whichever state holds longest counts: which one matters is asked when booking.
    None without a service or a license. Five queries, whatever the number of visits.
    """
    service = _service_for_most(provider)
    license_ = provider.licenses.order_by("-expires").first()
    if service is None or license_ is None:
        return None
    found = availability.candidates(service, license_.state, only=provider)
    grid = availability.grid(service, license_.state, providers=found, last=now + AHEAD, now=now)
    seconds = grid.of(provider)
    return NextFree(service, _spread(seconds, provider))


def _service_for_most(provider: Provider) -> Service | None:
    """The first that somebody new can book with them, else the first of all."""
    offered = list(provider.services.filter(active=True))
    for_new = [each for each in offered if each.audience != Service.Audience.RETURNING]
    if not provider.accepts_new:
        for_new = []
    return next(iter(for_new or offered), None)


def _spread(seconds: list[int], provider: Provider) -> list[datetime]:
    """The first time of each of the first days: three in a row would say little."""
    starts = (availability.moment(second).astimezone(provider.zone) for second in seconds)
    first_of_day: dict[object, datetime] = {}
    for start in starts:
        first_of_day.setdefault(start.date(), start)
        if len(first_of_day) > SHOWN:
            break
    return list(first_of_day.values())[:SHOWN]

"""Which free times can be offered to whom: the grid beside a line of people who wait."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from appointments.booking import holds
from appointments.models import OfferStatus, Provider, WaitlistEntry, WaitlistOffer
from appointments.scheduling import availability
from appointments.scheduling.availability import Grid
from appointments.scheduling.time_preferences import TimePreferences

MOST_KEPT = 3  # times of one provider that are kept for the waitlist at once
MOST_ROUNDS = 3  # how often one time is kept for it within a day
DAY = timedelta(days=1)


class Openings:
    """The free starts of one service in one state, and to whom of a line they can be offered."""

    def __init__(self, grid: Grid, line: Sequence[WaitlistEntry], now: datetime) -> None:
        self.grid = grid
        self.free = {provider: set(starts) for provider, starts in grid.starts.items()}
        self.rounds = _rounds(grid.providers, now)
        self.kept = _kept(grid.providers)
        self.asked = _asked(line)
        self._suiting: dict[tuple[TimePreferences, Provider | None], list[int]] = {}

    def suiting(self, entry: WaitlistEntry) -> list[int]:
        """All free starts that suit, in order, also those that are not sooner than it wants."""
        key = entry.preferences._replace(before=None), entry.provider
        if key not in self._suiting:
            preferences, provider = key
            starts = self.grid.of(provider)
            self._suiting[key] = [start for start in starts if preferences.suits(start)]
        return self._suiting[key]

    def first_for(self, entry: WaitlistEntry) -> int | None:
        """The first start that can be offered to the entry."""
        before, asked = entry.preferences.before, self.asked[entry.pk]
        for start in self.suiting(entry):
            if before is not None and start >= before:
                break
            if start not in asked and self._providers(entry, start):
                return start
        return None

    def provider_for(self, entry: WaitlistEntry, start: int) -> Provider:
        """Who is to see them then: with several, the one with the fewest visits that week."""
        return holds.by_workload(self._providers(entry, start), availability.moment(start))[0]

    def can_offer(self, entry: WaitlistEntry, start: int, provider: Provider) -> bool:
        return (
            entry.provider_id in (None, provider.pk)
            and start not in self.asked[entry.pk]
            and entry.preferences.suits(start)
        )

    def close(self, provider: Provider, start: int) -> None:
        """This run has done what it could with that time."""
        self.free[provider].discard(start)
        self.kept[provider.pk] += 1

    def _providers(self, entry: WaitlistEntry, start: int) -> list[Provider]:
        return [
            provider
            for provider, starts in self.free.items()
            if start in starts
            and entry.provider_id in (None, provider.pk)
            and self.kept[provider.pk] < MOST_KEPT
            and self.rounds[provider.pk, start] < MOST_ROUNDS
        ]


def _asked(line: Sequence[WaitlistEntry]) -> dict[int, set[int]]:
    """The starts that each was offered before, whoever the provider was."""
    asked: dict[int, set[int]] = defaultdict(set)
    offers = WaitlistOffer.objects.filter(entry__in=line).order_by()
    for entry, starts_at in offers.values_list("entry_id", "starts_at"):
        asked[entry].add(int(starts_at.timestamp()))
    return asked


def _rounds(providers: Sequence[Provider], now: datetime) -> Counter[tuple[int, int]]:
    """How often each time was kept for the waitlist within a day."""
    offers = WaitlistOffer.objects.filter(provider__in=providers, created__gt=now - DAY)
    times = offers.order_by().values_list("provider_id", "starts_at", "hold_id").distinct()
    return Counter((provider, int(starts_at.timestamp())) for provider, starts_at, _ in times)


def _kept(providers: Sequence[Provider]) -> Counter[int]:
    """How many times of each provider are kept for the waitlist now."""
    offers = WaitlistOffer.objects.filter(provider__in=providers, status=OfferStatus.OPEN)
    times = offers.order_by().values_list("provider_id", "hold_id").distinct()
    return Counter(provider for provider, _ in times)

"""Figures of visits: how many a week, how they were booked, and who did not come."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.figures import visit_counts
from appointments.models import Provider, Service, Status
from core.staff.figures.figure import Figure, Percent, weekly
from core.staff.figures.pages import figures_page
from core.staff.figures.periods import Period

MAY = "appointments.change_clinicrules"  # whoever sets the rules sees what comes of them


@figures_page("", title=gettext_lazy("Visits"), permission=MAY)
def visits(period: Period) -> Iterator[Figure]:
    """Yield how many visits start in each week, and how they were booked."""
    found = visit_counts.count(period, "week", "status", "booked", "service__channel")
    yield weekly(
        "visits-by-week",
        _("Visits a week"),
        _(
            "Each visit is counted once, in the week in which it starts by the practice’s clock, "
            "with the status that it has now. One that was moved counts at its new time. Times "
            "that were only held, and visits that nobody confirmed, are not counted."
        ),
        period,
        [(str(status.label), status.value) for status in visit_counts.COUNTED],
        _by_week(found, 1),
    )
    yield weekly(
        "booked-online-and-by-phone",
        _("How visits were booked"),
        _(
            "The same visits, by who booked them: a patient on the site, staff (by phone, or at "
            "the desk), or another program with an API key. Cancelled ones are counted, too."
        ),
        period,
        [
            (_("Online"), visit_counts.ONLINE),
            (_("By staff"), visit_counts.STAFF),
            (_("By another program"), visit_counts.PROGRAM),
        ],
        _by_week(found, 2),
    )
    yield weekly(
        "visits-by-video-and-phone",
        _("Visits by video and by phone"),
        _("The same visits, by what their service is now: by video or by phone."),
        period,
        [(str(channel.label), channel.value) for channel in Service.Channel],
        _by_week(found, 3),
    )


def _by_week(found: Mapping[tuple, int], place: int) -> Counter:
    """Sum up by Monday and the key at this place."""
    sums: Counter = Counter()
    for key, number in found.items():
        sums[key[0].date(), key[place]] += number
    return sums


@figures_page("kept/", title=gettext_lazy("Who did not come"), permission=MAY)
def kept(period: Period) -> Iterator[Figure]:
    """Yield the rates of no-shows and of late cancellations."""
    keys = ("provider", "service", "lead")
    found = visit_counts.count(period, *keys, "status")
    late = visit_counts.count_late(period, *keys)
    providers = list(Provider.objects.values_list("pk", "name"))
    services = list(Service.objects.values_list("pk", "name"))
    by_service = _("No-shows and late cancellations by service")
    by_provider = _("No-shows and late cancellations by provider")
    by_lead = _("No-shows and late cancellations by lead time")
    for place, slug, title, about, names in (
        (1, "kept-by-service", by_service, _("Service"), services),
        (0, "kept-by-provider", by_provider, _("Provider"), providers),
        (2, "kept-by-lead-time", by_lead, _("Booked"), lead_words()),
    ):
        numbers = _kept(found, late, place)
        yield _rates(slug, title, about, [(name, numbers[pk]) for pk, name in names])


def _kept(
    found: Mapping[tuple, int], late: Mapping[tuple, int], place: int
) -> Mapping[Any, Counter]:
    """Return by the key at this place how many visits were `due`, `no_show` and `late`."""
    sums: dict[Any, Counter] = {}
    for (*key, status), number in found.items():
        one = sums.setdefault(key[place], Counter())
        if status in (Status.COMPLETED, Status.NO_SHOW):
            one["due"] += number
        if status == Status.NO_SHOW:
            one["no_show"] += number
    for late_key, number in late.items():
        sums[late_key[place]].update(due=number, late=number)
    return _Empty(sums)


class _Empty(dict):
    """Nothing was due of what is not there."""

    def __missing__(self, key: Any) -> Counter:
        return Counter()


def _rates(slug: str, title: str, about: str, groups: Sequence[tuple[str, Counter]]) -> Figure:
    total = sum((numbers for _name, numbers in groups), Counter())
    shown = [(name, numbers) for name, numbers in groups if numbers["due"]]
    return Figure(
        slug,
        title,
        _(
            "Of the visits that took place, that nobody came to, or that were cancelled late: how "
            "many were no-shows, and how many late cancellations. Late is what staff cancelled "
            "for a reason of “Cancelled late”, and what was cancelled without any reason less than "
            "24 hours before its start, or after it. Visits that were cancelled earlier, are still "
            "to come, or of which nobody has said how they ended, are left out. Lead time is from "
            "the booking to the start, in whole days of 24 hours."
        ),
        [
            about,
            _("Visits"),
            _("No-shows"),
            _("No-show rate"),
            _("Late cancellations"),
            _("Late-cancel rate"),
        ],
        [_row(name, numbers) for name, numbers in [*shown, (_("All"), total)]],
        bars=True,
    )


def _row(name: str, numbers: Counter) -> list[Any]:
    due, no_shows, late = numbers["due"], numbers["no_show"], numbers["late"]
    return [name, due, no_shows, Percent(no_shows, due), late, Percent(late, due)]


def lead_words() -> list[tuple[int, str]]:
    """Return each lead time of `visit_counts` with what it is called, the shortest first."""
    words = (
        _("less than a day before"),
        _("1 to 2 days before"),
        _("3 to 6 days before"),
        _("7 to 13 days before"),
        _("14 to 29 days before"),
        _("30 days before, or more"),
    )
    return list(zip(visit_counts.LEADS, words, strict=True))

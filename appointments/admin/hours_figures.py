"""Figures of hours: how much of the open ones is filled, and how soon the next free time is."""

from collections.abc import Iterator
from statistics import mean
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.admin.visit_figures import MAY
from appointments.figures import day_counts, fill_rate, first_free
from appointments.models import Service
from appointments.scheduling.states import STATES
from core.database import database_time
from core.staff.figures.figure import Figure, Percent, week_words
from core.staff.figures.pages import figures_page
from core.staff.figures.periods import Period

HOUR = 3600


@figures_page("hours/", title=gettext_lazy("Hours"), permission=MAY)
def hours(period: Period) -> Iterator[Figure]:
    """Yield the fill rates of the period, by week and by provider."""
    fills = fill_rate.read(period)
    weeks = [
        (
            week_words(week, period),
            sum(f.open[nth] for f in fills),
            sum(f.filled[nth] for f in fills),
        )
        for nth, week in enumerate(period.weeks)
    ]
    everybody = [(f.provider.name, sum(f.open), sum(f.filled)) for f in fills]
    yield _filled("fill-by-week", _("Open hours filled, by week"), _("Week from"), weeks)
    yield _filled("fill-by-provider", _("Open hours filled, by provider"), _("Provider"), everybody)


def _filled(slug: str, title: str, about: str, rows: list[tuple[str, int, int]]) -> Figure:
    total = (_("All"), sum(row[1] for row in rows), sum(row[2] for row in rows))
    return Figure(
        slug,
        title,
        _(
            "The hours in which visits (with the time kept free around them) lie within open "
            "hours, of all open hours: weekly hours and extra hours without time off and closures, "
            "as they stand now, of providers who see patients now. Visits that are still to come, "
            "and no-shows, fill their time; cancelled ones do not."
        ),
        [about, _("Open hours"), _("Filled hours"), _("Filled")],
        [_row(*row) for row in [*rows, total] if row[1] or row is total],
        bars=True,
    )


def _row(name: str, seconds: int, filled: int) -> list[Any]:
    return [name, round(seconds / HOUR, 1), round(filled / HOUR, 1), Percent(filled, seconds)]


@figures_page("free/", title=gettext_lazy("First free times"), permission=MAY)
def free(period: Period) -> Iterator[Figure]:
    """Yield the days to the first free time, now and on the kept days of the period."""
    now = first_free.days_ahead(database_time.now())
    kept = day_counts.free_days(period)
    services = [(s.pk, s.name) for s in Service.objects.filter(active=True)]
    states = {state for state, _service in now} | set(kept)
    yield Figure(
        "days-to-first-free-time",
        _("Days to the first free time, by state"),
        _(
            "How many days from today, on the state’s clock, the first time is that a patient "
            "there can book at this moment: 0 is today. A dash: nothing is free as far ahead as "
            "patients may book, or nobody with a license there offers the service. The last two "
            "columns are of the days that are chosen above: each night it is written down how soon "
            "the first time of any service is."
        ),
        [
            _("State"),
            *(_("%(service)s, now") % {"service": name} for _pk, name in services),
            _("On average"),
            _("At most"),
        ],
        [
            [
                STATES[state].name,
                *(now.get((state, pk)) for pk, _name in services),
                mean(kept[state]) if kept.get(state) else None,
                max(kept.get(state, []), default=None),
            ]
            for state in sorted(states, key=lambda code: STATES[code].name)
        ],
        zero_counts=True,
    )

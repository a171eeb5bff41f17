"""Figures of the newsletter: who came and who went, by week."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.staff.figures.figure import Figure, weekly
from core.staff.figures.pages import figures_page
from core.staff.figures.periods import Period
from newsletter.subscription import list_stats


@figures_page(
    "newsletter/", title=gettext_lazy("Newsletter"), permission="newsletter.view_subscriber"
)
def newsletter(period: Period) -> Iterator[Figure]:
    """Yield how the list grew in each week of the period."""
    weeks = list_stats.weeks(period.begins, period.ends, period.zone)
    found: dict[Any, int] = {}
    for monday in period.weeks:
        came, went = weeks.get(monday, (0, 0))
        found |= {(monday, "came"): came, (monday, "went"): went, (monday, "more"): came - went}
    yield weekly(
        "newsletter-growth",
        _("Newsletter: who came and who went"),
        _(
            "Readers by the week in which it happened, by the practice’s clock. Came: confirmed "
            "the address, or came back. Went: unsubscribed, was taken off as mail came back or "
            "somebody complained, or was erased while on the list. Whoever did both counts in both "
            "columns, also who moved to another address. Imported lists are no growth."
        ),
        period,
        [(_("Came"), "came"), (_("Went"), "went"), (_("More, or fewer"), "more")],
        found,
        stacked=False,
        drawn=2,
    )

"""Figures of who is new: patients, and the waitlist."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.admin.visit_figures import MAY
from appointments.figures import day_counts, newcomers
from appointments.models import WaitlistEntry
from appointments.scheduling.states import STATES
from core.database import database_time
from core.staff.figures.figure import Figure, weekly
from core.staff.figures.pages import figures_page
from core.staff.figures.periods import Period


@figures_page("new/", title=gettext_lazy("New patients and waitlist"), permission=MAY)
def new(period: Period) -> Iterator[Figure]:
    """Yield who is new, who joined the waitlist and left it, and who waits now."""
    yield weekly(
        "new-patients-by-week",
        _("New patients a week"),
        _(
            "People by the week in which their first record was made, which a first booking does, "
            "if they have booked. Records that were merged are one person. Who booked and never "
            "confirmed it does not count, nor does who was erased."
        ),
        period,
        [(_("New patients"), "")],
        {(week, ""): number for week, number in newcomers.new_patients(period).items()},
    )
    yield weekly(
        "waitlist-by-week",
        _("The waitlist, by week"),
        _(
            "How many joined in the week; and of whoever waited, how many got a time in it, were "
            "taken off (by themselves or by staff), or came to the end of their waiting. Places "
            "are deleted some weeks after they end, and each night’s numbers are kept: so there "
            "are none of the weeks before this version of the site."
        ),
        period,
        [
            (_("Joined"), newcomers.JOINED),
            (_("Got a time"), newcomers.FULFILLED),
            (_("Taken off"), newcomers.LEFT),
            (_("Ended"), newcomers.ENDED),
        ],
        day_counts.waitlist_weeks(period, database_time.now()),
        stacked=False,
    )
    yield _waiting()


def _waiting() -> Figure:
    now = database_time.now()
    places = WaitlistEntry.objects.waiting(now).order_by("state", "service__position")
    rows = places.values_list("state", "service__name").annotate(
        n=Count("pk"), first=Min("created")
    )
    return Figure(
        "waiting-now",
        _("Who waits now"),
        _(
            "Places on the waitlist at this moment, whatever days are chosen above; and for how "
            "many days of 24 hours the one has waited who came first."
        ),
        [_("State"), _("Service"), _("Waiting"), _("Longest, in days")],
        [
            [STATES[state].name, name, number, (now - first) // timedelta(days=1)]
            for state, name, number, first in rows
        ],
    )

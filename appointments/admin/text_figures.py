"""Figures of texts, beside those of visits: how many, how many arrived, and what they cost."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy

from appointments.admin.visit_figures import MAY
from core.sms import figures
from core.staff.figures.figure import Figure
from core.staff.figures.pages import figures_page
from core.staff.figures.periods import Period


@figures_page("texts/", title=gettext_lazy("Texts"), permission=MAY)
def texts(period: Period) -> Iterator[Figure]:
    """Yield how many texts went out in each week, and what they cost."""
    yield from figures.of_period(period)

"""Figures of money: what was paid a week, how, and what became of what was asked for."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.templatetags.appointments import money as in_dollars
from core.staff.figures.figure import Figure, Series, week_words
from core.staff.figures.pages import figures_page
from core.staff.figures.periods import Period
from payments import figures
from payments.models import Charge, Payment

MAY = "payments.change_paymentterms"  # whoever sets the terms sees what comes of them


@figures_page("money/", title=gettext_lazy("Payments"), permission=MAY)
def money(period: Period) -> Iterator[Figure]:
    """Yield what was paid and given back in each week, how, and what is still to pay."""
    yield _by_week(period)
    yield _by_method(period)
    yield _by_outcome(period)


def _by_week(period: Period) -> Figure:
    found = figures.sums_by_week(period)
    keys = (figures.ONLINE, figures.ELSEWHERE, figures.BACK)
    cents = [[found.get((week, key), 0) for key in keys] for week in period.weeks]
    return Figure(
        "money-by-week",
        _("Paid and given back a week"),
        _(
            "By the day on which the money moved, by the practice’s clock. Online is what cards "
            "paid by Stripe, before Stripe’s own fees; elsewhere is what the desk has noted. What "
            "was given back counts in the week in which it was."
        ),
        [_("Week from"), _("Online"), _("Elsewhere"), _("Given back"), _("Left")],
        [
            [week_words(week, period), *map(in_dollars, row), in_dollars_signed(row)]
            for week, row in zip(period.weeks, cents, strict=True)
        ],
        series=[
            Series(_("Online"), [row[0] / 100 for row in cents]),
            Series(_("Elsewhere"), [row[1] / 100 for row in cents]),
        ],
    )


def in_dollars_signed(row: list[int]) -> str:
    """Return what is left of a week, which may be less than nothing."""
    left = row[0] + row[1] - row[2]
    return in_dollars(left) if left >= 0 else f"−{in_dollars(-left)}"


def _by_method(period: Period) -> Figure:
    found = figures.sums_by_method(period)
    return Figure(
        "money-by-method",
        _("How it was paid"),
        _("The same payments, by how they were made."),
        [_("How"), _("Payments"), _("Sum")],
        [
            [str(method.label), *_number_and_sum(found.get(method.value, (0, 0)))]
            for method in Payment.Method
        ],
    )


def _by_outcome(period: Period) -> Figure:
    found = figures.charges_by_status(period)
    rows = [
        [f"{kind.label}: {status.label}", *_number_and_sum(found[kind.value, status.value])]
        for kind in Charge.Kind
        for status in Charge.Status
        if (kind.value, status.value) in found
    ]
    return Figure(
        "charges-by-outcome",
        _("What became of what was asked for"),
        _("What was asked for in these days, with what has become of it until now."),
        [_("Asked for"), _("Number"), _("Sum")],
        rows,
    )


def _number_and_sum(found: tuple[int, int]) -> list[object]:
    number, cents = found
    return [number, in_dollars(cents)]

"""Figures of texts: how many, how many arrived, and what they cost."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, DecimalField, F, Q, Sum, Value, When
from django.db.models.functions import TruncWeek
from django.utils.translation import gettext as _

from core.sms.models import OutgoingText
from core.staff.figures.figure import Figure, week_words, weekly
from core.staff.figures.periods import Period

CENT = Decimal("0.01")


def of_period(period: Period) -> Iterator[Figure]:
    """Yield how many texts went out in each week, and what they cost."""
    rows = list(_weeks(period))
    kinds = [
        (_("Delivered"), "delivered"),
        (_("Sent, and nothing heard yet"), "unknown"),
        (_("Could not be delivered"), "undelivered"),
        (_("Not taken"), "failed"),
    ]
    found: Counter = Counter()
    for row in rows:
        for _name, key in kinds:
            found[row["week"].date(), key] += row[key]
    yield weekly(
        "texts-by-week",
        _("Texts a week"),
        _(
            "Each text is counted once, in the week in which it was written by the practice’s "
            "clock. What the provider has reported counts; some phones report nothing. Texts that "
            "were overtaken, or that nobody wanted any more, are not counted."
        ),
        period,
        kinds,
        found,
    )
    yield _costs(period, rows)


def _weeks(period: Period) -> Any:
    cost = Case(
        When(cost__isnull=False, then=F("cost")),
        default=F("parts") * Value(settings.SMS_PRICE),
        output_field=DecimalField(max_digits=14, decimal_places=5),
    )
    sent, failed = Q(status="sent"), Q(status="failed")
    arrived, lost = Q(delivered_at__isnull=False), Q(undelivered_at__isnull=False)
    written = OutgoingText.objects.filter(
        created_at__gte=period.begins, created_at__lt=period.ends
    ).order_by()
    return (
        written.filter(sent | failed)
        .annotate(week=TruncWeek("created_at", tzinfo=period.zone))
        .values("week")
        .annotate(
            delivered=Count("pk", filter=sent & arrived),
            unknown=Count("pk", filter=sent & ~arrived & ~lost),
            undelivered=Count("pk", filter=sent & lost),
            failed=Count("pk", filter=failed),
            told=Sum("cost", filter=sent),
            in_all=Sum(cost, filter=sent),
            charged=Sum("parts", filter=sent),
        )
    )


def _costs(period: Period, rows: list[dict[str, Any]]) -> Figure:
    by_week = {row["week"].date(): row for row in rows}
    shown = []
    for week in period.weeks:
        row = by_week.get(week, {})
        amounts = (row.get("in_all") or 0, row.get("told") or 0)
        shown.append([week_words(week, period), row.get("charged") or 0, *map(_amount, amounts)])
    return Figure(
        "cost-of-texts",
        _("What texts cost"),
        _(
            "Parts are what a provider charges for: a text of 160 characters is one. The cost is "
            "what the provider reported, in its currency; where it reported none, the parts times "
            "the price that stands in the settings (SMS_PRICE)."
        ),
        [_("Week from"), _("Parts"), _("Cost"), _("Of it reported")],
        shown,
    )


def _amount(amount: Any) -> Decimal:
    return Decimal(amount).quantize(CENT)

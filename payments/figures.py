"""How much was asked for, paid and given back: sums by week, of nobody in particular."""

from collections import Counter
from collections.abc import Mapping

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncWeek

from core.staff.figures.periods import Period
from payments.models import Charge, Payment, Refund

ONLINE, ELSEWHERE, BACK = "online", "elsewhere", "back"


def sums_by_week(period: Period) -> Mapping[tuple, int]:
    """Return cents by Monday and ONLINE, ELSEWHERE or BACK, by when the money moved."""
    made = _within(Payment.objects.made(), period)
    sums: Counter = Counter()
    for week, method, cents in made.values_list("week", "method").annotate(sum=Sum("amount_cents")):
        key = ONLINE if method in Payment.ONLINE else ELSEWHERE
        sums[week.date(), key] += cents
    given = _within(Refund.objects.filter(status=Refund.Status.SUCCEEDED), period)
    for week, cents in given.values_list("week").annotate(sum=Sum("amount_cents")):
        sums[week.date(), BACK] += cents
    return sums


def sums_by_method(period: Period) -> dict[str, tuple[int, int]]:
    """Return how many payments there were and their cents, by how they were made."""
    made = _within(Payment.objects.made(), period).order_by()
    rows = made.values_list("method").annotate(number=Count("pk"), sum=Sum("amount_cents"))
    return {method: (number, cents) for method, number, cents in rows}


def charges_by_status(period: Period) -> dict[tuple[str, str], tuple[int, int]]:
    """Return how many charges were made and their cents, by kind and what became of them."""
    made = Charge.objects.filter(created_at__gte=period.begins, created_at__lt=period.ends)
    rows = made.order_by().values_list("kind", "status")
    found = rows.annotate(number=Count("pk"), sum=Sum("amount_cents"))
    return {(kind, status): (number, cents) for kind, status, number, cents in found}


def _within(rows: QuerySet, period: Period) -> QuerySet:
    moved = rows.filter(settled_at__gte=period.begins, settled_at__lt=period.ends)
    return moved.annotate(week=TruncWeek("settled_at", tzinfo=period.zone)).order_by()

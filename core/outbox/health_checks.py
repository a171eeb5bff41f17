"""Does an outbox get its rows out? What the status of the site says of it, without a person."""

from collections.abc import Callable

from django.db.models import Count, DurationField, ExpressionWrapper, F, Max
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.monitoring.results import CheckResult, Level, level_above
from core.monitoring.spans import MINUTE, span
from core.outbox.rows import OutboxQuerySet

WAITS_WARNING, WAITS_ERROR = 5 * MINUTE, 15 * MINUTE


def check_waiting(
    rows: OutboxQuerySet, name: str, *, fine: str, late: Callable[[int], str]
) -> CheckResult:
    """Return for how long the oldest of these has waited past its time for a worker.

    `fine` says that none waits longer than it should; `late` that so many do, with `count` and
    `span` to be filled in.
    """
    lateness = ExpressionWrapper(Now() - F("due_at"), output_field=DurationField())
    overdue = rows.overdue().order_by().annotate(late=lateness)
    found = overdue.aggregate(count=Count("pk"), longest=Max("late"))
    seconds = found["longest"].total_seconds() if found["longest"] else 0.0
    figures = {f"{name}_oldest_waiting_seconds": seconds, f"{name}_overdue": float(found["count"])}
    level = level_above(seconds, warning=WAITS_WARNING, error=WAITS_ERROR)
    if level is Level.OK:
        return CheckResult(f"{name}_waiting", level, fine, "", figures)
    sentence = late(found["count"]) % {"count": found["count"], "span": span(seconds)}
    advice = _("See that beat and the clinic's worker run. They go out by themselves then.")
    return CheckResult(f"{name}_waiting", level, sentence, advice, figures)

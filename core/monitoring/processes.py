"""Do the workers, beat and `watch` work, and do the tasks succeed?"""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db.models import Max, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.monitoring import heartbeats
from core.monitoring.models import TaskFailure
from core.monitoring.results import CheckResult, Level, level_above
from core.monitoring.spans import HOUR, span

# Each shows every minute that it works. Three missed turns are no hiccup.
SILENT_SECONDS = 180
FAILURES_ERROR = 5  # so many failures of tasks within an hour are no accident
# What each of them does: while all is well, and in a sentence that says that it is not done.
_DONE: dict[str, Callable[[], tuple[str, str]]] = {
    "worker_clinic": lambda: (
        _("E-mails, reminders and waitlist offers go out."),
        _("E-mails, reminders and waitlist offers do not go out"),
    ),
    "worker_periodic": lambda: (
        _("What is due every minute is done."),
        _("What is due every minute is not done"),
    ),
    "worker_letters": lambda: (
        _("The newsletter goes out when it is sent."),
        _("The newsletter does not go out"),
    ),
    heartbeats.BEAT: lambda: (
        _("Reminders and everything else that is due are started."),
        _("Reminders and everything else that is due are not started"),
    ),
    heartbeats.WATCH: lambda: (
        _("The operator is told when something goes wrong."),
        _("The operator is not told when something goes wrong"),
    ),
}


def check_workers() -> list[CheckResult]:
    """Return a result for the worker of each queue, by the heartbeat that it runs as a task."""
    ages = heartbeats.ages()
    advice = _("Start the worker of the queue %s; docs/deploy.md names its unit.")
    return [
        _alive(heartbeats.worker(queue), ages, advice % name)
        for queue, name in settings.HEARTBEAT_QUEUES.items()
    ]


def check_beat() -> list[CheckResult]:
    """Return whether beat works: without it no reminder, sweep or purge is started."""
    advice = _("Start beat; docs/deploy.md names its unit. Nothing is lost meanwhile, but late.")
    return [_alive(heartbeats.BEAT, heartbeats.ages(), advice)]


def check_watch() -> list[CheckResult]:
    """Return whether `manage.py watch` works, and whether it has anybody to tell."""
    if settings.DEBUG:
        return []
    if not (settings.ALERT_EMAIL or settings.ALERT_WEBHOOK_URL):
        sentence = _("Nobody is told when something goes wrong.")
        advice = _("Set ALERT_EMAIL or ALERT_WEBHOOK_URL, and run `manage.py watch`.")
        return [CheckResult(heartbeats.WATCH, Level.WARNING, sentence, advice)]
    advice = _("Start `manage.py watch`; docs/deploy.md names its unit.")
    return [_alive(heartbeats.WATCH, heartbeats.ages(), advice)]


def check_tasks() -> list[CheckResult]:
    """Return whether tasks of the workers failed within the last hour."""
    recent = TaskFailure.objects.filter(last_at__gt=Now() - timedelta(hours=1))
    rows = recent.values("task").annotate(total=Sum("count"), last=Max("last_at")).order_by("-last")
    found = [(row["task"], row["total"]) for row in rows]
    count = sum(total for _task, total in found)
    figures = {"task_failures_last_hour": float(count)}
    if not count:
        return [CheckResult("tasks", Level.OK, _("No task failed within an hour."), "", figures)]
    sentence = ngettext(
        "%(count)d task of the workers failed within an hour, last %(task)s.",
        "%(count)d tasks of the workers failed within an hour, last %(task)s.",
        count,
    ) % {"count": count, "task": found[0][0]}
    level = level_above(count, warning=0, error=FAILURES_ERROR - 1)
    advice = _("The worker's log says why. What is due is tried again; it passes an hour later.")
    return [CheckResult("tasks", level, sentence, advice, figures)]


def _alive(name: str, ages: dict[str, float], advice: str) -> CheckResult:
    """Return whether this process was seen within SILENT_SECONDS."""
    works, works_not = _DONE[name]() if name in _DONE else (f"{name}.", name)
    age = ages.get(name)
    figures = {} if age is None else {"heartbeat_age_seconds": age}
    if age is not None and age <= SILENT_SECONDS:
        return CheckResult(name, Level.OK, works, "", figures)
    if age is None:
        sentence = _("%(what)s: %(process)s has never been heard of.")
    else:
        sentence = _("%(what)s: %(process)s has been silent for %(span)s.")
    told = {"what": works_not, "process": name, "span": span(age or 0)}
    return CheckResult(name, Level.ERROR, sentence % told, advice, figures)


def forget_failures() -> None:
    """Delete what failed longer ago than a week."""
    TaskFailure.objects.filter(last_at__lt=Now() - timedelta(seconds=7 * 24 * HOUR)).delete()

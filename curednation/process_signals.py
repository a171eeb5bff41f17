"""What workers and beat tell: that they live, which tasks failed, and for which request they work.

Celery logs what a receiver raises and goes on: a database that is away ends no worker.
"""

from collections.abc import Callable
from typing import Any

from celery.signals import (
    beat_init,
    before_task_publish,
    task_failure,
    task_postrun,
    task_prerun,
    task_retry,
    task_success,
    worker_init,
    worker_ready,
)
from django.conf import settings

from core import request_id

REQUEST_ID = "request_id"  # a header of the message, beside those of Celery


@before_task_publish.connect
def send_request_id(headers: dict[str, Any] | None = None, **_: object) -> None:
    """Let a task that a request starts carry the request's name."""
    if headers is not None and request_id.current():
        headers[REQUEST_ID] = request_id.current()


@task_prerun.connect
def take_request_id(task: Any = None, **_: object) -> None:
    """Work under the name of the request that started this task."""
    request_id.begin(str(task.request.get(REQUEST_ID) or ""))


@task_postrun.connect
def leave_request_id(**_: object) -> None:
    """Work for no request any more."""
    request_id.begin("")


@beat_init.connect
def watch_beat(**_: object) -> None:
    """Let beat show that it works: now, and whenever it asks the workers to do the same."""
    from core.monitoring import heartbeats, tasks

    def show(sender: object = None, **_: object) -> None:
        if sender == tasks.HEARTBEAT:
            heartbeats.record_apart(heartbeats.BEAT)

    before_task_publish.connect(show, weak=False)
    heartbeats.record_apart(heartbeats.BEAT)


@worker_ready.connect
def show_that_it_started(sender: Any = None, **_: object) -> None:
    """Show at once that the worker of these queues works, before beat asks it to."""
    from core.monitoring import heartbeats

    taken = set(sender.app.amqp.queues.consume_from)
    wanted = settings.HEARTBEAT_QUEUES.items()
    names = [heartbeats.worker(queue) for queue, name in wanted if name in taken]
    heartbeats.record_apart(*names)


@worker_init.connect
def count_failures(**_: object) -> None:
    """Count the tasks that fail; only in a worker, so that a task called by hand counts not."""
    from core.monitoring import task_failures

    def failed(sender: Any = None, exception: Any = None, **_: object) -> None:
        task_failures.record(getattr(sender, "name", ""), exception)

    task_failure.connect(failed, weak=False)


@worker_init.connect
def measure_tasks(**_: object) -> None:
    """Count for Prometheus what becomes of tasks, where METRICS_TOKEN is set."""
    if not settings.METRICS_TOKEN:
        return
    from core.monitoring import metrics

    def count(outcome: str) -> Callable[..., None]:
        return lambda sender=None, **_: metrics.task(getattr(sender, "name", ""), outcome)

    for signal, outcome in (
        (task_success, "succeeded"),
        (task_failure, "failed"),
        (task_retry, "retried"),
    ):
        signal.connect(count(outcome), weak=False)

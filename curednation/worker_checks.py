"""`check --deploy --database default` asks the workers that run whether nothing is without one."""

from collections.abc import Sequence
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

ID = "curednation.W003"
HINT = (
    "Start one worker for the clinic and another one for letters: docs/deploy.md has the commands. "
    "Before the first start of the site nothing runs yet, and this is no fault."
)


def taken_queues() -> dict[str, list[str]]:
    """Return the queues of each worker that answers within a second, by the worker's name.

    Raises what the broker's client raises where the broker is away.
    """
    answers = current_app.control.inspect(timeout=1).active_queues() or {}
    return {name: [queue["name"] for queue in queues] for name, queues in answers.items()}


@register(Tags.database, deploy=True)
def workers_run(*, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Somebody takes what each queue holds, and letters cannot take the last one."""
    if not databases:  # the settings alone are looked over
        return []
    try:
        taken = taken_queues()
    except Exception as error:  # each client has errors of its own
        sentence = f"The broker does not answer ({type(error).__name__}), so no worker does."
        return [Warning(sentence, hint="Is it running, and is BROKER_URL right?", id=ID)]
    problems = settings.WORKER_QUEUES.problems(taken)
    return [Warning(sentence, hint=HINT, id=ID) for sentence in problems]

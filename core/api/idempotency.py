"""A change that is asked for twice with one Idempotency-Key is done once, and answered alike.

Each request writes its row before anything is done, in a transaction of its own: of two at once one
works, and the other is told to come back. A worker that died is replaced once its lease has ended;
then `action` is run again with the same token, by which it must find what it has done before.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from django.conf import settings
from django.db import Error
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from ninja import Header

from core.api import problems
from core.api.authentication import key_of
from core.api.models import IdempotentRequest
from core.api.problems import Problem
from core.database import database_time

LEASE = timedelta(seconds=60)  # longer than the web server lets anything take
SALT = "core.api.idempotency"
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern="^[!-~]{8,100}$",
        description="Of your own, new for each change: a UUID. The same again gives the same "
        "answer, for two days.",
    ),
]


def once(request: HttpRequest, sent: str, action: Callable[[str], UUID]) -> tuple[UUID, bool]:
    """Return what `action` returned, now or the last time, and whether it was the last time.

    `sent` is the request's Idempotency-Key. `action` is given a token, the same for each run of
    this request, and returns the id of what it made or changed. What the workflow answers, a final
    Problem, is kept; any other error leaves nothing behind, and the request can be sent again.
    Raises Problem.
    """
    row, is_new = _claim(request, sent)
    if not is_new:
        if row.problem:
            raise problems.restored(row.problem)
        return row.subject, True  # type: ignore[return-value]  # a constraint: one of the two
    try:
        subject = action(row.key_hash)
    except Problem as problem:
        if problem.is_final:
            _settle(row, problem=problems.stored(problem))
        else:
            row.delete()
        raise
    except BaseException:
        with suppress(Error):  # without a database the lease ends by itself
            row.delete()
        raise
    _settle(row, subject=subject)
    return subject, False


def _claim(request: HttpRequest, sent: str) -> tuple[IdempotentRequest, bool]:
    """Return the row of this request, and whether it is ours to work on. Raises Problem."""
    now = database_time.now()
    said = _hash_of(request)
    row, is_new = IdempotentRequest.objects.get_or_create(
        api_key=key_of(request),
        key_hash=hashlib.sha256(sent.encode()).hexdigest(),
        defaults={"request_hash": said, "lease_until": now + LEASE, "created_at": now},
    )
    if is_new:
        return row, True
    if row.request_hash != said:
        raise Problem(
            422,
            "idempotency_key_reused",
            _("This Idempotency-Key came with another request before. Take a new one."),
        )
    if row.done_at is not None:
        return row, False
    left = IdempotentRequest.objects.filter(pk=row.pk, done_at=None, lease_until__lte=now)
    if left.update(lease_until=now + LEASE):
        return row, True
    raise Problem(
        409,
        "request_in_progress",
        _("The same request is being worked on. Send it again in a moment."),
        headers={"Retry-After": "1"},
    )


def _settle(row: IdempotentRequest, **answer: object) -> None:
    IdempotentRequest.objects.filter(pk=row.pk, done_at=None).update(
        done_at=database_time.now(), **answer
    )


def _hash_of(request: HttpRequest) -> str:
    """Return what tells a request from others. Keyed: it is made of what somebody typed."""
    body = request.body  # nosemgrep: request-body-read-by-hand  (nothing reads it: it is hashed)
    said = b"\n".join([str(request.method).encode(), request.path.encode(), body])
    return salted_hmac(SALT, said, secret=settings.ADDRESS_KEY, algorithm="sha256").hexdigest()


def purge() -> int:
    """Forget what was asked IDEMPOTENCY_HOURS ago; how many there were."""
    since = database_time.now() - timedelta(hours=settings.IDEMPOTENCY_HOURS)
    deleted, _by_model = IdempotentRequest.objects.filter(created_at__lt=since).delete()
    return deleted

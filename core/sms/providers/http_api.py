"""Asking a provider's API once: what every one of them has in common."""

import base64
import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from core.sms.providers.base import NotSent, Reason
from core.web import client

SECONDS = 20
_LONGEST = 200
_ACCOUNT = {HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN}


def ask(url: str, body: bytes, *, kind: str, authorization: str) -> tuple[int, dict[str, Any]]:
    """Send one question; return the status and the JSON of the answer, an empty one for none.

    Raises NotSent where there is no answer, or one that says that the provider is in trouble.
    """
    headers = {
        "Authorization": authorization,
        "Content-Type": kind,
        "Accept": "application/json",
        "User-Agent": "clinic-texts",
    }
    try:
        answer = client.call_api(url, body, headers=headers, seconds=SECONDS)
    except client.NotFetched as error:
        arrived = not isinstance(error.__cause__, ConnectionRefusedError)
        words = f"No answer: {error}"
        raise NotSent(Reason.MOMENT, words, doubtful=arrived) from error
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise NotSent(Reason.MOMENT, f"The provider answered {answer.status}", doubtful=True)
    return answer.status, _json(answer.body)


def form(values: Mapping[str, str]) -> bytes:
    """Return a form as it is sent."""
    return urlencode(values).encode()


def basic(user: str, password: str) -> str:
    """Return what HTTP calls basic authentication."""
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"


def refusal(
    status: int, code: str, title: str, known: Mapping[str, Reason], *, number: str
) -> NotSent:
    """Return what a refusal with this code means; `known` are those that need no guess."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        guess = Reason.MOMENT
    else:
        guess = Reason.ACCOUNT if status in _ACCOUNT else Reason.REFUSED
    return NotSent(known.get(code, guess), words(code, title, number=number))


def words(code: str, title: str, *, number: str) -> str:
    """Return one line for staff, without the number."""
    plain = " ".join(f"{code} {title}".split())
    for spelling in filter(None, (number, number.lstrip("+"))):
        plain = plain.replace(spelling, "…")
    return plain[:_LONGEST]


def money(amount: Any) -> Decimal | None:
    """Return an amount as providers write it, also where a charge is negative; None for none."""
    try:
        found = abs(Decimal(str(amount)))
    except InvalidOperation:
        return None
    return found if found.is_finite() and found < 1000 else None


def report_url(provider: str) -> str:
    """Return the address to which a provider reports."""
    return settings.SITE_URL + reverse("sms:webhook", args=[provider])


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}

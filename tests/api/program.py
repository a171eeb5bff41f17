"""A program of the clinic that asks the API: its key, what it sends, what it is told."""

import json
from datetime import datetime
from itertools import count
from typing import Any

from django.test import Client

from appointments.models import ConsentText, Service
from core.api import keys
from core.api.models import ApiKey, Scope
from tests.factories import CENTRAL

EVERYTHING = [scope.value for scope in Scope]
numbers = count(1)


class Program:
    """Asks with its key. `key` and `secret` are what it was given."""

    def __init__(self, *scopes: str, client: Client | None = None, **values: Any) -> None:
        self.key, self.secret = keys.make("Our web site", scopes or EVERYTHING, **values)
        self.client = client or Client(enforce_csrf_checks=True)

    def get(self, path: str, **query: Any) -> "Answer":
        return Answer(self.client.get(f"/api/v1{path}", query, headers=self.headers()))

    def post(self, path: str, sent: Any, *, once: str = "") -> "Answer":
        body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        headers = self.headers() | {"Idempotency-Key": once or f"request-{next(numbers):06}"}
        kind = "application/json"
        return Answer(self.client.post(f"/api/v1{path}", body, content_type=kind, headers=headers))

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def again(self) -> ApiKey:
        return ApiKey.objects.get(pk=self.key.pk)


class Answer:
    def __init__(self, response: Any) -> None:
        self.status, self.headers = response.status_code, response.headers
        self.text = response.content.decode()
        self.json = json.loads(self.text) if self.text else None

    @property
    def problem(self) -> str:
        """The code of the problem, which must have the one shape of all."""
        assert self.headers["Content-Type"] == "application/problem+json", self.text
        assert self.json["status"] == self.status
        assert {"type", "title", "detail"} <= self.json.keys()
        return self.json["type"].removeprefix("urn:curednation:problem:")

    @property
    def fields(self) -> set[str]:
        """The fields that something is wrong with."""
        return {error["field"] for error in self.json["errors"]}


def wanted(service: Service, starts_at: datetime, **patient: Any) -> dict[str, Any]:
    """What a program sends to book that time for Grace."""
    person = {
        "first_name": "Grace",
        "last_name": "Whitfield",
        "birth_date": "1988-04-17",
        "email": "grace@example.org",
        "phone": "615-555-0117",
        "contact": "email",
        "zone": CENTRAL,
    }
    return {
        "service": service.slug,
        "state": "TN",
        "starts_at": iso(starts_at),
        "patient": person | patient,
        "consents": {text.kind: text.version for text in ConsentText.current()},
    }


def iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"

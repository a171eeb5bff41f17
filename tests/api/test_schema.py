"""Every operation of the schema answers as the schema says, to what fits it and what does not."""

import functools
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings as project
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from curednation.api import api
from curednation.wsgi import application
from tests.api.program import Program, iso, wanted
from tests.factories import make_appointment, make_service, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]
CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance),
    response_schema_conformance,
]
BOUNDS = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the test's connection over requests, as Django's own client does."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@functools.cache
def schema() -> Any:
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


def operations() -> dict[str, Any]:
    found = (result.ok() for result in schema().get_all_operations())
    return {operation.definition.raw["operationId"]: operation for operation in found}


NAMES = sorted(
    operation["operationId"]
    for methods in api.get_openapi_schema()["paths"].values()
    for operation in methods.values()
)


class World:
    """What is there, so that some of what fits the schema is right as well."""

    def __init__(self) -> None:
        self.service = make_service()
        self.program = Program()
        self.visit = make_appointment(service=self.service, starts_at=monday("15:00"))
        type(self.visit).objects.filter(pk=self.visit.pk).update(api_key=self.program.key)

    def put_into(self, case: Any) -> None:
        """Write names of what is there over those that were made up."""
        known = {
            *(("service", self.service.slug), ("state", "TN")),
            *(("from", iso(monday("08:00"))), ("to", iso(monday("23:00")))),
        }
        for name, value in known:
            if name in (case.query or {}):
                case.query[name] = value
        if "uid" in (case.path_parameters or {}):
            case.path_parameters["uid"] = str(self.visit.uid)
        if isinstance(case.body, dict):
            sent = wanted(self.service, monday()) | {"reason": "Away"}
            case.body |= {name: value for name, value in sent.items() if name in case.body}


def ask(case: Any, world: World, checks: list) -> int:
    response = case.call(headers=world.program.headers() | {"Host": "127.0.0.1"})
    case.validate_response(response, checks=checks)
    return response.status_code


@pytest.mark.parametrize("name", NAMES)
def test_what_fits_the_schema_is_answered_as_it_says(name):
    operation, world, seen = operations()[name], World(), set()

    @BOUNDS
    @given(operation.as_strategy(generation_mode=GenerationMode.POSITIVE), st.booleans())
    def run(case: Any, is_known: bool) -> None:
        if is_known:
            world.put_into(case)
        seen.add(ask(case, world, CHECKS))

    run()
    assert min(seen) < 300, "none of it was right: nothing but refusals was tried"


@pytest.mark.parametrize("name", NAMES)
def test_what_does_not_fit_it_is_refused_as_it_says(name):
    operation, world = operations()[name], World()
    if not (operation.query or operation.body or operation.headers or operation.path_parameters):
        return  # it takes nothing that could be wrong

    @BOUNDS
    @given(operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def run(case: Any) -> None:
        ask(case, world, [*CHECKS, negative_data_rejection])

    run()


def test_the_document_names_every_operation_and_no_other():
    text = (project.BASE_DIR / "docs" / "api.md").read_text()
    named = set(re.findall(r"^- `(GET|POST) (/api/v1/\S+)`", text, re.MULTILINE))
    described = {
        (method.upper(), path)
        for path, methods in api.get_openapi_schema()["paths"].items()
        for method in methods
    }
    assert named == described

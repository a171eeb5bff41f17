"""How the API reads and answers: strict JSON in, problems out, the schema that describes both."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from core.api import audit, problems
from core.api.problems import FieldError, Problem
from core.validation.control_characters import without_controls

# What every address that takes a key may answer beside its own.
ALWAYS = (400, 401, 403, 422, 429, 503)
_PROBLEM = "#/components/schemas/Problem"
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "description": "RFC 9457. Programs go by `type`.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:curednation:problem:[a-z_]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


class CleanJson(Parser):
    """Reads JSON, without the characters that nobody reads and nothing here stores."""

    def parse_body(self, request: HttpRequest) -> Any:
        # The key was looked at before; what is nested too deep is caught by ninja, and a 400.
        return _cleaned(json.loads(request.body))  # nosemgrep: request-body-read-by-hand


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return without_controls(value)
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {without_controls(name): _cleaned(each) for name, each in value.items()}
    return value


class ClinicApi(NinjaAPI):
    """ninja's API with our errors, our trail, and no page of documentation."""

    def __init__(self, **options: Any) -> None:
        super().__init__(docs_url=None, parser=CleanJson(), **options)
        self.add_exception_handler(Problem, _problem)
        self.add_exception_handler(ValidationError, _invalid)
        self.add_exception_handler(HttpError, _refused)
        self.add_exception_handler(Http404, lambda _request, _e: problems.not_found().response())
        self.add_exception_handler(Exception, _broken)

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        for router in self._get_bound_routers():
            for view in router.path_operations.values():
                for operation in view.operations:
                    operation.view_func = _with_known_names(operation)
        found = super()._get_urls()
        for pattern in found:
            if isinstance(pattern, URLPattern) and pattern.name not in ("openapi-json", "api-root"):
                pattern.callback = audit.audited(pattern.callback)
        return [each for each in found if getattr(each, "name", "") != "api-root"]

    def get_root_path(self, path_params: dict[str, Any]) -> str:
        return "/api/v1/"

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the schema, with the problems that each operation may answer."""
        schema = super().get_openapi_schema(**options)
        schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        for methods in schema["paths"].values():
            for operation in methods.values():
                _with_problems(operation)
        return schema


def _with_known_names(operation: Operation) -> Callable[..., Any]:
    """Return the operation's view, which refuses names in an address that it does not know.

    A misspelled `form=` of `from=` would answer with everything there is.
    """
    queries = (model for model in operation.models if model.__ninja_param_source__ == "query")
    known = {name for model in queries for name in model.__ninja_flatten_map__}
    view = operation.view_func

    @wraps(view)
    def wrapper(request: HttpRequest, **values: Any) -> Any:
        unknown = sorted(request.GET.keys() - known)
        if unknown:
            message = _("Nothing of this name is asked for.")
            raise invalid([{"field": name or "query", "message": message} for name in unknown])
        return view(request, **values)

    return wrapper


def _with_problems(operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    for status in (*ALWAYS, *operation.pop("x-problems", ())):
        answers[status] = {
            "description": "A problem",
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": _PROBLEM}}},
        }


def _problem(request: HttpRequest, problem: Any) -> HttpResponse:
    return problem.response()


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """Refuse what does not fit the schema, field by field. What was sent is not repeated."""
    errors: list[FieldError] = [
        {"field": _field(each["loc"]), "message": each["msg"]} for each in error.errors
    ]
    return invalid(errors).response()


def invalid(errors: list[FieldError]) -> Problem:
    """Return the refusal of what was sent."""
    return Problem(422, "invalid", _("Some of what was sent is not right."), errors=errors)


def _field(place: tuple[str | int, ...]) -> str:
    """`patient.email` of ("body", "sent", "patient", "email"); a query's or header's own name."""
    return ".".join(str(part) for part in place[2 if place[0] == "body" else 1 :]) or "body"


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    code = "bad_request" if error.status_code == 400 else "refused"
    return Problem(error.status_code, code, _("The request cannot be read.")).response()


def _broken(request: HttpRequest, error: Any) -> HttpResponse:
    raise error  # middleware and error reports see it as of any page

"""Errors of the API, all in one shape: `application/problem+json`. [RFC 9457]"""

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

MEDIA_TYPE = "application/problem+json"
API = "/api/"
# Of an answer that was made elsewhere, what it says beside its text.
KEPT_HEADERS = ("Allow", "Retry-After")
GetResponse = Callable[[HttpRequest], HttpResponse]


class FieldError(TypedDict):
    """What is wrong with one field of what was sent: `patient.email`."""

    field: str
    message: str


class Problem(Exception):
    """Refuses a request. `code` is for programs, and stays; `detail` is a sentence for people.

    `is_final`: an answer of the workflow, which the same request with the same Idempotency-Key gets
    again. `more` are members of its own.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        is_final: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.detail = status, code, detail
        self.errors, self.headers = list(errors), dict(headers or {})
        self.is_final, self.more = is_final, more

    def to_json(self) -> dict[str, Any]:
        """Return what it says, as JSON holds it."""
        found: dict[str, Any] = {
            "type": f"urn:curednation:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        return found | ({"errors": self.errors} if self.errors else {}) | self.more

    def response(self) -> HttpResponse:
        """Return the answer."""
        return answer(self.to_json(), self.headers)


class Stored(TypedDict):
    """A problem as it is kept for a request that is sent once more."""

    status: int
    code: str
    detail: str
    more: NotRequired[dict[str, Any]]


def stored(problem: Problem) -> Stored:
    """Return what is kept of a final problem."""
    return {
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "more": problem.more,
    }


def restored(kept: Stored) -> Problem:
    """Return the problem that `stored` kept."""
    return Problem(
        kept["status"], kept["code"], kept["detail"], is_final=True, **kept.get("more", {})
    )


def answer(said: Mapping[str, Any], headers: Mapping[str, str]) -> HttpResponse:
    """Return a problem as an answer."""
    response = HttpResponse(json.dumps(said), status=said["status"], content_type=MEDIA_TYPE)
    for name, value in headers.items():
        response[name] = value
    return response


def not_found() -> Problem:
    """Return the one answer for what is not there and for what is somebody else's."""
    return Problem(404, "not_found", _("There is no such thing here."))


def middleware(get_response: GetResponse) -> GetResponse:
    """Give every error under /api/ that shape, also where no code of the API has spoken.

    Such as an address that leads nowhere, a body that is too large, a database that is away.
    """

    def answered(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_page = not response.get("Content-Type", "").startswith(MEDIA_TYPE)
        if request.path_info.startswith(API) and response.status_code >= 400 and is_page:
            return _instead_of(response)
        return response

    return answered


def _instead_of(response: HttpResponse) -> HttpResponse:
    status = HTTPStatus(response.status_code)
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    code = status.phrase.lower().replace(" ", "_")
    return Problem(
        status, code, _sentences().get(status, status.description), headers=headers
    ).response()


def _sentences() -> dict[int, str]:
    return {
        400: _("The request cannot be read."),
        404: _("There is no such thing here."),
        405: _("This address takes other methods; see the header Allow."),
        413: _("The request is too large."),
        500: _("Something broke on our side. Nothing that was not answered may be taken as done."),
        503: _("It cannot be done at this moment. Try again after the seconds in Retry-After."),
    }

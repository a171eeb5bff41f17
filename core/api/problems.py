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
    response["Cache-Control"] = "no-store"
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
        return as_problem(request.path_info, get_response(request))

    return answered


def as_problem(path: str, response: HttpResponse) -> HttpResponse:
    """Return the answer to this path; where it is an error page under /api/, the same as JSON."""
    is_page = not response.get("Content-Type", "").startswith(MEDIA_TYPE)
    if not path.startswith(API) or response.status_code < 400 or not is_page:
        return response
    status = response.status_code
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    code, detail = _elsewhere().get(status, ("refused", HTTPStatus(status).phrase))
    return Problem(status, code, detail, headers=headers).response()


def _elsewhere() -> dict[int, tuple[str, str]]:
    """What is said, and by which code, of errors that are found before the API is asked."""
    return {
        400: ("bad_request", _("The request cannot be read.")),
        404: ("not_found", not_found().detail),
        405: ("method_not_allowed", _("This address takes other methods; see the header Allow.")),
        408: ("too_slow", _("The request came too slowly.")),
        413: ("too_large", _("The request is too large.")),
        500: ("broken", _("Something broke on our side. Send the same request again.")),
        503: ("unavailable", _("Not at this moment. Try again after the seconds in Retry-After.")),
    }

"""What no page of ours ever needs."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from curednation.pages import errors

GetResponse = Callable[[HttpRequest], HttpResponse]


def refuse_nul(get_response: GetResponse) -> GetResponse:
    """Answer 400 to a NUL in path, query or cookies: PostgreSQL cannot hold one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if (
            "\0" in request.path_info
            or "%00" in request.META.get("QUERY_STRING", "")
            or any("\0" in value for value in request.COOKIES.values())
        ):
            return errors.bad_request(request)
        return get_response(request)

    return middleware

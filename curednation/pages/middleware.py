"""What no page of ours ever needs."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from curednation.pages import errors

GetResponse = Callable[[HttpRequest], HttpResponse]


def refuse_methods(get_response: GetResponse) -> GetResponse:
    """Answer 405 to any method but these, before a page takes one for another.

    Browsers and mail programs send no others; Django's admin would show a record to a PUT.
    """
    allowed = ("GET", "HEAD", "POST")

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in allowed:
            return HttpResponseNotAllowed(allowed)
        return get_response(request)

    return middleware


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

"""Lets each request be answered in the language of its address, and in no other."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from core.languages.addresses import language_of

GetResponse = Callable[[HttpRequest], HttpResponse]


def middleware(get_response: GetResponse) -> GetResponse:
    """Answer in the language that the address names.

    Django's own middleware also asks the cookie and the browser: then one address has several
    pages, and each says `Vary: Accept-Language`, which keeps it out of caches.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        language = language_of(request.path_info)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
            response.headers.setdefault("Content-Language", language)
            return response

    return answer

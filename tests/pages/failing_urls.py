"""The site, with views that go wrong in ways that no real page should."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from curednation import urls

SECRET = "canary-7421"


def fails_with(error: type[Exception]):
    def view(request: HttpRequest) -> HttpResponse:
        raise error(SECRET)

    return view


urlpatterns = [
    *urls.urlpatterns,
    path("fails/400/", fails_with(BadRequest)),
    path("fails/403/", fails_with(PermissionDenied)),
    path("fails/404/", fails_with(Http404)),
    path("fails/500/", fails_with(RuntimeError)),
]
handler400 = urls.handler400
handler403 = urls.handler403
handler404 = urls.handler404
handler500 = urls.handler500

"""The site's addresses, and a page that fails with all that a visitor sent in its hands."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from curednation.urls import urlpatterns as ours


@csrf_exempt
def fails(request: HttpRequest, token: str) -> HttpResponse:
    """Raise one error while another is handled; both quote what was sent."""
    everything = f"{token} {request.GET} {request.POST} {request.META} {request.COOKIES}"
    try:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE canaries (text text PRIMARY KEY)")
            cursor.execute("INSERT INTO canaries VALUES (%s), (%s)", [token, token])
    except Exception as error:
        raise ValueError(everything) from error
    return HttpResponse()


urlpatterns = [path("fails/<token>/", fails, name="failing"), *ours]
handler500 = "pages.errors.server_error"

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from articles.views.article import _article
from bench.bytes import urlpatterns as bare
from curednation.urls import urlpatterns as site


def insert(request: HttpRequest) -> HttpResponse:
    """What a booking is compared with: one INSERT, behind the same middleware, CSRF included."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_row (body) VALUES (%s)", [request.POST["email"]])
    return HttpResponse(status=302, headers={"Location": "/"})


urlpatterns = [
    path("bench/insert/", insert),
    path("bench/article/<slug:slug>/", _article),
    *bare,
    *site,
]

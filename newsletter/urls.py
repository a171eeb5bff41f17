from django.http import HttpResponse
from django.urls import URLPattern, path, re_path

from newsletter import links

app_name = "newsletter"
urlpatterns: list[URLPattern] = [
    re_path(
        rf"^newsletter/unsubscribe/(?P<token>{links.PATTERN})/$",
        lambda r, token: HttpResponse(),
        name="unsubscribe",
    ),
    re_path(
        rf"^newsletter/preferences/(?P<token>{links.PATTERN})/$",
        lambda r, token: HttpResponse(),
        name="preferences",
    ),
    path("newsletter/issues/<slug:slug>/", lambda r, slug: HttpResponse(), name="issue"),
]

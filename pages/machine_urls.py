"""What machines ask for, and developers: it has no language in its address."""

from django.conf import settings
from django.contrib.sitemaps.views import sitemap
from django.contrib.staticfiles.storage import staticfiles_storage
from django.shortcuts import redirect
from django.urls import URLPattern, path

from pages import health, robots, sitemaps, views

app_name = "machines"
urlpatterns: list[URLPattern] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.prometheus, name="metrics"),
    path("robots.txt", robots.robots_txt, name="robots"),
    path(".well-known/security.txt", robots.security_txt, name="security"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path(
        "sitemap-<slug:section>.xml",
        sitemap,
        {"sitemaps": sitemaps.SITEMAPS},
        name="sitemap_section",
    ),
    path("favicon.ico", lambda request: redirect(staticfiles_storage.url("img/favicon-32.png"))),
    path("dev/style/", views.style, name="style"),
    *[
        path(f"dev/style/{code}/", views.style, {"language": code}, name=f"style_{code}")
        for code, _ in settings.LANGUAGES
        if code != settings.LANGUAGE_CODE
    ],
]

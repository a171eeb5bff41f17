"""Where providers of texts report to, and the links in texts: they have no language."""

from django.urls import URLPattern, re_path

from core.sms import providers, short_links, views

app_name = "sms"
urlpatterns: list[URLPattern] = [
    re_path(
        rf"^texts/webhooks/(?P<provider>{'|'.join(sorted(providers.KINDS))})/$",
        views.webhook,
        name="webhook",
    ),
    re_path(rf"^t/(?P<key>{short_links.PATTERN})$", views.short_link, name="short_link"),
]

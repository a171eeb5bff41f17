"""Where providers of mail report what came back: it has no language in its address."""

from django.urls import URLPattern, re_path

from newsletter.bounces import webhooks as providers
from newsletter.views import webhooks

app_name = "newsletter_webhooks"
urlpatterns: list[URLPattern] = [
    re_path(
        rf"^newsletter/webhooks/(?P<provider>{'|'.join(providers.READERS)})/$",
        webhooks.webhook,
        name="webhook",
    ),
]

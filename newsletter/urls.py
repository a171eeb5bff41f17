from django.urls import URLPattern, path, re_path

from newsletter import links
from newsletter.returns import providers
from newsletter.views import archive, leaving, preferences, signing_up, webhooks

app_name = "newsletter"
TOKEN = rf"(?P<token>{links.PATTERN})"
urlpatterns: list[URLPattern] = [
    path("newsletter/", signing_up.home, name="home"),
    path("newsletter/issues/<slug:slug>/", archive.issue, name="issue"),
    path("newsletter/feed/", archive.feed, name="feed"),
    path("newsletter/subscribe/", signing_up.subscribe, name="subscribe"),
    re_path(
        r"^newsletter/confirm/(?P<token>[A-Za-z0-9_-]{32})/$", signing_up.confirm, name="confirm"
    ),
    re_path(rf"^newsletter/preferences/{TOKEN}/$", preferences.preferences, name="preferences"),
    re_path(rf"^newsletter/unsubscribe/{TOKEN}/$", leaving.unsubscribe, name="unsubscribe"),
    re_path(
        rf"^newsletter/webhooks/(?P<provider>{'|'.join(providers.READERS)})/$",
        webhooks.webhook,
        name="webhook",
    ),
]

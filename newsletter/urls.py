from django.urls import URLPattern, path, re_path

from newsletter import links
from newsletter.views import archive, preferences, signup, unsubscribe

app_name = "newsletter"
TOKEN = rf"(?P<token>{links.PATTERN})"
urlpatterns: list[URLPattern] = [
    path("newsletter/", signup.home, name="home"),
    path("newsletter/issues/<slug:slug>/", archive.issue, name="issue"),
    path("newsletter/feed/", archive.feed, name="feed"),
    path("newsletter/subscribe/", signup.subscribe, name="subscribe"),
    re_path(r"^newsletter/confirm/(?P<token>[A-Za-z0-9_-]{32})/$", signup.confirm, name="confirm"),
    re_path(rf"^newsletter/preferences/{TOKEN}/$", preferences.preferences, name="preferences"),
    re_path(rf"^newsletter/unsubscribe/{TOKEN}/$", unsubscribe.unsubscribe, name="unsubscribe"),
]

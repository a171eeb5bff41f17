from django.urls import URLPattern, path, re_path

from articles import feeds, previews
from articles.comments import links
from articles.views import comments, finding, images, opinions, reading

app_name = "articles"
# Articles are what most visitors open: theirs comes as early as the other addresses allow.
urlpatterns: list[URLPattern] = [
    path("", finding.articles, name="list"),
    path("search/", finding.suggestions, name="suggestions"),
    path("feed/", feeds.feed, name="feed"),
    path("<slug:slug>/", reading.article, name="article"),
    path("topics/<slug:slug>/", finding.topic, name="topic"),
    path("topics/<slug:slug>/feed/", feeds.feed, name="topic_feed"),
    path("contributors/<slug:slug>/", finding.contributor, name="contributor"),
    path("images/<path:path>", images.image, name="image"),
    re_path(rf"^preview/(?P<token>{previews.PATTERN})/$", reading.preview, name="preview"),
    re_path(rf"^comments/(?P<token>{links.PATTERN})/$", comments.own, name="comment"),
    path("<slug:slug>/comments/", comments.of_article, name="comments"),
    path("<slug:slug>/helpful/", opinions.helpful, name="helpful"),
    path("<slug:slug>/thanks/", opinions.thanks, name="thanks"),
]

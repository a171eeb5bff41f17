from django.urls import URLPattern, path, re_path

from articles import feeds, previews
from articles.comments import links
from articles.views import comments, finding, images, opinions, reading

app_name = "articles"
urlpatterns: list[URLPattern] = [
    path("articles/", finding.articles, name="list"),
    path("articles/search/", finding.suggestions, name="suggestions"),
    path("articles/feed/", feeds.feed, name="feed"),
    path("articles/topics/<slug:slug>/", finding.topic, name="topic"),
    path("articles/topics/<slug:slug>/feed/", feeds.feed, name="topic_feed"),
    path("articles/contributors/<slug:slug>/", finding.contributor, name="contributor"),
    path("articles/images/<path:path>", images.image, name="image"),
    re_path(rf"^articles/preview/(?P<token>{previews.PATTERN})/$", reading.preview, name="preview"),
    re_path(rf"^articles/comments/(?P<token>{links.PATTERN})/$", comments.own, name="comment"),
    path("articles/<slug:slug>/comments/", comments.of_article, name="comments"),
    path("articles/<slug:slug>/helpful/", opinions.helpful, name="helpful"),
    path("articles/<slug:slug>/thanks/", opinions.thanks, name="thanks"),
    path("articles/<slug:slug>/", reading.article, name="article"),
]

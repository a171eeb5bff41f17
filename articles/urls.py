"""The addresses of articles, their comments and their pictures."""

from django.urls import URLPattern, path, re_path

from articles import feeds
from articles.comments import links
from articles.links import preview_links
from articles.views import article, article_list, comments, feedback, images

app_name = "articles"
PREVIEW = rf"(?P<token>{preview_links.SIGNER.pattern})"
COMMENT = rf"(?P<token>{links.SIGNER.pattern})"
# Articles are what most visitors open: theirs comes as early as the other addresses allow.
urlpatterns: list[URLPattern] = [
    path("", article_list.articles, name="list"),
    path("search/", article_list.suggestions, name="suggestions"),
    path("feed/", feeds.feed, name="feed"),
    path("<slug:slug>/", article.article, name="article"),
    path("topics/<slug:slug>/", article_list.topic, name="topic"),
    path("topics/<slug:slug>/feed/", feeds.feed, name="topic_feed"),
    path("contributors/<slug:slug>/", article_list.contributor, name="contributor"),
    re_path(rf"^preview/{PREVIEW}/$", article.preview, name="preview"),
    re_path(rf"^comments/{COMMENT}/$", comments.own_comment, name="comment"),
    path("<slug:slug>/share.png", images.share, name="share"),
    path("<slug:slug>/comments/", comments.article_comments, name="comments"),
    path("<slug:slug>/helpful/", feedback.feedback_form, name="feedback"),
    path("<slug:slug>/thanks/", feedback.thanks, name="feedback_thanks"),
]

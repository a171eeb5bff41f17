"""Where the pictures of articles lie: they have no language in their address."""

from django.urls import URLPattern, path

from articles.views import images

app_name = "article_images"
urlpatterns: list[URLPattern] = [
    path("articles/images/<path:path>", images.image, name="image"),
    path("articles/figures/<str:name>.svg", images.figure, name="figure"),
]

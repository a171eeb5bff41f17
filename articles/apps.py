"""The app of educational articles."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    """Registers the article library with `core.article_library` when Django starts."""

    name = "articles"
    label = "articles"
    verbose_name = _("Library")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from articles.article_library import Articles
        from core import article_library

        article_library.register(Articles())

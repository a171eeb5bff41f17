"""The addresses that articles once had."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from articles.models.articles import Article


class Redirect(models.Model):
    """An address that an article once had. It names the article: no chain, no loop."""

    path = models.CharField(
        _("old address"), max_length=250, unique=True, help_text=_("For example /articles/old/")
    )
    article = models.ForeignKey(Article, models.CASCADE, related_name="redirects")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["path"]
        verbose_name = _("old address")
        verbose_name_plural = _("old addresses")
        constraints = [
            models.CheckConstraint(condition=Q(path__startswith="/"), name="redirect_from_a_path")
        ]

    def __str__(self) -> str:
        return self.path

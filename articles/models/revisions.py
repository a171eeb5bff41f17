"""What each save of an article held."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Revision(models.Model):
    """What one save held, word for word. Never changed; the database refuses it."""

    article = models.ForeignKey("articles.Article", models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300)
    body = models.TextField(_("text"))
    key_points = models.JSONField(_("key points"), default=list)
    faq = models.JSONField(_("questions"), default=list)
    sources = models.JSONField(_("sources"), default=list)
    # None, not [], where there are none: the chain of hashes leaves NULLs out.
    facts = models.JSONField(_("facts with a date"), null=True)
    correction = models.CharField(_("correction"), max_length=400, blank=True)
    note = models.CharField(_("what changed"), max_length=200, blank=True)

    # Derived from the above when it is saved
    text = models.TextField()
    headings = models.TextField(blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes to read"), default=1)

    saved_at = models.DateTimeField(_("saved"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("saved by")
    )

    append_only = True

    class Meta:
        ordering = ["-number"]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="revision_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

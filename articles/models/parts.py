"""The parts of an article's working copy, and what stands around it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from articles.models.articles import Article


class Source(models.Model):
    """What the text cites as [number]."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="sources")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=300)
    publisher = models.CharField(_("publisher"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    accessed = models.DateField(_("accessed"), null=True, blank=True)
    true_until = models.DateField(
        _("true until"),
        null=True,
        blank=True,
        help_text=_("The last day on which it holds, where it has one: the review comes by then."),
    )

    class Meta:
        ordering = ["number"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.UniqueConstraint(
                fields=["article", "number"],
                name="source_number_once",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("Two sources have the same number."),
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="source_numbers_from_one"),
        ]

    def __str__(self) -> str:
        return f"[{self.number}] {self.title}"


class DatedFact(models.Model):
    """A sentence of the text that holds up to and on a day."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="facts")
    sentence = models.CharField(
        _("sentence"), max_length=400, help_text=_("Word for word as it stands in the text.")
    )
    true_until = models.DateField(_("true until"))

    class Meta:
        ordering = ["true_until", "pk"]
        verbose_name = _("fact with a date")
        verbose_name_plural = _("facts with a date")

    def __str__(self) -> str:
        return self.sentence


class Question(models.Model):
    """One of the frequently asked questions at the end of an article."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="faq")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    question = models.CharField(_("question"), max_length=200)
    answer = models.TextField(_("answer"), max_length=1500)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("question")
        verbose_name_plural = _("questions and answers")

    def __str__(self) -> str:
        return self.question


class Related(models.Model):
    """Another article that this one leads to: chosen by hand, or found by its words."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="related_rows")
    to = models.ForeignKey(
        Article, models.CASCADE, related_name="related_from", verbose_name=_("article")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    by_hand = models.BooleanField(default=True, editable=False)

    class Meta:
        ordering = ["-by_hand", "position", "pk"]
        verbose_name = _("related article")
        verbose_name_plural = _("related articles")
        constraints = [
            models.UniqueConstraint(fields=["article", "to"], name="related_article_once"),
            models.CheckConstraint(
                condition=~Q(article=F("to")), name="article_is_not_related_to_itself"
            ),
        ]

    def __str__(self) -> str:
        return str(self.to)


class Correction(models.Model):
    """A dated notice under the title: what was wrong, and when it was put right."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="corrections")
    text = models.CharField(_("text"), max_length=400)
    made_at = models.DateTimeField(_("corrected"))

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self) -> str:
        return self.text


class LinkCheck(models.Model):
    """What the last look at a source's address found. Staff read it; readers never do."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="link_checks")
    url = models.URLField(_("address"), max_length=500)
    ok = models.BooleanField(_("works"))
    found = models.CharField(_("what we found"), max_length=120)
    checked_at = models.DateTimeField(_("checked"))

    class Meta:
        ordering = ["ok", "-checked_at"]
        verbose_name = _("checked link")
        verbose_name_plural = _("checked links")
        constraints = [models.UniqueConstraint(fields=["article", "url"], name="link_check_once")]

    def __str__(self) -> str:
        return self.url

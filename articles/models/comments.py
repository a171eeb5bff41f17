"""What readers write under an article, and whether it helped them. `comments` alone writes these.

Neither row holds a network, a browser or anything of a patient's (rule 4 in docs/privacy.md).
"""

from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from articles.models.articles import Article
from articles.models.contributors import Contributor
from core.languages.columns import LanguageColumn
from core.people.name_matching import Plain

LONGEST_COMMENT, LONGEST_SENTENCE = 3000, 500

# One level: an answer stands under a comment of the same article that is no answer itself.
ONE_LEVEL = pgtrigger.Trigger(
    name="answers_have_one_level",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id", "article_id"),
    condition=pgtrigger.Q(new__parent__isnull=False),
    func="""
        IF NOT EXISTS (
            SELECT FROM articles_comment
            WHERE id = NEW.parent_id AND article_id = NEW.article_id AND parent_id IS NULL
        ) THEN
            RAISE EXCEPTION 'an answer stands under a comment of its article'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


class CommentStatus(models.TextChoices):
    """Whether readers see a comment, and who decided so."""

    HELD = "held", _("Waiting")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    SPAM = "spam", _("Spam")
    WITHDRAWN = "withdrawn", _("Withdrawn by its writer")


class CommentQuerySet(models.QuerySet["Comment"]):
    """The comments that a page or a task asks for."""

    def approved(self) -> Self:
        """Return those that staff have let through."""
        return self.filter(status=CommentStatus.APPROVED)

    def held(self) -> Self:
        """Return those that wait for a decision."""
        return self.filter(status=CommentStatus.HELD)

    def visible(self) -> Self:
        """Return what readers see.

        An answer only while the comment that it answers is seen as well.
        """
        thread = Q(parent__isnull=True) | Q(parent__status=CommentStatus.APPROVED)
        return self.approved().filter(thread)


class Comment(models.Model):
    """Plain text as it was typed. Staff decide whether it appears; nobody changes its words."""

    article = models.ForeignKey(
        Article, models.CASCADE, related_name="comments", verbose_name=_("article")
    )
    parent = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="answers",
        verbose_name=_("answer to"),
    )
    contributor = models.ForeignKey(
        Contributor,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("contributor"),
    )
    by_staff = models.BooleanField(_("written by staff"), default=False)
    name = models.CharField(_("name"), max_length=80, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = LanguageColumn()
    text = models.TextField(_("comment"), max_length=LONGEST_COMMENT, blank=True)
    has_link = models.BooleanField(_("holds a link"), default=False)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=CommentStatus.choices,
        default=CommentStatus.HELD,
    )
    created_at = models.DateTimeField(_("written"))
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, verbose_name=_("decided by")
    )
    # When moderators were told that something waits; empty until then
    told_at = models.DateTimeField(null=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        permissions = [("answer_comment", "Can answer comments")]
        indexes = [
            models.Index(
                fields=["article", "-created_at"],
                name="comment_shown",
                condition=Q(status="approved"),
            ),
            models.Index(fields=["created_at"], name="comment_held", condition=Q(status="held")),
            models.Index(fields=["created_at"], name="comment_by_time"),
            models.Index(fields=["status", "created_at"], name="comment_by_status"),
            # When moderators were told last.
            models.Index(fields=["told_at"], name="comment_told"),
            # What staff search for stands anywhere in these.
            GinIndex(
                OpClass(Plain("name"), name="gin_trgm_ops"),
                OpClass(Upper("text"), name="gin_trgm_ops"),
                name="comment_by_any_part",
                fastupdate=False,
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="withdrawn") | ~Q(name="") & ~Q(text=""),
                name="comment_has_a_name_and_a_text",
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | Q(name="", email="", text=""),
                name="withdrawn_comment_is_empty",
            ),
        ]
        triggers = [ONE_LEVEL]

    def __str__(self) -> str:
        return f"{self.name or '–'}, {self.created_at:%Y-%m-%d}"


class Feedback(models.Model):
    """One answer to “Was this helpful?”. Only for staff; of whoever gave it nothing is kept."""

    article = models.ForeignKey(
        Article,
        models.CASCADE,
        related_name="feedback",
        db_index=False,  # the index of both answers begins with it
        verbose_name=_("article"),
    )
    helpful = models.BooleanField(_("helpful"))
    sentence = models.CharField(_("sentence"), max_length=LONGEST_SENTENCE, blank=True)
    day = models.DateField(_("day"))

    class Meta:
        ordering = ["-day", "-pk"]
        indexes = [
            models.Index(fields=["-day", "-id"], name="feedback_by_day"),
            models.Index(fields=["article", "helpful"], name="feedback_by_article"),
            GinIndex(
                OpClass(Upper("sentence"), name="gin_trgm_ops"),
                name="feedback_by_any_part",
                condition=~Q(sentence=""),
                fastupdate=False,
            ),
        ]
        verbose_name = _("answer to “Was this helpful?”")
        verbose_name_plural = _("answers to “Was this helpful?”")

    def __str__(self) -> str:
        return f"{self.article}: {'+' if self.helpful else '–'}"

"""A page of text, its revisions, and its versions: those revisions that readers have seen."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from pages.text_pages import catalog


class TextPageStatus(models.TextChoices):
    """Where a text is in the workflow. Readers go on seeing what is online."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")


class TextPageQuerySet(models.QuerySet["TextPage"]):
    """The texts that a page of the admin or a reader asks for."""

    def waiting_for(self, user: Any) -> Self:
        """Return those in review that this person may approve: they did not write what is new."""
        newer = Q(number__gt=F("page__online__revision__number")) | Q(page__online=None)
        mine = TextPageRevision.objects.filter(newer, saved_by=user.pk).values("page")
        return self.filter(status=TextPageStatus.IN_REVIEW).exclude(pk__in=mine)

    def unread(self) -> Self:
        """Return those that readers see as they came along: nobody of the clinic approved them."""
        return self.filter(online__isnull=False, online__approved_by=None)


class TextPage(models.Model):
    """Its own fields are the working copy; readers see `online`. One row for each language."""

    slug = models.SlugField(_("page"), max_length=60)
    language = models.CharField(_("language"), max_length=5, choices=catalog.LANGUAGES)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=TextPageStatus.choices,
        default=TextPageStatus.DRAFT,
        editable=False,
    )
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(
        _("summary"),
        max_length=300,
        help_text=_("One or two sentences. Shown under the title and by search engines."),
    )
    body = models.TextField(_("text"))
    online = models.ForeignKey(
        "pages.TextPageVersion", models.PROTECT, null=True, editable=False, related_name="+"
    )
    sent_back_note = models.TextField(_("what should change"), blank=True, editable=False)
    changed_at = models.DateTimeField(_("last changed"), auto_now=True)

    objects = TextPageQuerySet.as_manager()

    class Meta:
        ordering = ["slug", "language"]
        verbose_name = _("text page")
        verbose_name_plural = _("text pages")
        permissions = [("approve_textpage", "Can approve text pages")]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "language"],
                name="text_page_once_in_each_language",
                violation_error_message=_("This page is there in this language already."),
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(online__isnull=False),
                name="published_text_page_has_a_version_online",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.get_language_display()})"

    def get_absolute_url(self) -> str:
        """Return the path of the page in the language that is active."""
        entry = catalog.BY_SLUG.get(self.slug)
        return reverse(entry.route) if entry else reverse("pages:home")

    @property
    def newest(self) -> "TextPageRevision":
        """The last save. Every page has one."""
        return self.revisions.latest("number")


class TextPageRevision(models.Model):
    """What one save held, word for word. Never changed; the database refuses it."""

    page = models.ForeignKey(TextPage, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(_("summary"), max_length=300)
    body = models.TextField(_("text"))
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    saved_at = models.DateTimeField(_("saved"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("saved by"),
    )

    append_only = True

    class Meta:
        ordering = ["-number"]
        default_permissions = ()
        verbose_name = _("revision of a text page")
        verbose_name_plural = _("revisions of text pages")
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="text_page_revision_once")
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class TextPageVersion(models.Model):
    """Proof that readers saw exactly this revision from then on, and who approved it."""

    page = models.ForeignKey(TextPage, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    revision = models.ForeignKey(TextPageRevision, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("published"))
    approved_by = models.ForeignKey(  # None: as it came with the software
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
    )

    append_only = True

    class Meta:
        ordering = ["-number"]
        default_permissions = ()
        verbose_name = _("version of a text page")
        verbose_name_plural = _("versions of text pages")
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="text_page_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.revision.title}, {self.number}"

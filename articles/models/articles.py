"""An article. `publishing` alone changes a status or what readers see."""

from datetime import date, datetime
from typing import Any, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from articles import languages
from articles.links.page_urls import cached_url
from articles.models.contributors import Contributor
from articles.models.search import INDEX_WHAT_IS_ONLINE
from articles.models.topics import Topic

RESERVED = {"feed", "topics", "contributors", "comments", "preview", "search", "images"}


class Status(models.TextChoices):
    """Where an article is in the workflow."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class ArticleQuerySet(models.QuerySet["Article"]):
    """The articles that a page or a task asks for."""

    def published(self) -> Self:
        """Return those that readers can see.

        An approved revision is online, whatever is being written.
        """
        return self.filter(online__isnull=False)

    def in_language(self, language: str) -> Self:
        """Return those written in this language, such as "es"."""
        return self.filter(language=language)

    def behind(self) -> Self:
        """Return translations whose original has changed in substance since they were reviewed.

        Those that nobody has reviewed count from the day on which they were begun.
        """
        changed = F("translation_of__updated_at")
        unread = self.filter(translation_of__updated_at__gt=F("created_at"))
        return unread.exclude(status=Status.ARCHIVED).exclude(
            revisions__approvals__given__gte=changed
        )

    def about(self, topic: Topic) -> Self:
        """Return those with this topic, as their main one or as one of several."""
        more = self.model.topics.through.objects.filter(article=OuterRef("pk"), topic=topic)
        return self.filter(Q(topic=topic) | Exists(more))

    def by_contributor(self, contributor: Contributor) -> Self:
        """Return those that this person wrote or reviewed."""
        return self.filter(Q(author=contributor) | Q(reviewer=contributor))

    def newest(self) -> Self:
        """Return them by the day on which they were published, the newest first."""
        return self.order_by("-published_at", "-pk")

    def most_useful(self) -> Self:
        """Return them by their feedback, the most useful first."""
        return self.order_by("-usefulness", "-published_at", "-pk")

    def as_cards(self, *also: str) -> Self:
        """Return them with what a card shows, of the long texts only those named in `also`."""
        return self.select_related("online", "topic").only(
            *also,
            "slug",
            "language",
            "published_at",
            "updated_at",
            "last_reviewed",
            "online__title",
            "online__summary",
            "online__minutes",
            "topic__name",
            "topic__i18n",
            "topic__slug",
            "topic__icon",
            "topic__tint",
        )

    def expiring(self, by: date) -> Self:
        """Return those that say something which holds no longer than this day."""
        return self.published().filter(true_until__lte=by)

    def due(self, now: datetime) -> Self:
        """Return approved ones whose time has come, and which nobody holds back."""
        return self.filter(status=Status.SCHEDULED, publish_at__lte=now, held=False)


class Article(models.Model):
    """Its own fields are the working copy; readers see `online`, the approved revision."""

    slug = models.SlugField(_("address"), max_length=120, unique=True)
    language = models.CharField(
        _("language"),
        max_length=10,
        choices=languages.choices,
        default=languages.ORIGINAL,
        db_default=languages.ORIGINAL,
    )
    translation_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        limit_choices_to={"language": languages.ORIGINAL},
        related_name="translations",
        verbose_name=_("translation of"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False
    )
    topic = models.ForeignKey(
        Topic, models.PROTECT, related_name="main_articles", verbose_name=_("main topic")
    )
    topics = models.ManyToManyField(
        Topic, blank=True, related_name="more_articles", verbose_name=_("more topics")
    )
    author = models.ForeignKey(
        Contributor, models.PROTECT, related_name="written", verbose_name=_("author")
    )
    cover = models.ForeignKey(
        "articles.ImageAsset", models.SET_NULL, null=True, blank=True, verbose_name=_("cover")
    )

    # The working copy: every save of it is kept as a revision
    title = models.CharField(_("title"), max_length=120)
    summary = models.CharField(
        _("summary"),
        max_length=300,
        help_text=_("One sentence. Shown under the title, in lists and by search engines."),
    )
    body = models.TextField(_("text"))
    key_points = models.TextField(
        _("key points"), blank=True, help_text=_("One on each line, three to five are best.")
    )

    # What readers see, and what was promised about it
    online = models.ForeignKey(
        "articles.Revision", models.PROTECT, null=True, editable=False, related_name="+"
    )
    approved = models.ForeignKey(
        "articles.Revision", models.PROTECT, null=True, editable=False, related_name="+"
    )
    reviewer = models.ForeignKey(
        Contributor,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="reviewed",
        verbose_name=_("medical reviewer"),
    )
    publish_at = models.DateTimeField(
        _("publish at"),
        null=True,
        blank=True,
        help_text=_("Left empty it goes online as soon as it is approved."),
    )
    held = models.BooleanField(_("held back"), default=False, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, editable=False)
    updated_at = models.DateTimeField(_("updated"), null=True, editable=False)
    last_reviewed = models.DateField(_("last reviewed"), null=True, editable=False)
    next_review = models.DateField(_("next review"), null=True, editable=False)
    true_until = models.DateField(_("true until"), null=True, editable=False)
    reviewed_whole = models.BooleanField(default=False, editable=False)
    review_months = models.PositiveSmallIntegerField(
        _("months between reviews"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    comments_open = models.BooleanField(
        _("open for comments"),
        default=True,
        db_default=True,
        help_text=_("They close by themselves after a while as well."),
    )
    usefulness = models.IntegerField(_("usefulness"), default=0, editable=False)
    changed_at = models.DateTimeField(_("last changed"), auto_now=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    # Kept by the database: see INDEX_WHAT_IS_ONLINE
    search = SearchVectorField(null=True, editable=False)
    search_head = SearchVectorField(null=True, editable=False)

    related = models.ManyToManyField(
        "self", through="articles.Related", symmetrical=False, related_name="shown_by"
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at"]
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        permissions = [("approve_article", "Can approve articles as their medical reviewer")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="published") | Q(online__isnull=False),
                name="published_article_has_a_revision_online",
            ),
            models.CheckConstraint(
                condition=~Q(status="archived") | Q(online__isnull=True),
                name="archived_article_has_nothing_online",
            ),
            models.CheckConstraint(
                condition=~Q(status="scheduled")
                | Q(approved__isnull=False) & Q(publish_at__isnull=False),
                name="scheduled_article_is_approved_and_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(online__isnull=True)
                | Q(reviewer__isnull=False) & Q(published_at__isnull=False),
                name="article_goes_online_only_with_a_reviewer",
            ),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=True) | ~Q(reviewer=F("author")),
                name="author_does_not_review_their_own_article",
            ),
            models.CheckConstraint(condition=~Q(slug__in=sorted(RESERVED)), name="slug_is_free"),
            models.UniqueConstraint(
                fields=["translation_of", "language"],
                name="article_translated_once_a_language",
                violation_error_message=_("There is a translation into this language already."),
            ),
            models.CheckConstraint(
                condition=Q(translation_of=None)
                | ~Q(language=languages.ORIGINAL) & ~Q(translation_of=F("pk")),
                name="translation_is_in_another_language",
                violation_error_message=_("A translation is not in the language of its original."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"],
                name="article_newest",
                condition=Q(online__isnull=False),
            ),
            models.Index(
                fields=["publish_at"], name="article_due", condition=Q(status="scheduled")
            ),
            GinIndex(fields=["search"], name="article_search", fastupdate=False),
            GinIndex(fields=["search_head"], name="article_search_head", fastupdate=False),
        ]
        triggers = [INDEX_WHAT_IS_ONLINE]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the path of its page, in its own language whatever the reader's is."""
        return cached_url("article", self.slug, self.language)

    @property
    def published_revision(self) -> Any:
        """The revision that readers see. Only of articles from `published()`."""
        if self.online is None:
            raise ValueError("Readers cannot see this article.")
        return self.online

    @property
    def newest(self) -> Any:
        """The last save. Every article has one."""
        return self.revisions.latest("number")

    @property
    def next_review_shown(self) -> date | None:
        """The date readers may be told: only where the whole article was reviewed."""
        return self.next_review if self.reviewed_whole else None

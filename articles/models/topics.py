"""What articles are about."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField

from articles.links.page_urls import cached_url


class Topic(models.Model):
    """What an article is about. It has a page of its own."""

    class Tint(models.TextChoices):
        PINE = "", _("Pine")
        HONEY = "honey", _("Honey")
        CLAY = "clay", _("Clay")

    ICONS = [
        "book",
        "pill",
        "glass",
        "leaf",
        "heart",
        "people",
        "shield",
        "moon",
        "sun",
        "sunrise",
        "drop",
    ]

    name = models.CharField(_("name"), max_length=60, unique=True)
    slug = models.SlugField(_("address"), max_length=60, unique=True)
    introduction = models.TextField(_("introduction"), max_length=1000, blank=True)
    icon = models.CharField(
        _("icon"), max_length=20, choices=[(name, name) for name in ICONS], default="book"
    )
    tint = models.CharField(_("tint"), max_length=10, choices=Tint.choices, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    i18n = TranslationField(fields=("name", "introduction"))
    name_i18n: str  # in the language of the page
    introduction_i18n: str  # in the language of the page

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the path of its page."""
        return cached_url("topic", self.slug)

    @property
    def feed_url(self) -> str:
        """The path of its feed."""
        return cached_url("topic_feed", self.slug)

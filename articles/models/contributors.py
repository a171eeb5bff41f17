"""Who writes and reviews articles."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField

from articles.links.page_urls import cached_url
from core.people import salutation


class ContributorQuerySet(models.QuerySet["Contributor"]):
    """The contributors that a page asks for."""

    def reviewers(self) -> Self:
        """Return those who may approve: they have credentials and can sign in."""
        return self.exclude(credentials="").filter(user__is_active=True)


class Contributor(models.Model):
    """Who wrote or medically reviewed an article, as readers see them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="contributor",
        verbose_name=_("account"),
        help_text=_("With an account and credentials they can approve the articles of others."),
    )
    name = models.CharField(_("name"), max_length=80)
    slug = models.SlugField(_("address"), max_length=80, unique=True)
    credentials = models.CharField(
        _("credentials"), max_length=40, blank=True, help_text=_("For example: MD, or RN, CARN")
    )
    specialty = models.CharField(
        _("specialty"), max_length=80, blank=True, help_text=_("For example: addiction medicine")
    )
    profile_url = models.URLField(
        _("license or profile"),
        blank=True,
        help_text=_("Where a reader can check the license, such as the state board's page."),
    )
    biography = models.TextField(_("about"), max_length=2000, blank=True)
    photo = models.ForeignKey(
        "articles.ImageAsset", models.SET_NULL, null=True, blank=True, verbose_name=_("photo")
    )

    i18n = TranslationField(fields=("specialty", "biography"))

    objects = ContributorQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("contributor")
        verbose_name_plural = _("contributors")
        permissions = [("vouch_contributor", "Can give a contributor credentials or an account")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="contributor_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.byline

    def get_absolute_url(self) -> str:
        """Return the path of their page."""
        return cached_url("contributor", self.slug)

    @property
    def byline(self) -> str:
        """`Ruth Pell, RN`"""
        return ", ".join(part for part in (self.name, self.credentials) if part)

    @property
    def initials(self) -> str:
        """The letters shown where there is no photo."""
        return salutation.initials(self.name)

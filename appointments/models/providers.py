"""Who sees patients: providers and their licenses."""

import secrets
from datetime import date
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modeltrans.fields import TranslationField

from appointments.scheduling import time_zones
from appointments.scheduling.states import STATE_CHOICES, STATES, State
from core.people import salutation

# Services for others than new patients: of `Service.Audience`, whose module knows this one.
FOR_OTHERS = ("anyone", "returning")


def validate_zone(name: str) -> None:
    if not time_zones.is_zone(name):
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


class ProviderQuerySet(models.QuerySet["Provider"]):
    def active(self) -> Self:
        return self.filter(active=True)

    def listed(self) -> Self:
        """Return those who see patients and were chosen to have a page on the site."""
        return self.active().filter(listed=True)

    def offering(self, service: models.Model) -> Self:
        """Those whom a patient may book for this service."""
        for_others = Q(services__audience__in=FOR_OTHERS)
        return self.active().filter(Q(accepts_new=True) | for_others, services=service)

    def licensed_in(self, state: str) -> Self:
        """Those with a license there, each with the day its last one ends as `licensed_until`."""
        return self.filter(licenses__state=state).annotate(
            licensed_until=models.Max("licenses__expires")
        )


def random_name(provider: "Provider", filename: str) -> str:
    """Nothing of the uploader's file name goes public."""
    return f"providers/{secrets.token_hex(12)}.{filename.rsplit('.', 1)[-1].lower()}"


class Provider(models.Model):
    """A licensed clinician who sees patients. Keeps the wall clock of `time_zone`."""

    licensed_until: date  # set by `licensed_in`

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("address"), unique=True)
    credentials = models.CharField(_("credentials"), max_length=60, help_text=_("Like “PMHNP”."))
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Patients never see it."))
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("staff account"),
        related_name="provider",
        null=True,
        blank=True,
        help_text=_("Who signs in as this provider, and may change these hours and no others."),
    )
    time_zone = models.CharField(_("time zone"), max_length=60, validators=[validate_zone])
    languages = models.CharField(_("languages"), max_length=100, default="English")
    about = models.CharField(_("a few words"), max_length=200, blank=True)
    # NULL, as the release before this one writes no such column, and a translated field takes no
    # default of the database.
    biography = models.TextField(
        _("in their own words"),
        max_length=1500,
        null=True,
        blank=True,
        help_text=_("For their page on the site. An empty line begins a new paragraph."),
    )
    listed = models.BooleanField(
        _("shown on the site"),
        default=False,
        db_default=False,
        help_text=_(
            "A page with face, licenses and languages that everybody can find. Ask them first."
        ),
    )
    photo = models.ImageField(
        _("photo"),
        upload_to=random_name,
        blank=True,
        db_default="",
        help_text=_("Patients see it when they choose. Its middle is shown."),
    )
    video_room = models.URLField(
        _("video room"), blank=True, help_text=_("The address where patients join by video.")
    )
    accepts_new = models.BooleanField(_("accepts new patients"), default=True)
    daily_limit = models.PositiveSmallIntegerField(
        _("visits a day at most"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    weekly_limit = models.PositiveSmallIntegerField(
        _("visits a week at most"),
        null=True,
        blank=True,
        help_text=_("From Monday to Sunday. Empty: no limit."),
    )
    active = models.BooleanField(_("sees patients"), default=True)

    i18n = TranslationField(fields=("about", "biography"))
    about_i18n: str  # in the language of the page
    biography_i18n: str

    objects = ProviderQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        permissions = [
            ("schedule_provider", _("Can change everybody’s hours and close the clinic")),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.credentials}" if self.credentials else self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def initials(self) -> str:
        return salutation.initials(self.name)

    @property
    def short_name(self) -> str:
        """What patients call them by."""
        return salutation.short_name(self.name)


class License(models.Model):
    """The right to treat people who are in `state`, until the end of the day it expires."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="licenses")
    state = models.CharField(_("state"), max_length=2, choices=STATE_CHOICES)
    number = models.CharField(_("number"), max_length=40)
    expires = models.DateField(_("expires"), help_text=_("The last day on which it is valid."))

    class Meta:
        ordering = ["state", "expires"]
        verbose_name = _("license")
        verbose_name_plural = _("licenses")
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "state", "number"], name="license_entered_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.number}"

    @property
    def place(self) -> State:
        return STATES[self.state]

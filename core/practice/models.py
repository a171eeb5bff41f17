"""The practice itself: one row that staff edit and every page and e-mail reads."""

import hashlib
from typing import Self
from zoneinfo import ZoneInfo

from django.core.cache import cache, caches
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from localflavor.us.models import USStateField, USZipCodeField
from modeltrans.fields import TranslationField

from core.cache import pages
from core.circuit_breaker import cache_breaker
from core.people.phone_numbers import PhoneColumn
from core.practice import per_request

TAG = "site"  # of the kept pages: it stands on all of them
LAST_READ = "practice-last-read:3"  # another number where a release before would not read it

# These texts become mail headers and one-line labels.
one_line = RegexValidator(r"^[^\r\n]*$", _("Write this on one line."))

US_ZONES = [
    ("America/New_York", _("Eastern Time")),
    ("America/Chicago", _("Central Time")),
    ("America/Denver", _("Mountain Time")),
    ("America/Phoenix", _("Mountain Time without daylight saving (Arizona)")),
    ("America/Los_Angeles", _("Pacific Time")),
    ("America/Anchorage", _("Alaska Time")),
    ("Pacific/Honolulu", _("Hawaii Time")),
    ("America/Puerto_Rico", _("Atlantic Time (Puerto Rico)")),
    ("Pacific/Guam", _("Chamorro Time (Guam)")),
]


class Practice(models.Model):
    """Names, phone and address of the clinic. At most one row, with primary key 1."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(
        _("name"),
        max_length=80,
        default="Curednation",
        validators=[one_line],
        help_text=_("Shown on the site."),
    )
    mail_name = models.CharField(
        _("name in e-mails"),
        max_length=60,
        default="CN Office",
        validators=[one_line],
        help_text=_("The sender of every e-mail to a patient. It must not hint at what you treat."),
    )
    phone = PhoneColumn(_("phone"), blank=True)
    phone_hours = models.CharField(
        _("phone hours"),
        max_length=80,
        blank=True,
        validators=[one_line],
        help_text=_("For example: 8 am to 8 pm Central"),
    )
    email = models.EmailField(
        _("e-mail"), blank=True, help_text=_("Anyone can see and write to this address.")
    )
    street = models.CharField(_("street"), max_length=120, blank=True, validators=[one_line])
    city = models.CharField(_("city"), max_length=80, blank=True, validators=[one_line])
    state = USStateField(_("state"), blank=True)
    postal_code = USZipCodeField(_("ZIP code"), blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=40, choices=US_ZONES, default="America/Chicago"
    )
    legal_line = models.CharField(
        _("legal line"),
        max_length=200,
        blank=True,
        validators=[one_line],
        help_text=_("Company name or license, shown small at the end of every page. Optional."),
    )
    privacy_reviewed = models.DateField(
        _("privacy notice reviewed on"),
        null=True,
        blank=True,
        help_text=_(
            "When someone responsible last read /privacy/ against what the clinic does. "
            "Until then the page says that it has not been reviewed."
        ),
    )

    after_visit_days = models.PositiveSmallIntegerField(
        _("days that patients can read what was agreed"),
        default=31,
        db_default=31,
        validators=[MinValueValidator(1), MaxValueValidator(366)],
        help_text=_(
            "So long after a visit by video its private page shows the text that the clinician "
            "has shared. Above 31 the link in the mail works for as long, too."
        ),
    )

    i18n = TranslationField(fields=("phone_hours", "legal_line"))
    phone_hours_i18n: str  # in the language of the page
    legal_line_i18n: str  # in the language of the page

    class Meta:
        verbose_name = _("practice")
        verbose_name_plural = _("the practice")
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="practice_is_only_one"),
            models.CheckConstraint(
                condition=Q(after_visit_days__gte=1, after_visit_days__lte=366),
                name="practice_shows_texts_for_days",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Self:
        """Return the practice as it stands in the database; without a row a neutral one, unsaved.

        One query; in a request one for all who ask (see `core.practice.per_request`).
        """
        return per_request.remember(cls._read)

    @classmethod
    def last_read(cls) -> Self | None:
        """Return what was last read, without the database: by this process, or by another; or None.

        Another's is in the cache, which a process that has read nothing yet asks.
        """
        values = caches["parts"].get(LAST_READ) or cache_breaker.attempt(
            lambda: cache.get(LAST_READ)
        )
        return cls(**values) if values else None

    @classmethod
    def share(cls) -> None:
        """Let every page be made anew with what the database holds. Call it after a commit."""
        per_request.forget()
        pages.drop_now(TAG)

    @classmethod
    def _read(cls) -> Self:
        found = next(iter(cls.objects.filter(pk=1).order_by()), None)
        names = [field.attname for field in cls._meta.concrete_fields] if found else []
        values = {name: getattr(found, name) for name in names}
        if caches["parts"].get(LAST_READ) != values:
            caches["parts"].set(LAST_READ, values, None)
            cache_breaker.attempt(lambda: cache.set(LAST_READ, values, None))
        return found or cls()

    @cached_property
    def version(self) -> str:
        """Return a name for what pages show of it, another when that changes: for `{% cache %}`."""
        fields = self._meta.concrete_fields
        shown = "".join(f"{f.attname}={getattr(self, f.attname)}\n" for f in fields)
        return hashlib.sha256(shown.encode()).hexdigest()[:12]

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the clinic."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def phone_link(self) -> str:
        """Return `tel:+16155550142`, or nothing when there is no number."""
        return self.phone.link if self.phone else ""

    @cached_property
    def phone_text(self) -> str:
        """Return `(615) 555-0142`; numbers outside the US with their country code."""
        return self.phone.formatted if self.phone else ""

    @property
    def town_line(self) -> str:
        """Return `Nashville, TN 37200`, or what is known of it."""
        region = f"{self.state} {self.postal_code}".strip()
        return ", ".join(part for part in (self.city, region) if part)

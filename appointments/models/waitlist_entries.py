"""Who waits for a time, and what they wish. `waitlist` alone changes an entry."""

from datetime import datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from appointments.models.appointments import Appointment
from appointments.models.hours import WeeklyHours
from appointments.models.keys import new_key
from appointments.models.patients import Patient
from appointments.models.waitlist_offers import OfferStatus
from appointments.scheduling.states import STATE_CHOICES, STATES, State
from appointments.scheduling.time_preferences import TimePreferences
from core.languages.columns import LanguageColumn
from core.people.name_matching import Plain
from core.people.phone_numbers import PhoneColumn
from core.people.salutation import short_name


class EntryStatus(models.TextChoices):
    # One more than usual for its e-mail address: it counts once the mailed link says so.
    ASKED = "asked", _("Not confirmed")
    WAITING = "waiting", _("Waiting")
    FULFILLED = "fulfilled", _("Has a time")
    LEFT = "left", _("Left")
    REMOVED = "removed", _("Removed by staff")
    ENDED = "ended", _("Ended by itself")


class EntryQuerySet(models.QuerySet["WaitlistEntry"]):
    def waiting(self, now: datetime) -> Self:
        return self.filter(status=EntryStatus.WAITING, until__gt=now)

    def asked(self, now: datetime) -> Self:
        """Those that only the link in their mail puts in line."""
        return self.filter(status=EntryStatus.ASKED, until__gt=now)

    def without_offer(self) -> Self:
        """Those that have no time offered to them now."""
        return self.exclude(offers__status=OfferStatus.OPEN)

    def unrestricted(self) -> Self:
        """Those of whom no restricted record is kept: only they are offered times."""
        theirs = Patient.objects.restricted().filter(match_key=OuterRef("person"))
        return self.exclude(Exists(theirs))

    def of_patient(self, patient: Patient) -> Self:
        """All that a patient has or had, also under the names of records merged into theirs."""
        keys = Patient.objects.filter(Q(pk=patient.pk) | Q(merged_into=patient.pk))
        return self.filter(
            Q(person__in=keys.values("match_key")) | Q(appointment__patient=patient.pk)
        )

    def of_visit(self, visit: Appointment) -> Self:
        """Those of the visit's patient for what this visit is: service and state.

        Also those under the keys of records that were merged into the patient's.
        """
        whose = Q(pk=visit.patient_id) | Q(merged_into=visit.patient_id)
        keys = Patient.objects.filter(whose).values("match_key")
        return self.filter(person__in=keys, service=visit.service_id, state=visit.state)

    def in_line(self) -> Self:
        """Who came first stands first."""
        return self.order_by("created", "pk")

    def of_address(self, email: str) -> Self:
        """Those of that e-mail address, whatever its case."""
        return self.alias(address=Lower("email")).filter(address=email.strip().lower())


class WaitlistEntry(models.Model):
    """A place in line for a kind of visit in a state, and all that a booking will need."""

    class Part(models.TextChoices):
        MORNING = "morning", _("Morning")
        AFTERNOON = "afternoon", _("Afternoon")
        EVENING = "evening", _("Evening")

    key = models.CharField(max_length=32, default=new_key, unique=True, editable=False)
    status = models.CharField(
        _("status"), max_length=9, choices=EntryStatus.choices, default=EntryStatus.WAITING
    )
    created = models.DateTimeField(_("joined"))
    until = models.DateTimeField(_("waits until"))
    closed = models.DateTimeField(_("closed"), null=True, blank=True)

    # What is wished for
    service = models.ForeignKey(
        "appointments.Service",
        models.CASCADE,
        related_name="waitlist",
        db_index=False,
        verbose_name=_("service"),
    )
    state = models.CharField(_("state"), max_length=2, choices=STATE_CHOICES)
    provider = models.ForeignKey(
        "appointments.Provider",
        models.CASCADE,
        related_name="waitlist",
        null=True,
        blank=True,
        verbose_name=_("provider"),
        help_text=_("Empty: anyone."),
    )
    weekdays = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name=_("weekdays"), default=list, blank=True
    )
    parts = ArrayField(
        models.CharField(max_length=9), verbose_name=_("times of day"), default=list, blank=True
    )
    zone = models.CharField(_("the patient’s time zone"), max_length=60)
    language = LanguageColumn()
    sooner_than = models.DateTimeField(
        _("sooner than"),
        null=True,
        blank=True,
        help_text=_("The first time that suited and was free when they joined."),
    )

    # What was typed, for the booking
    person = models.CharField(
        max_length=64, editable=False, help_text="The match_key of the patient to be."
    )
    first_name = models.CharField(_("first name"), max_length=60)
    last_name = models.CharField(_("last name"), max_length=60, blank=True)
    search_name = models.GeneratedField(
        expression=Plain("first_name", "last_name"),
        output_field=models.TextField(),
        db_persist=True,
    )
    birth_date = models.DateField(_("date of birth"))
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneColumn(_("phone"))
    contact = models.CharField(_("how to reach"), max_length=7, choices=Appointment.Contact.choices)
    by_text = models.BooleanField(
        _("texts"),
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Who booked agreed to texts at this number."),
    )
    booked_for = models.CharField(
        _("booked for"), max_length=5, choices=Appointment.BookedFor.choices
    )
    booked_by = models.CharField(_("booked by"), max_length=120, blank=True)
    consent_texts = ArrayField(models.BigIntegerField(), default=list, editable=False)
    agreed_at = models.DateTimeField(editable=False)

    appointment = models.ForeignKey(
        "appointments.Appointment",
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("appointment"),
    )

    kept_beside = models.ForeignKey(
        "appointments.Appointment",
        models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
        help_text=_("The patient has this visit, was asked, and keeps the place all the same."),
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["created"]
        verbose_name = _("waitlist place")
        verbose_name_plural = _("waitlist places")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "service", "state"],
                condition=Q(status="waiting"),
                name="waitlist_one_place_in_line",
            ),
            models.CheckConstraint(
                condition=Q(status="fulfilled") | Q(appointment__isnull=True),
                name="waitlist_visit_is_of_who_got_it",
            ),
            models.CheckConstraint(
                condition=Q(status="waiting", closed__isnull=True)
                | ~Q(status="waiting") & Q(closed__isnull=False),
                name="waitlist_closed_is_dated",
            ),
        ]
        indexes = [
            models.Index(
                fields=["service", "state", "created"],
                name="waitlist_in_line",
                condition=Q(status="waiting"),
            ),
            # Every board reads who came first, and every page of the admin counts who waits.
            models.Index(
                fields=["created", "id"],
                include=["until", "provider"],
                name="waitlist_by_turn",
                condition=Q(status="waiting"),
            ),
            models.Index(Lower("email"), name="waitlist_by_email"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_waiting(self) -> bool:
        return self.status == EntryStatus.WAITING

    @property
    def is_asked(self) -> bool:
        return self.status == EntryStatus.ASKED

    @cached_property
    def place(self) -> State:
        return STATES[self.state]

    @property
    def patient_zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def greeting_name(self) -> str:
        """What we call who joined, for themselves or for another."""
        return short_name(self.booked_by) if self.booked_by else self.short_name

    @property
    def short_name(self) -> str:
        """What the patient is called by."""
        return short_name(self.first_name, self.last_name)

    @property
    def preferences(self) -> TimePreferences:
        before = int(self.sooner_than.timestamp()) if self.sooner_than else None
        return TimePreferences(
            self.patient_zone, frozenset(self.weekdays), frozenset(self.parts), before
        )

    @property
    def local_sooner_than(self) -> datetime | None:
        return self.sooner_than and self.sooner_than.astimezone(self.patient_zone)

    @property
    def local_until(self) -> datetime:
        return self.until.astimezone(self.patient_zone)

    @property
    def weekday_words(self) -> str:
        """ "Monday, Friday"; empty for any day."""
        names = dict(WeeklyHours.Weekday.choices)
        return ", ".join(str(names[day]) for day in sorted(self.weekdays))

    @property
    def part_words(self) -> str:
        """ "Morning, Evening"; empty for any time."""
        return ", ".join(str(part.label) for part in self.Part if part in self.parts)

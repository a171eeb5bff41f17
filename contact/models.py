"""What people send by the page Contact. `contact.workflow` alone changes a row."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from localflavor.us.models import USStateField

from core.languages.columns import LanguageColumn
from core.people.phone_numbers import PhoneColumn

LONGEST_MESSAGE = 600


class ContactRequestQuerySet(models.QuerySet["ContactRequest"]):
    def open(self) -> Self:
        """Return those that nobody has answered."""
        return self.filter(done_at=None)

    def done(self) -> Self:
        """Return those that somebody has answered, the last one first."""
        return self.filter(done_at__isnull=False).order_by("-done_at", "-pk")

    def sent_before(self, moment: datetime) -> Self:
        """Return those that came before `moment`."""
        return self.filter(created_at__lt=moment)


class ContactRequest(models.Model):
    """A message, or the wish to be called. No link to any patient's record."""

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        CALL = "call", _("Call back")

    class Topic(models.TextChoices):
        FIRST_VISIT = "first", _("Booking a first visit")
        MY_VISIT = "visit", _("A visit I have booked")
        COST = "cost", _("Cost or insurance")
        PAPERS = "papers", _("A letter, a form or my records")
        SITE = "site", _("Trouble with this site")
        OTHER = "other", _("Something else")

    class BestTime(models.TextChoices):
        ANY = "any", _("Any time")
        MORNING = "morning", _("In the morning")
        AFTERNOON = "afternoon", _("In the afternoon")
        EVENING = "evening", _("In the early evening")

    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=100)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = PhoneColumn(_("phone"), blank=True)
    topic = models.CharField(_("about"), max_length=6, choices=Topic.choices, blank=True)
    message = models.TextField(_("message"), max_length=LONGEST_MESSAGE, blank=True)
    best_time = models.CharField(_("best time"), max_length=9, choices=BestTime.choices, blank=True)
    may_leave_message = models.BooleanField(_("a voice message is fine"), default=False)
    state = USStateField(_("state"), blank=True)
    language = LanguageColumn()
    created_at = models.DateTimeField(_("sent"))
    told_at = models.DateTimeField(_("front desk told"), null=True)
    done_at = models.DateTimeField(_("done"), null=True)
    done_by = models.CharField(_("done by"), max_length=80, blank=True)

    objects = ContactRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact request")
        verbose_name_plural = _("contact requests")
        default_permissions = ("view", "change")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone=""), name="contact_request_can_be_answered"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by="") | Q(done_at__isnull=False) & ~Q(done_by=""),
                name="contact_request_done_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], name="contact_request_open", condition=Q(done_at=None)
            ),
            models.Index(fields=["done_at"], name="contact_request_done"),
            models.Index(fields=["created_at"], name="contact_request_to_purge"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"

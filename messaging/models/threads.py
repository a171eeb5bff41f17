"""What a patient and the clinic write to each other: a thread for each matter, and its messages.

`messaging.workflow` alone changes a status.
"""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Patient
from appointments.models.appointment_status import SEES_RESTRICTED
from appointments.models.keys import new_key
from core.database.encrypted_field import EncryptedTextField
from core.languages.columns import LanguageColumn

LONGEST = 4000


class Team(models.TextChoices):
    DESK = "desk", _("Front desk")
    CARE = "care", _("Care team")


class Topic(models.TextChoices):
    VISIT = "visit", _("My visits")
    CARE = "care", _("My health or my medicine")
    PAPERS = "papers", _("A letter, a form or my records")
    COST = "cost", _("Cost or insurance")
    SITE = "site", _("Trouble with this site")
    OTHER = "other", _("Something else")


# Who answers what; staff hand over what went to the wrong place.
TEAMS = {Topic.CARE: Team.CARE, Topic.PAPERS: Team.CARE}
# What a patient and those who treat them wrote to each other is a part of the record of care.
OF_CARE = (Topic.CARE, Topic.PAPERS)


class ThreadStatus(models.TextChoices):
    WAITING = "waiting", _("Waits for us")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class ThreadQuerySet(models.QuerySet["Thread"]):
    def waiting(self) -> Self:
        """Return those in which the patient waits for an answer, what is due first comes first."""
        return self.filter(status=ThreadStatus.WAITING).order_by("due_at", "pk")

    def of_patient(self, patient: Patient) -> Self:
        """Return those of the record, and of records merged into it."""
        return self.filter(Q(patient=patient) | Q(patient__merged_into=patient))

    def of_teams(self, teams: Any) -> Self:
        """Return those that one of these teams answers."""
        return self.filter(team__in=teams)

    def visible_to(self, user: Any) -> Self:
        """Return those of records that this member of the staff may find."""
        return self if user.has_perm(SEES_RESTRICTED) else self.filter(patient__restricted_at=None)

    def with_unread(self) -> Self:
        """Say of each how many messages of the clinic the patient has not read, as `unread`."""
        new = Q(messages__from_clinic=True, messages__read_at=None)
        return self.annotate(unread=Count("messages", filter=new))


class Thread(models.Model):
    """One matter of one patient, with the account that writes about it.

    Somebody who writes for a child has an account of their own: the child's account does not read
    what they wrote, nor they what the child writes. Without an account the clinic alone reads it.
    """

    key = models.CharField(max_length=22, unique=True, default=new_key, editable=False)
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="threads")
    account = models.ForeignKey(
        "portal.PatientAccount", models.SET_NULL, related_name="threads", null=True
    )
    topic = models.CharField(_("about"), max_length=6, choices=Topic.choices)
    team = models.CharField(_("who answers"), max_length=4, choices=Team.choices)
    status = models.CharField(_("status"), max_length=8, choices=ThreadStatus.choices)
    assigned = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("taken by"),
        related_name="+",
        null=True,
    )
    language = LanguageColumn(help_text=_("In which the patient writes."))
    created_at = models.DateTimeField(_("begun"))
    last_at = models.DateTimeField(_("last message"))
    waiting_since = models.DateTimeField(_("waits since"), null=True)
    due_at = models.DateTimeField(_("answer expected by"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.CharField(
        _("closed by"), max_length=100, blank=True, help_text=_("Empty: the patient.")
    )

    objects = ThreadQuerySet.as_manager()

    class Meta:
        verbose_name = _("thread of messages")
        verbose_name_plural = _("threads of messages")
        default_permissions = ()
        permissions = [
            ("answer_desk_thread", _("Can read and answer messages to the front desk")),
            ("answer_care_thread", _("Can read and answer messages to the care team")),
        ]
        ordering = ["-last_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status="waiting", waiting_since__isnull=False, due_at__isnull=False)
                | ~Q(status="waiting") & Q(waiting_since=None, due_at=None),
                name="thread_waits_since_and_until",
            ),
            models.CheckConstraint(
                condition=Q(status="closed", closed_at__isnull=False)
                | ~Q(status="closed") & Q(closed_at=None, closed_by=""),
                name="thread_closed_at_some_time",
            ),
            models.CheckConstraint(
                condition=Q(due_at=None) | Q(due_at__gte=F("waiting_since")),
                name="thread_answer_is_due_afterwards",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="thread_waiting", condition=Q(status="waiting")),
            models.Index(fields=["status", "-last_at"], name="thread_by_status"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_closed(self) -> bool:
        return self.status == ThreadStatus.CLOSED

    def is_late(self, now: datetime) -> bool:
        """Return whether the patient waits longer than they were told."""
        return self.due_at is not None and self.due_at < now


class MessageQuerySet(models.QuerySet["Message"]):
    def unread_by_patient(self) -> Self:
        """Return what the clinic wrote and its reader has not opened."""
        return self.filter(from_clinic=True, read_at=None)

    def unread_by_clinic(self) -> Self:
        """Return what a patient wrote and nobody of the staff has opened."""
        return self.filter(from_clinic=False, read_at=None)


class Message(models.Model):
    """One message. It is never edited: what was said stands."""

    thread = models.ForeignKey(Thread, models.CASCADE, related_name="messages")
    from_clinic = models.BooleanField(_("from the clinic"))
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True
    )
    author = models.CharField(
        _("written by"), max_length=100, blank=True, help_text=_("Who of the staff, as it was.")
    )
    text = EncryptedTextField(_("text"))
    sent_at = models.DateTimeField(_("sent"))
    read_at = models.DateTimeField(_("read"), null=True)
    once = models.CharField(max_length=22, unique=True, default=new_key, editable=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        default_permissions = ()
        ordering = ["sent_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_clinic=True) & ~Q(author="")
                | Q(from_clinic=False, author="", writer=None),
                name="message_of_the_clinic_has_an_author",
            )
        ]
        indexes = [
            models.Index(
                fields=["thread"],
                name="message_unread",
                condition=Q(read_at=None, from_clinic=True),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

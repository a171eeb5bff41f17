"""What is typed and not sent yet, and the files of drafts and messages."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Patient
from appointments.models.keys import new_key
from core.database.encrypted_field import (
    EncryptedBinaryField,
    EncryptedJSONField,
    EncryptedTextField,
)
from messaging.models.threads import Message, Thread, Topic


class DraftQuerySet(models.QuerySet["Draft"]):
    def of_staff(self) -> Self:
        """Return answers that somebody of the staff has begun."""
        return self.filter(staff__isnull=False)


class Draft(models.Model):
    """What a patient by their account, or somebody of the staff, types in a thread or a new one."""

    account = models.ForeignKey(
        "portal.PatientAccount", models.CASCADE, related_name="message_drafts", null=True
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="message_drafts", null=True
    )
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="drafts", null=True)
    # Of a new thread: whose matter it is, and what it is about.
    patient = models.ForeignKey(Patient, models.CASCADE, related_name="+", null=True)
    topic = models.CharField(max_length=6, choices=Topic.choices, blank=True)
    # Which account reads what staff begin: the patient's own, or that of who books for them.
    reader = models.ForeignKey(
        "portal.PatientAccount", models.CASCADE, related_name="+", null=True, db_index=False
    )
    text = EncryptedTextField(default="")
    # Why files were not taken, said once.
    refusals: Any = EncryptedJSONField(default=list)
    # The message that it becomes: sent twice it is one.
    once = models.CharField(max_length=22, default=new_key)
    saved_at = models.DateTimeField()

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("message that is not sent yet")
        verbose_name_plural = _("messages that are not sent yet")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(account=None, staff__isnull=False)
                | Q(account__isnull=False, staff=None),
                name="draft_is_of_one",
            ),
            models.UniqueConstraint(
                fields=["account", "thread"], name="draft_of_patient_once_a_thread"
            ),
            models.UniqueConstraint(
                fields=["account"], name="draft_of_a_new_thread_once", condition=Q(thread=None)
            ),
            models.UniqueConstraint(
                fields=["staff", "thread"], name="draft_of_staff_once_a_thread"
            ),
            models.UniqueConstraint(
                fields=["staff", "patient"],
                name="draft_of_staff_once_a_patient",
                condition=Q(thread=None),
            ),
        ]
        indexes = [models.Index(fields=["saved_at"], name="draft_by_time")]

    def __str__(self) -> str:
        return str(self.pk)


class Attachment(models.Model):
    """A picture or a PDF that came with a message; before that it waits with its draft."""

    class Kind(models.TextChoices):
        PICTURE = "picture", _("Picture")
        PDF = "pdf", _("PDF")

    key = models.CharField(max_length=22, unique=True, default=new_key, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments", null=True)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="attachments", null=True)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    suffix = models.CharField(max_length=4)
    # As it was called where it came from: a name may say what somebody takes.
    name = EncryptedTextField(_("name"))
    size = models.PositiveIntegerField(_("bytes"))
    created_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("file of a message")
        verbose_name_plural = _("files of messages")
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(message=None, draft__isnull=False)
                | Q(message__isnull=False, draft=None),
                name="attachment_is_of_one",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AttachmentContent(models.Model):
    """The bytes of a file, apart from what lists ask: in the database they go with their row."""

    attachment = models.OneToOneField(
        Attachment, models.CASCADE, related_name="content", primary_key=True
    )
    data = EncryptedBinaryField()

    class Meta:
        verbose_name = _("content of a file")
        verbose_name_plural = _("contents of files")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)

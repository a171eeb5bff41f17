"""What the clinician asks in the first minute: who this is, and where they are now."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from appointments.scheduling.states import STATE_CHOICES
from core.database.encrypted_field import EncryptedTextField
from visits.models.visits import Visit


class StartCheck(models.Model):
    """The answers of the first minute that are kept as proof. Written once; one more corrects it.

    What names a person or a place stands in `StartCheckDetails`, which an erasure can remove.
    """

    class Identity(models.TextChoices):
        SEEN = "seen", _("Document seen")
        NOT_SEEN = "not_seen", _("Not seen")
        KNOWN = "known", _("Known from earlier visits")

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="start_checks", editable=False)
    at = models.DateTimeField(_("when"), editable=False)
    account = models.BigIntegerField(_("account"), editable=False)
    state = models.CharField(_("state they are in now"), max_length=2, choices=STATE_CHOICES)
    licensed = models.BooleanField(_("licensed there"))
    identity = models.CharField(_("identity"), max_length=8, choices=Identity.choices)
    free_to_talk = models.BooleanField(_("free to talk"))

    append_only = True

    class Meta:
        verbose_name = _("first-minute check")
        verbose_name_plural = _("first-minute checks")
        ordering = ["at", "pk"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.pk)


class StartCheckDetails(models.Model):
    """What was said then that names a person or a place: an erasure removes it."""

    check_row = models.OneToOneField(
        StartCheck, models.PROTECT, related_name="details", editable=False
    )
    address = EncryptedTextField(_("address they are at now"), blank=True)
    callback_number = EncryptedTextField(_("number if the line breaks"), blank=True)
    emergency_contact = EncryptedTextField(_("emergency contact"), blank=True)

    class Meta:
        verbose_name = _("details of a first-minute check")
        verbose_name_plural = _("details of first-minute checks")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)

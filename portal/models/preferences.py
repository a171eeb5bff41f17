"""How patients want to be written to and called. `contact_preferences` alone changes a row."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment
from core.languages.columns import LanguageColumn


class ContactPreferences(models.Model):
    """What somebody chose for one patient. Without a row nothing is chosen."""

    patient = models.OneToOneField(
        "appointments.Patient",
        models.CASCADE,
        related_name="contact_preferences",
        verbose_name=_("patient"),
    )
    by_mail = models.BooleanField(_("e-mails"), default=True)
    by_text = models.BooleanField(_("texts"), default=False)
    contact = models.CharField(_("how to reach"), max_length=7, choices=Appointment.Contact.choices)
    language = LanguageColumn()
    chosen_at = models.DateTimeField(_("chosen"))

    class Meta:
        verbose_name = _("contact preferences")
        verbose_name_plural = _("contact preferences")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(by_mail=True) | ~Q(contact=Appointment.Contact.EMAIL),
                name="contact_preferences_leave_a_way",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

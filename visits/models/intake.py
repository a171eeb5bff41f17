"""What patients are asked before a visit, and what they answered."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, Patient, Service
from core.database.encrypted_field import EncryptedJSONField
from core.languages.columns import LanguageColumn
from visits.intake.form_names import FORMS, QUESTIONNAIRES


class IntakePlan(models.Model):
    """What one service asks before its visits. A service without a row asks the usual."""

    service = models.OneToOneField(
        Service, models.CASCADE, related_name="intake_plan", verbose_name=_("service")
    )
    forms = ArrayField(
        models.CharField(max_length=20, choices=list(FORMS.items())),
        verbose_name=_("asked before the visit"),
        default=list,
        blank=True,
    )

    class Meta:
        verbose_name = _("questions before a visit")
        verbose_name_plural = _("questions before visits")
        ordering = ["service__position", "service__name"]

    def __str__(self) -> str:
        return str(self.service)


class QuestionnaireResponseQuerySet(models.QuerySet["QuestionnaireResponse"]):
    def submitted(self) -> Self:
        """Return those that the patient has sent off, the last one first."""
        return self.filter(submitted_at__isnull=False).order_by("-submitted_at", "-pk")

    def of_patient(self, patient: Patient) -> Self:
        """Return those of all visits of that record, and of records merged into it."""
        of = Q(appointment__patient=patient) | Q(appointment__patient__merged_into=patient)
        return self.filter(of)


class QuestionnaireResponse(models.Model):
    """What was answered to one form before one visit; a draft until it is submitted.

    `answers` are the texts of its fields as they were typed. `score` is counted when a screener is
    submitted: `{"total": 12, "band": "moderate"}`.
    """

    appointment = models.ForeignKey(Appointment, models.PROTECT, related_name="questionnaires")
    form = models.CharField(_("form"), max_length=20, choices=list(QUESTIONNAIRES.items()))
    version = models.PositiveSmallIntegerField(_("version"))
    language = LanguageColumn(help_text=_("In which it was asked."))
    answers = EncryptedJSONField(_("answers"), default=dict)
    score = EncryptedJSONField(_("score"), null=True)
    saved_at = models.DateTimeField(_("saved"))
    submitted_at = models.DateTimeField(_("sent"), null=True)

    objects = QuestionnaireResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("answers before a visit")
        verbose_name_plural = _("answers before visits")
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["appointment", "form"], name="questionnaire_answered_once_a_visit"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SafetyAlertQuerySet(models.QuerySet["SafetyAlert"]):
    def open(self) -> Self:
        """Return those that nobody has looked after yet, the oldest first."""
        return self.filter(handled_at=None).order_by("raised_at", "pk")


class SafetyAlert(models.Model):
    """A task: somebody is to speak with this patient now. What was answered is not in the row."""

    response = models.OneToOneField(
        QuestionnaireResponse, models.CASCADE, related_name="safety_alert"
    )
    raised_at = models.DateTimeField(_("raised"))
    handled_at = models.DateTimeField(_("looked after"), null=True)
    handled_by = models.CharField(_("by"), max_length=80, blank=True)

    objects = SafetyAlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("safety alert")
        verbose_name_plural = _("safety alerts")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(
                condition=Q(handled_at=None, handled_by="")
                | Q(handled_at__isnull=False) & ~Q(handled_by=""),
                name="safety_alert_handled_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["raised_at"], name="safety_alert_open", condition=Q(handled_at=None)
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

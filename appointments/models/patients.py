"""Who visits are for."""

from typing import Self

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.people.name_matching import Plain
from core.people.phone_numbers import PhoneColumn
from core.people.salutation import short_name


class PatientQuerySet(models.QuerySet["Patient"]):
    def kept(self) -> Self:
        """One record for each person: those that were not merged into another."""
        return self.filter(merged_into=None)


class Patient(models.Model):
    """Who a visit is for. The same person booking again is the same row: see `match_key`."""

    first_name = models.CharField(_("first name"), max_length=60)
    last_name = models.CharField(_("last name"), max_length=60, blank=True)
    birth_date = models.DateField(_("date of birth"))
    email = models.EmailField(_("e-mail"))
    phone = PhoneColumn(_("phone"))
    match_key = models.CharField(
        max_length=64,
        editable=False,
        help_text="Hash of e-mail, name and date of birth, in one spelling: see patients.py.",
    )
    merged_into = models.ForeignKey(
        "self",
        models.CASCADE,
        related_name="merged",
        null=True,
        blank=True,
        editable=False,
        help_text="The record of the same person that has the visits. Who books leads there.",
    )
    search_name = models.GeneratedField(
        expression=Plain("first_name", "last_name"),
        output_field=models.TextField(),
        db_persist=True,
    )
    created = models.DateTimeField(_("first seen"), auto_now_add=True)

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name"]
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        constraints = [models.UniqueConstraint(fields=["match_key"], name="patient_known_once")]
        indexes = [models.Index(Lower("email"), name="patient_by_email")]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def short_name(self) -> str:
        """What they are called by."""
        return short_name(self.first_name, self.last_name)

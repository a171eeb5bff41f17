"""Patients' accounts: what their people have proved, and whose records they see."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, Patient, Status
from core.database import database_time
from core.languages.columns import LanguageColumn
from core.people import email_addresses

# Where people may consent to such care themselves, they alone say who learns of it: a parent sees
# the record of a child under twelve. [42 CFR 2.14]
CHILD_UNTIL = 12
MET = [Status.CHECKED_IN, Status.COMPLETED]


def is_child(born: date) -> bool:
    """Return whether who was born then is a child whose parents see the record."""
    today = database_time.now().date()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return years < CHILD_UNTIL


class PatientAccount(models.Model):
    """What one person signs in to. Nobody needs one: guests book, and come by links."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="patient_account",
        editable=False,
        verbose_name=_("sign-in"),
    )
    language = LanguageColumn(help_text=_("In which they last signed in."))
    created_at = models.DateTimeField(_("created"), editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)
    ended_by = models.CharField(_("ended by"), max_length=100, blank=True, editable=False)
    # When something that opens the place was last taken away: a restore takes it away again.
    removed_at = models.DateTimeField(null=True, editable=False)

    device: Any  # the Device that is signed in to it now: by `sign_in.sessions`

    class Meta:
        verbose_name = _("patient account")
        verbose_name_plural = _("patient accounts")
        ordering = ["-created_at", "-pk"]
        default_permissions = ["view", "change"]

    def __str__(self) -> str:
        return f"{_('Account')} {self.pk}"

    @cached_property
    def proved(self) -> "list[ContactPoint]":
        """The e-mail addresses and phone numbers that its person has proved, in their order."""
        return list(self.points.order_by("proved_at", "pk"))

    @cached_property
    def patients(self) -> "list[AccountPatient]":
        """The records that it may see now, its person's own first: see `AccountPatient.is_open`."""
        links = self.links.not_ended().select_related("patient__merged_into", "via")
        return [link for link in links if link.is_open(self.proved)]

    @property
    def records(self) -> list[Patient]:
        """The same as records, each once: of those that were merged the one that has the visits."""
        return list({link.record.pk: link.record for link in self.patients}.values())

    @property
    def record_pks(self) -> list[int]:
        """Their keys: the visits of these it may see."""
        return [record.pk for record in self.records]

    @property
    def own_record(self) -> Patient | None:
        """The record of the account's own person; None where none was found."""
        own = (link.record for link in self.patients if link.relation == Relation.SELF)
        return next(own, None)

    def may_see(self, appointment: Appointment) -> bool:
        """Return whether this visit is one of those that it may see."""
        return appointment.erased_at is None and appointment.patient_id in self.record_pks

    def note_removal(self) -> None:
        """Note that something which opened the place was taken away, in the caller's transaction.

        A backup from before still has it.
        """
        self.removed_at = database_time.now()
        self.save(update_fields=["removed_at"])

    def forget_cached(self) -> None:
        """Read points and records anew when they are next asked for."""
        for name in ("proved", "patients"):
            self.__dict__.pop(name, None)


class ContactPoint(models.Model):
    """An e-mail address or a phone number that an account's person has proved to read."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")

    account = models.ForeignKey(
        PatientAccount, models.CASCADE, related_name="points", verbose_name=_("account")
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    value = models.CharField(
        _("address or number"),
        max_length=254,
        help_text=_("An address in its one spelling, a number as +16155550117."),
    )
    proved_at = models.DateTimeField(_("proved"))

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        default_permissions = ()
        ordering = ["proved_at", "pk"]
        constraints = [
            # Several people share an address: each has an account of their own.
            models.UniqueConstraint(
                fields=["kind", "value", "account"], name="contact_point_once_per_account"
            ),
        ]

    def __str__(self) -> str:
        return self.masked

    @property
    def masked(self) -> str:
        """Enough of it to know one's own, too little to learn another's."""
        if self.kind == self.Kind.EMAIL:
            return email_addresses.masked(self.value)
        return f"••• ••• {self.value[-4:]}"

    def is_of(self, patient: Patient) -> bool:
        """Return whether this record is reached by it."""
        if self.kind == self.Kind.EMAIL:
            return bool(patient.email) and email_addresses.normalized(patient.email) == self.value
        return bool(patient.phone) and patient.phone.as_e164 == self.value


class Relation(models.TextChoices):
    """Whose record it is to the account's person."""

    SELF = "self", _("Myself")
    CHILD = "child", _("My child")
    WARD = "ward", _("Someone I am the legal guardian of")
    OTHER = "other", _("Someone who lets me book for them")


class Basis(models.TextChoices):
    """Why an account may see a record."""

    POINT = "point", _("Reached by a proved address or number")
    CONSENT = "consent", _("The patient’s own consent")
    STAFF = "staff", _("Checked by the clinic")


class AccountPatientQuerySet(models.QuerySet["AccountPatient"]):
    def not_ended(self) -> Self:
        """Return those that nobody has ended, the account's own person first.

        With what is known of the record's phone number: whether the clinic met somebody at it, and
        whether visits name another.
        """
        is_own = models.Case(models.When(relation=Relation.SELF, then=0), default=1)
        visits = Appointment.objects.filter(
            patient=Coalesce(OuterRef("patient__merged_into"), OuterRef("patient"))
        ).exclude(phone="")
        met = Q(proved=True) | Q(made_by_staff=True) | Q(status__in=MET)
        return (
            self.filter(ended_at=None, account__ended_at=None)
            .annotate(
                number_met=Exists(visits.filter(met, phone=OuterRef("patient__phone"))),
                number_differs=Exists(visits.exclude(phone=OuterRef("patient__phone"))),
            )
            .order_by(is_own, "added_at", "pk")
        )


class AccountPatient(models.Model):
    """A record that an account sees, and why."""

    account = models.ForeignKey(PatientAccount, models.CASCADE, related_name="links")
    patient = models.ForeignKey(
        "appointments.Patient", models.CASCADE, related_name="account_links"
    )
    relation = models.CharField(_("who it is"), max_length=5, choices=Relation.choices)
    basis = models.CharField(_("why it may be seen"), max_length=7, choices=Basis.choices)
    # By which of the account's points the record was found.
    via = models.ForeignKey(
        ContactPoint, models.SET_NULL, related_name="+", null=True, blank=True, db_index=False
    )
    added_at = models.DateTimeField(_("added"))
    ended_at = models.DateTimeField(_("ended"), null=True)
    ended_by = models.CharField(_("ended by"), max_length=100, blank=True)

    objects = AccountPatientQuerySet.as_manager()
    number_met: bool  # by `not_ended`
    number_differs: bool

    class Meta:
        verbose_name = _("record that an account sees")
        verbose_name_plural = _("records that an account sees")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["account", "patient"],
                condition=Q(ended_at=None),
                name="account_patient_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} → {self.patient_id}"

    @property
    def record(self) -> Patient:
        """The record that has the visits: where this one was merged into another, that one."""
        return self.patient.merged_into or self.patient

    def is_open(self, proved: "Iterable[ContactPoint]") -> bool:
        """Return whether it may be seen now.

        A record that was found by an address or a number is seen while that is its own: when staff
        correct it, whoever reads the wrong one sees nothing any more. A restricted record is seen
        by nobody here, and a child's until they decide for themselves.
        """
        if self.record.is_restricted:
            return False
        if self.basis != Basis.POINT:
            return True
        if self.relation == Relation.CHILD and not is_child(self.patient.birth_date):
            return False
        own = [point.kind for point in proved if point.is_of(self.patient)]
        return ContactPoint.Kind.EMAIL in own or (bool(own) and self.number_is_trusted)

    @property
    def number_is_trusted(self) -> bool:
        """Whether the record's number opens it.

        Whoever booked first typed it, perhaps not the patient: where there is an e-mail address,
        the clinic met somebody at that number, or no visit names another.
        """
        return not self.patient.email or self.number_met or not self.number_differs

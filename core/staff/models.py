"""Accounts of staff, and what they have done."""

from typing import Any
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Reserved: no mail server takes it, and no form of ours. [RFC 2606]
PATIENT_DOMAIN = "patient.invalid"
PATIENT = _("The patient, or who stands for them")  # of the few rows that patients write themselves


def is_of_patient(email: str) -> bool:
    """Return whether an account with this address is a patient's."""
    return email.endswith(f"@{PATIENT_DOMAIN}")


class UserManager(BaseUserManager["User"]):
    """Knows the staff, and makes accounts that sign in by e-mail.

    Those of patients are in `User.patients`: whoever asks for users by default is given none.
    """

    def get_queryset(self) -> models.QuerySet["User"]:
        return super().get_queryset().filter(is_patient=False)

    def whose_role_may(self, permission: str) -> models.QuerySet["User"]:
        """Return those who work here and have a role with this permission, `app.codename`."""
        app, codename = permission.split(".")
        with_role = self.filter(
            is_active=True,
            is_staff=True,
            groups__permissions__codename=codename,
            groups__permissions__content_type__app_label=app,
        )
        return with_role.distinct()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account without any rights.

        Without a password nobody can sign in until one is set.
        """
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create an account with all rights."""
        fields |= {"is_staff": True, "is_superuser": True}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the account with this address, whatever its case."""
        return self.get(email__iexact=username)


class PatientUserManager(models.Manager["User"]):
    """Knows the patients' accounts, and makes them."""

    def get_queryset(self) -> models.QuerySet["User"]:
        return super().get_queryset().filter(is_patient=True)

    def make(self) -> "User":
        """Create one without password or rights, whose address nobody can type or write to."""
        user = self.model(email=f"{uuid4()}@{PATIENT_DOMAIN}", is_patient=True)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """An account that signs in by e-mail. Groups (see `roles`) say what it may do.

    A patient's row is one that has no rights and nothing to sign in with here: `portal` keeps what
    opens it, and the database refuses one that would be both.
    """

    # unique=True is for Django, which asks it of a login name; the constraint below is the rule.
    email = models.EmailField(
        _("e-mail"),
        unique=True,
        error_messages={"unique": _("Somebody on the staff has this e-mail address already.")},
    )
    name = models.CharField(_("name"), max_length=100)
    is_active = models.BooleanField(
        _("may sign in"),
        default=True,
        help_text=_("Take this away from people who leave; their history stays."),
    )
    is_staff = models.BooleanField(_("works here"), default=False)
    is_patient = models.BooleanField(
        _("patient’s account"), default=False, db_default=False, editable=False
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = UserManager()
    patients = PatientUserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        ordering = ["name", "email"]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="staff_email_unique",
                violation_error_message=_("Somebody on the staff has this e-mail address already."),
            ),
            # allauth looks for what was typed in lower case, and for nothing else.
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="staff_email_lower_case"
            ),
            models.CheckConstraint(
                condition=models.Q(is_patient=False)
                | models.Q(
                    is_staff=False,
                    is_superuser=False,
                    name="",
                    email__endswith=f"@{PATIENT_DOMAIN}",
                    password__startswith=UNUSABLE_PASSWORD_PREFIX,
                ),
                name="staff_or_patient_never_both",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """Write the address in lower case."""
        super().clean()
        self.email = self.email.lower()

    def get_full_name(self) -> str:
        """Return the name."""
        return self.name

    def get_short_name(self) -> str:
        """Return the name."""
        return self.name


class AuditEvent(models.Model):
    """One thing that somebody on the staff did or tried. Written once; see `audit.record`.

    It names rows by their keys and holds nothing about a patient: a row can never be removed,
    so what an erasure must reach may not stand in it. It has no foreign keys for the same reason.
    """

    at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    user_pk = models.BigIntegerField(_("account"), null=True, editable=False)
    email = models.EmailField(_("who"), blank=True, editable=False)
    api_key = models.BigIntegerField(_("API key"), null=True, editable=False)
    action = models.CharField(_("what"), max_length=80, editable=False)
    model = models.CharField(_("kind of record"), max_length=100, blank=True, editable=False)
    object_pks = ArrayField(models.TextField(), verbose_name=_("records"), default=list)
    count = models.PositiveIntegerField(
        _("results"), null=True, editable=False, help_text=_("How many a list or a search found.")
    )
    network = models.CharField(_("from where"), max_length=50, blank=True, editable=False)

    append_only = True

    class Meta:
        verbose_name = _("audit record")
        verbose_name_plural = _("audit records")
        ordering = ["-at", "-pk"]
        default_permissions = ["view"]
        indexes = [
            models.Index(fields=["-at"], name="audit_by_time"),
            models.Index(fields=["user_pk", "-at"], name="audit_by_user"),
            models.Index(fields=["action", "-at"], name="audit_by_action"),
            models.Index(fields=["model", "-at"], name="audit_by_model"),
            GinIndex(
                OpClass(Upper("email"), name="gin_trgm_ops"),
                name="audit_by_email",
                fastupdate=False,
            ),
            GinIndex(fields=["object_pks"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.who} {self.action} {self.model}"

    @property
    def who(self) -> str:
        """The account, or the API key, that did it."""
        if is_of_patient(self.email):
            return str(PATIENT)
        return self.email or (_("API key %d") % self.api_key if self.api_key else "")


class ChainLink(models.Model):
    """The seal of one row that must never change; see `chain`.

    `hash` covers the row, this link and the hash of the link before, and so all rows up to here.
    """

    number = models.BigIntegerField(primary_key=True)  # 1, 2, 3 …, without a gap
    table_name = models.CharField(max_length=63)
    row_pk = models.BigIntegerField()
    sealed_at = models.DateTimeField()
    hash = models.CharField(max_length=64)

    append_only = True

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["table_name", "row_pk"], name="chain_link_once_per_row")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.hash}"


class Autosave(models.Model):
    """What somebody has typed into a form of the admin and not saved. Nobody else reads it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="autosaves")
    model = models.CharField(max_length=100)
    record = models.BigIntegerField()  # its key; 0 on the page of a new one
    data = models.TextField()  # the form, as a browser sends it
    saved_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["model", "record", "user"], name="autosave_once_per_person_and_record"
            )
        ]
        indexes = [models.Index(fields=["saved_at"], name="autosave_by_time")]

    def __str__(self) -> str:
        return f"{self.model} {self.record}"

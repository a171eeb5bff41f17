"""The outbox table: one row for each e-mail, written with the change that owes it."""

from datetime import datetime
from functools import cache
from typing import Self
from uuid import uuid4

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.mail.hold_model import OutboxHold  # noqa: F401  (Django looks for models here)

# Longer than the slowest mail server takes for one e-mail; the task's time limits follow from it.
LEASE_SECONDS = 180
TASK = "core.mail.tasks.deliver"  # what a worker runs for one e-mail
SWEEP = "core.mail.tasks.sweep"  # and for all whose time it is
# What an e-mail looks like once nothing of a person may stay in it.
EMPTY = {"to": "", "subject": "", "text": "", "html": "", "attachments": []}
EMPTY |= {"last_error": "", "bounce_reason": ""}


class EmailStatus(models.TextChoices):
    """Where an e-mail stands."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("no longer of use, not sent")


class OutgoingEmailQuerySet(models.QuerySet["OutgoingEmail"]):
    """Times are compared with the clock of the database: workers on other machines may differ."""

    def about(self, *things: str) -> Self:
        """Return the e-mails of these things, each written like `appointment:42`."""
        return self.filter(about__in=things)

    def failed(self) -> Self:
        """Return those that will not be sent unless somebody asks for it."""
        return self.filter(status=EmailStatus.FAILED)

    def overdue(self) -> Self:
        """Return those that wait although it is their time, longest first."""
        return self.filter(status=EmailStatus.WAITING, due_at__lte=Now()).order_by("due_at")

    def abandoned(self) -> Self:
        """Return those whose worker went away while it was sending them."""
        return self.filter(status=EmailStatus.SENDING, lease_until__lte=Now())

    def resendable(self) -> Self:
        """Return those that failed, are not overtaken since nor too late, and still have a body."""
        in_time = Q(not_after=None) | Q(not_after__gt=Now())
        return self.failed().filter(in_time, overtaken=False, purged_at=None)

    def bounced(self) -> Self:
        """Return those that could not be delivered once sent, or that somebody complained about."""
        return self.filter(bounced_at__isnull=False)

    def settled(self) -> Self:
        """Return those that nothing is done about any more, and that still have their bodies."""
        settled = [EmailStatus.SENT, EmailStatus.FAILED, EmailStatus.DROPPED]
        return self.filter(status__in=settled, purged_at=None)

    def write_once(self, email: "OutgoingEmail") -> bool:
        """Insert `email` and set its primary key; return False when its key was written before.

        One statement, and a known key is no error that would break the caller's transaction.
        Django's `bulk_create(ignore_conflicts=True)` cannot tell which of the two has happened.
        """
        fields = _insert_fields()
        values = [f.get_db_prep_save(getattr(email, f.attname), connection) for f in fields]
        with connection.cursor() as cursor:
            cursor.execute(_insert_sql(), values)
            row = cursor.fetchone()
        if row:
            email.pk = row[0]
        return row is not None

    def claim(self, pk: int) -> "OutgoingEmail | None":
        """Take a waiting e-mail for one worker alone; return None when there is nothing to take.

        One whose `not_after` has passed is dropped instead. The lease lasts `LEASE_SECONDS`:
        after it the sweep gives the e-mail to another worker.
        """
        email = next(iter(self.raw(_CLAIM, [uuid4(), LEASE_SECONDS, pk])), None)
        if email is None:
            self.filter(pk=pk, status=EmailStatus.WAITING, not_after__lte=Now()).update(
                status=EmailStatus.DROPPED, due_at=None
            )
        return email

    def settle(self, email: "OutgoingEmail", **changes: object) -> bool:
        """End this worker's claim with `changes`; return False if another has the lease."""
        mine = self.filter(pk=email.pk, status=EmailStatus.SENDING, claimed_by=email.claimed_by)
        return bool(mine.update(claimed_by=None, lease_until=None, **changes))

    def overtake(self, *things: str, by: int = 0) -> None:
        """Drop what waits about these things, and let nothing else about them be sent later.

        One that is being sent at this moment goes out with this attempt or never. `by` is the
        e-mail that overtakes them.
        """
        with connection.cursor() as cursor:
            cursor.execute(_OVERTAKE, [list(things), by])

    def restore(self, about: str, *, since: datetime) -> None:
        """Let what `overtake` has dropped of this thing since then wait again."""
        taken = self.about(about).filter(overtaken_at__gte=since, purged_at=None)
        dropped = taken.filter(status=EmailStatus.DROPPED)
        dropped.update(status=EmailStatus.WAITING, due_at=Now(), overtaken=False, overtaken_at=None)
        taken.update(overtaken=False, overtaken_at=None)


_CLAIM = """
    UPDATE mail_outgoingemail
       SET status = 'sending', claimed_by = %s, due_at = NULL, attempts = attempts + 1,
           lease_until = statement_timestamp() + make_interval(secs => %s)
     WHERE id = %s AND status = 'waiting'
       AND (not_after IS NULL OR not_after > statement_timestamp())
    RETURNING *
"""
_OVERTAKE = """
    UPDATE mail_outgoingemail
       SET overtaken = true, overtaken_at = statement_timestamp(), due_at = NULL,
           status = CASE status WHEN 'waiting' THEN 'dropped' ELSE status END
     WHERE about = ANY(%s) AND about <> '' AND id <> %s
       AND status IN ('waiting', 'sending', 'failed')
"""


@cache
def _insert_fields() -> list[models.Field]:
    return [field for field in OutgoingEmail._meta.local_concrete_fields if not field.primary_key]


@cache
def _insert_sql() -> str:
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column or "") for field in _insert_fields())
    places = ", ".join(["%s"] * len(_insert_fields()))
    table = quote(OutgoingEmail._meta.db_table)
    return (
        f"INSERT INTO {table} ({columns}) VALUES ({places}) "  # noqa: S608  our own names only
        "ON CONFLICT (key) DO NOTHING RETURNING id"
    )


class OutgoingEmail(models.Model):
    """A rendered e-mail on its way. `outbox` and `delivery` alone change it."""

    key = models.CharField(_("key"), max_length=200)
    template = models.CharField(_("kind"), max_length=80)
    about = models.CharField(_("about"), max_length=100, blank=True)
    # Text fields without a limit: what a person typed must never make the booking fail here.
    to = models.TextField(_("to"), blank=True)
    subject = models.TextField(_("subject"), blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    attachments = models.JSONField(_("attachments"), default=list, blank=True)
    secret = models.BooleanField(
        _("secret"),
        default=False,
        help_text=_("Its text opens an account: nobody is shown it, and it goes once it is sent."),
    )
    message_id = models.CharField(_("Message-ID"), max_length=255)

    status = models.CharField(
        _("status"), max_length=10, choices=EmailStatus, default=EmailStatus.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(
        _("next attempt"), null=True, blank=True, help_text=_("When the sweep hands it over next.")
    )
    not_after = models.DateTimeField(
        _("of use until"), null=True, blank=True, help_text=_("Not sent any more from then on.")
    )
    claimed_by = models.UUIDField(_("claimed by"), null=True, blank=True)
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    overtaken = models.BooleanField(_("overtaken by a later e-mail"), default=False)
    overtaken_at = models.DateTimeField(_("overtaken"), null=True, blank=True)
    last_error = models.TextField(_("why it did not go through"), blank=True)
    # When a server last refused it, and nobody could tell whether that was about its recipient.
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("came back"), null=True, blank=True)
    bounce_reason = models.TextField(_("why it came back"), blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    purged_at = models.DateTimeField(_("emptied"), null=True, blank=True)

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta:
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ("-pk",)
        # `change` is the right to send a failed e-mail again and to send a test message.
        default_permissions = ("view", "change")
        permissions = (
            ("send_outgoingemail", _("Can send failed e-mails again, and test messages")),
        )
        constraints = (
            models.UniqueConstraint(fields=["key"], name="mail_written_once_per_key"),
            models.CheckConstraint(
                name="mail_status_is_known", condition=Q(status__in=EmailStatus.values)
            ),
            models.CheckConstraint(
                name="mail_is_due_only_while_waiting",
                condition=Q(status=EmailStatus.WAITING, due_at__isnull=False)
                | (~Q(status=EmailStatus.WAITING) & Q(due_at=None)),
            ),
            models.CheckConstraint(
                name="mail_is_claimed_only_while_sending",
                condition=Q(
                    status=EmailStatus.SENDING, claimed_by__isnull=False, lease_until__isnull=False
                )
                | (~Q(status=EmailStatus.SENDING) & Q(claimed_by=None, lease_until=None)),
            ),
            models.CheckConstraint(
                name="mail_sent_has_its_time",
                condition=Q(status=EmailStatus.SENT, sent_at__isnull=False)
                | (~Q(status=EmailStatus.SENT) & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="mail_failed_says_why",
                condition=~Q(status=EmailStatus.FAILED)
                | ~Q(last_error="")
                | Q(purged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="mail_overtaken_does_not_wait",
                condition=Q(overtaken=False) | ~Q(status=EmailStatus.WAITING),
            ),
            models.CheckConstraint(
                name="mail_purged_holds_nobody",
                condition=Q(purged_at=None)
                | Q(
                    to="",
                    subject="",
                    text="",
                    html="",
                    attachments=[],
                    last_error="",
                    bounce_reason="",
                ),
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"],
                name="mail_sweep_waiting",
                condition=Q(status=EmailStatus.WAITING),
            ),
            models.Index(
                fields=["lease_until"],
                name="mail_sweep_sending",
                condition=Q(status=EmailStatus.SENDING),
            ),
            models.Index(fields=["created_at"], name="mail_to_purge", condition=Q(purged_at=None)),
            models.Index(fields=["message_id"], name="mail_by_message_id"),
            models.Index(
                fields=["bounced_at"],
                name="mail_bounced",
                condition=Q(bounced_at__isnull=False),
            ),
            models.Index(
                fields=["refused_at"],
                name="mail_refused",
                condition=Q(refused_at__isnull=False),
            ),
            models.Index(fields=["about"], name="mail_of_a_thing", condition=~Q(about="")),
            models.Index(
                fields=["status", "-id"],
                name="mail_not_sent",
                condition=~Q(status=EmailStatus.SENT),
            ),
            models.Index(fields=["created_at"], name="mail_by_time"),
            # Of the few that did not arrive, those of a kind are asked for by their keys.
            models.Index(
                fields=["template", "key"],
                name="mail_lost",
                condition=Q(status=EmailStatus.FAILED) | Q(bounced_at__isnull=False),
            ),
            # Every page of the admin counts those about what is ahead.
            models.Index(
                fields=["about", "created_at"],
                name="mail_failed_about",
                condition=Q(status=EmailStatus.FAILED, overtaken=False),
            ),
            # What staff search for stands anywhere in these, until they are emptied.
            GinIndex(
                OpClass(Upper("to"), name="gin_trgm_ops"),
                OpClass(Upper("subject"), name="gin_trgm_ops"),
                name="mail_by_any_part",
                condition=~Q(to=""),
                fastupdate=False,
            ),
        )

    def __str__(self) -> str:
        # No address and no subject: this text ends up in logs and in the audit trail.
        return f"{self.template} {self.pk}"

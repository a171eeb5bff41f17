"""What every outbox row is, e-mail or text: written once per key, claimed by one worker, settled.

An outbox is a table of its own. Its app's label begins the names of its constraints and indexes.
"""

from datetime import datetime
from functools import cache
from typing import Any, ClassVar, Self, TypeVar
from uuid import uuid4

from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Longer than the slowest server takes for one row; the tasks' time limits follow from it.
LEASE_SECONDS = 180
Row = TypeVar("Row", bound="OutboxRow")


class OutboxStatus(models.TextChoices):
    """Where an e-mail or a text stands."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    DROPPED = "dropped", _("no longer of use, not sent")


class OutboxQuerySet(models.QuerySet[Row]):
    """Times are compared with the clock of the database: workers on other machines may differ."""

    def about(self, *things: str) -> Self:
        """Return the rows of these things, each written like `appointment:42`."""
        return self.filter(about__in=things)

    def failed(self) -> Self:
        """Return those that will not be sent unless somebody asks for it."""
        return self.filter(status=OutboxStatus.FAILED)

    def overdue(self) -> Self:
        """Return those that wait although it is their time, longest first."""
        return self.filter(status=OutboxStatus.WAITING, due_at__lte=Now()).order_by("due_at")

    def abandoned(self) -> Self:
        """Return those whose worker went away while it was sending them."""
        return self.filter(status=OutboxStatus.SENDING, lease_until__lte=Now())

    def resendable(self) -> Self:
        """Return those that failed, are not overtaken since nor too late, and still have a body."""
        in_time = Q(not_after=None) | Q(not_after__gt=Now())
        return self.failed().filter(in_time, overtaken=False, purged_at=None)

    def settled(self) -> Self:
        """Return those that nothing is done about any more, and that still have their bodies."""
        settled = [OutboxStatus.SENT, OutboxStatus.FAILED, OutboxStatus.DROPPED]
        return self.filter(status__in=settled, purged_at=None)

    def write_once(self, row: Row) -> bool:
        """Insert `row` and set its primary key; return False when its key was written before.

        One statement, and a known key is no error that would break the caller's transaction.
        Django's `bulk_create(ignore_conflicts=True)` cannot tell which of the two has happened.
        """
        fields = _insert_fields(self.model)
        values = [f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields]
        with connection.cursor() as cursor:
            cursor.execute(_insert_sql(self.model), values)
            inserted = cursor.fetchone()
        if inserted:
            row.pk = inserted[0]
        return inserted is not None

    def claim(self, pk: int) -> Row | None:
        """Take a waiting row for one worker alone; return None when there is nothing to take.

        One whose `not_after` has passed is dropped instead. The lease lasts `LEASE_SECONDS`:
        after it the sweep gives the row to another worker.
        """
        values = [uuid4(), LEASE_SECONDS, pk]
        row = next(iter(self.raw(_named(_CLAIM, self.model), values)), None)
        if row is None:
            self.filter(pk=pk, status=OutboxStatus.WAITING, not_after__lte=Now()).update(
                status=OutboxStatus.DROPPED, due_at=None
            )
        return row

    def settle(self, row: Row, **changes: object) -> bool:
        """End this worker's claim with `changes`; return False if another has the lease."""
        mine = self.filter(pk=row.pk, status=OutboxStatus.SENDING, claimed_by=row.claimed_by)
        return bool(mine.update(claimed_by=None, lease_until=None, **changes))

    def overtake(self, *things: str, by: int = 0) -> None:
        """Drop what waits about these things, and let nothing else about them be sent later.

        One that is being sent at this moment goes out with this attempt or never. `by` is the
        row that overtakes them.
        """
        with connection.cursor() as cursor:
            cursor.execute(_named(_OVERTAKE, self.model), [list(things), by])

    def restore(self, about: str, *, since: datetime) -> None:
        """Let what `overtake` has dropped of this thing since then wait again."""
        taken = self.about(about).filter(overtaken_at__gte=since, purged_at=None)
        dropped = taken.filter(status=OutboxStatus.DROPPED)
        dropped.update(
            status=OutboxStatus.WAITING, due_at=Now(), overtaken=False, overtaken_at=None
        )
        taken.update(overtaken=False, overtaken_at=None)


_CLAIM = """
    UPDATE @table
       SET status = 'sending', claimed_by = %s, due_at = NULL, attempts = attempts + 1,
           lease_until = statement_timestamp() + make_interval(secs => %s)
     WHERE id = %s AND status = 'waiting'
       AND (not_after IS NULL OR not_after > statement_timestamp())
    RETURNING *
"""
_OVERTAKE = """
    UPDATE @table
       SET overtaken = true, overtaken_at = statement_timestamp(), due_at = NULL,
           status = CASE status WHEN 'waiting' THEN 'dropped' ELSE status END
     WHERE about = ANY(%s) AND about <> '' AND id <> %s
       AND status IN ('waiting', 'sending', 'failed')
"""


def _named(sql: str, model: type[models.Model]) -> str:
    return sql.replace("@table", connection.ops.quote_name(model._meta.db_table))


@cache
def _insert_fields(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.local_concrete_fields if not field.primary_key]


@cache
def _insert_sql(model: type[models.Model]) -> str:
    quote = connection.ops.quote_name
    fields = _insert_fields(model)
    columns = ", ".join(quote(field.column or "") for field in fields)
    places = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO @table ({columns}) VALUES ({places}) "  # noqa: S608  our own names only
    return _named(sql + "ON CONFLICT (key) DO NOTHING RETURNING id", model)


class OutboxRow(models.Model):
    """A rendered message on its way. Its app's outbox and delivery alone change it."""

    # What a row looks like once nothing of a person may stay in it, and what a worker runs for it.
    EMPTY: ClassVar[dict[str, Any]]
    BODY: ClassVar[tuple[str, ...]]  # of these, what is gone once a secret one is sent
    TASK: ClassVar[str]
    SWEEP: ClassVar[str]

    key = models.CharField(_("key"), max_length=200)
    template = models.CharField(_("kind"), max_length=80)
    about = models.CharField(_("about"), max_length=100, blank=True)
    # Text fields without a limit: what a person typed must never make the booking fail here.
    to = models.TextField(_("to"), blank=True)
    text = models.TextField(_("text"), blank=True)
    secret = models.BooleanField(
        _("secret"),
        default=False,
        help_text=_("Its text opens an account: nobody is shown it, and it goes once it is sent."),
    )

    status = models.CharField(
        _("status"), max_length=10, choices=OutboxStatus, default=OutboxStatus.WAITING
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
    overtaken = models.BooleanField(_("overtaken by a later one"), default=False)
    overtaken_at = models.DateTimeField(_("overtaken"), null=True, blank=True)
    last_error = models.TextField(_("why it did not go through"), blank=True)
    created_at = models.DateTimeField(_("written"), default=timezone.now)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    purged_at = models.DateTimeField(_("emptied"), null=True, blank=True)

    class Meta:
        abstract = True
        ordering = ("-pk",)
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(fields=["key"], name="%(app_label)s_written_once_per_key"),
            models.CheckConstraint(
                name="%(app_label)s_status_is_known", condition=Q(status__in=OutboxStatus.values)
            ),
            models.CheckConstraint(
                name="%(app_label)s_is_due_only_while_waiting",
                condition=Q(status=OutboxStatus.WAITING, due_at__isnull=False)
                | (~Q(status=OutboxStatus.WAITING) & Q(due_at=None)),
            ),
            models.CheckConstraint(
                name="%(app_label)s_is_claimed_only_while_sending",
                condition=Q(
                    status=OutboxStatus.SENDING, claimed_by__isnull=False, lease_until__isnull=False
                )
                | (~Q(status=OutboxStatus.SENDING) & Q(claimed_by=None, lease_until=None)),
            ),
            models.CheckConstraint(
                name="%(app_label)s_sent_has_its_time",
                condition=Q(status=OutboxStatus.SENT, sent_at__isnull=False)
                | (~Q(status=OutboxStatus.SENT) & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="%(app_label)s_failed_says_why",
                condition=~Q(status=OutboxStatus.FAILED)
                | ~Q(last_error="")
                | Q(purged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(app_label)s_overtaken_does_not_wait",
                condition=Q(overtaken=False) | ~Q(status=OutboxStatus.WAITING),
            ),
        )
        indexes: ClassVar[tuple[models.Index, ...]] = (
            models.Index(
                fields=["due_at"],
                name="%(app_label)s_sweep_waiting",
                condition=Q(status=OutboxStatus.WAITING),
            ),
            models.Index(
                fields=["lease_until"],
                name="%(app_label)s_sweep_sending",
                condition=Q(status=OutboxStatus.SENDING),
            ),
            models.Index(
                fields=["created_at"], name="%(app_label)s_to_purge", condition=Q(purged_at=None)
            ),
            models.Index(fields=["about"], name="%(app_label)s_of_a_thing", condition=~Q(about="")),
            models.Index(
                fields=["status", "-id"],
                name="%(app_label)s_not_sent",
                condition=~Q(status=OutboxStatus.SENT),
            ),
            models.Index(fields=["created_at"], name="%(app_label)s_by_time"),
            # Every page of the admin counts those about what is ahead.
            models.Index(
                fields=["about", "created_at"],
                name="%(app_label)s_failed_about",
                condition=Q(status=OutboxStatus.FAILED, overtaken=False),
            ),
        )

    def __str__(self) -> str:
        # Nobody's address, number or words: this text ends up in logs and in the audit trail.
        return f"{self.template} {self.pk}"

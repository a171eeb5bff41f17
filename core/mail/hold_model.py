"""The one row that says whether the mail server takes mail from us, for all workers to see."""

from datetime import datetime, timedelta

from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

FIRST_PAUSE, LONGEST_PAUSE = 5, 60  # seconds from one attempt to the next while it is held


class OutboxHoldQuerySet(models.QuerySet["OutboxHold"]):
    """There is one row at most, made by the first refusal. Times are the database's."""

    def held(self) -> "OutboxHold | None":
        """Return the row if the outbox is held."""
        return self.filter(held_since__isnull=False).first()

    def prepare(self) -> None:
        """Make the row where there is none: what was refused just now counts."""
        self.get_or_create(pk=1, defaults={"accepted_at": Now() - timedelta(minutes=1)})

    def take_turn(self) -> bool:
        """Take the next attempt of a held outbox; False while it is not time for it."""
        return _changed(_TAKE_TURN, [LONGEST_PAUSE, FIRST_PAUSE])

    def begin(self, *, reason: str, doubts_recipients: bool) -> bool:
        """Hold the outbox; return False where it was held already.

        Soon after another hold the pauses go on growing: a server that takes one mail of many is
        not asked every few seconds.
        """
        return _changed(_BEGIN, [reason, doubts_recipients, LONGEST_PAUSE, FIRST_PAUSE])

    def end(self) -> tuple[datetime, bool] | None:
        """Count refusals from none again, and end the hold: the server has taken a mail.

        Returns when it took one before, and whether the outbox was held; None where nothing was
        refused since, which writes nothing.
        """
        with connection.cursor() as cursor:
            cursor.execute(_IS_TO_END)
            row = cursor.fetchone()
            if row is None or not row[0]:
                return None
            cursor.execute(_END)
            return cursor.fetchone()


def _changed(sql: str, values: list[int | str | bool]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return bool(cursor.rowcount)


_TAKE_TURN = """
    UPDATE mail_outboxhold
       SET tries = least(tries + 1, 10),
           next_try_at = statement_timestamp() + make_interval(secs => least(%s, %s * 2 ^ tries))
     WHERE held_since IS NOT NULL AND next_try_at <= statement_timestamp()
"""
_BEGIN = """
    UPDATE mail_outboxhold h
       SET held_since = statement_timestamp(), reason = %s, doubts_recipients = %s,
           tries = before.tries,
           next_try_at = statement_timestamp()
                         + make_interval(secs => least(%s, %s * 2 ^ before.tries))
      FROM (SELECT CASE WHEN released_at > statement_timestamp() - interval '10 minutes'
                        THEN tries ELSE 0 END AS tries
              FROM mail_outboxhold) AS before
     WHERE h.held_since IS NULL
"""
_IS_TO_END = """
    SELECT held_since IS NOT NULL
           OR EXISTS (SELECT 1 FROM mail_outgoingemail WHERE refused_at > accepted_at)
      FROM mail_outboxhold
"""
_END = """
    UPDATE mail_outboxhold h
       SET accepted_at = statement_timestamp(), held_since = NULL, next_try_at = NULL, reason = '',
           released_at = CASE WHEN h.held_since IS NULL THEN h.released_at
                              ELSE statement_timestamp() END
      FROM (SELECT id, accepted_at, held_since FROM mail_outboxhold FOR UPDATE) AS before
     WHERE h.id = before.id
    RETURNING before.accepted_at, before.held_since IS NOT NULL
"""


class OutboxHold(models.Model):
    """Whether mails wait because the server refuses us. `outbox_hold` alone changes it."""

    accepted_at = models.DateTimeField(_("last mail taken"))
    held_since = models.DateTimeField(_("held since"), null=True, blank=True)
    released_at = models.DateTimeField(_("last released"), null=True, blank=True)
    next_try_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("attempts"), default=0)
    reason = models.TextField(_("why"), blank=True)
    # Held because nobody is said to read at one address after the other: that is not believed.
    doubts_recipients = models.BooleanField(_("recipients are doubted"), default=False)

    objects = OutboxHoldQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = (
            models.CheckConstraint(name="outbox_hold_is_one_row", condition=Q(pk=1)),
            models.CheckConstraint(
                name="outbox_hold_has_its_next_attempt",
                condition=Q(held_since__isnull=False, next_try_at__isnull=False)
                | Q(held_since=None, next_try_at=None),
            ),
        )

    def __str__(self) -> str:
        return "held" if self.held_since else "not held"

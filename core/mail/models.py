"""The outbox table: one row for each e-mail, written with the change that owes it."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from core.mail.hold_model import OutboxHold  # noqa: F401  (Django looks for models here)
from core.outbox.rows import OutboxQuerySet, OutboxRow, OutboxStatus

TASK = "core.mail.tasks.deliver"  # what a worker runs for one e-mail
SWEEP = "core.mail.tasks.sweep"  # and for all whose time it is
# What an e-mail looks like once nothing of a person may stay in it.
EMPTY = {"to": "", "subject": "", "text": "", "html": "", "attachments": []}
EMPTY |= {"last_error": "", "bounce_reason": ""}


EmailStatus = OutboxStatus  # where an e-mail stands


class OutgoingEmailQuerySet(OutboxQuerySet["OutgoingEmail"]):
    """What every outbox row can, and what comes back of e-mails."""

    def bounced(self) -> Self:
        """Return those that could not be delivered once sent, or that somebody complained about."""
        return self.filter(bounced_at__isnull=False)


class OutgoingEmail(OutboxRow):
    """A rendered e-mail on its way. `outbox` and `delivery` alone change it."""

    EMPTY, TASK, SWEEP = EMPTY, TASK, SWEEP
    BODY = ("text", "html", "attachments")

    subject = models.TextField(_("subject"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    attachments = models.JSONField(_("attachments"), default=list, blank=True)
    message_id = models.CharField(_("Message-ID"), max_length=255)
    overtaken = models.BooleanField(_("overtaken by a later e-mail"), default=False)
    # When a server last refused it, and nobody could tell whether that was about its recipient.
    refused_at = models.DateTimeField(_("refused"), null=True, blank=True)
    bounced_at = models.DateTimeField(_("came back"), null=True, blank=True)
    bounce_reason = models.TextField(_("why it came back"), blank=True, default="", db_default="")

    objects = OutgoingEmailQuerySet.as_manager()

    class Meta(OutboxRow.Meta):
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        # `change` is the right to send a failed e-mail again and to send a test message.
        default_permissions = ("view", "change")
        permissions = (
            ("send_outgoingemail", _("Can send failed e-mails again, and test messages")),
        )
        constraints = (
            *OutboxRow.Meta.constraints,
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
            *OutboxRow.Meta.indexes,
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
            # Of the few that did not arrive, those of a kind are asked for by their keys.
            models.Index(
                fields=["template", "key"],
                name="mail_lost",
                condition=Q(status=EmailStatus.FAILED) | Q(bounced_at__isnull=False),
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

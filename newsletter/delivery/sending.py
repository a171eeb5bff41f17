"""What a worker does with an issue: claim a batch, send it over one connection, settle each mail.

The batch itself is sent by `batch_sender`.
"""

from time import monotonic

from django.utils.translation import gettext as _

from core.mail.refusals import in_a_row_limit
from newsletter.delivery import queries, sending_rates
from newsletter.delivery.batch_sender import BatchSender
from newsletter.delivery.dispatch import WORKERS
from newsletter.delivery.mime import IssueMessage, return_path
from newsletter.delivery.queries import ClaimedBatch
from newsletter.delivery.sender_rejections import ConsecutiveRefusals, SenderRejected
from newsletter.delivery.smtp_client import ServerUnavailable, SMTPClient
from newsletter.issues import rendering, workflow
from newsletter.models import Issue

BATCH = 200


def send_batches(issue_pk: int, *, worker: str, seconds: float) -> bool:
    """Send one batch after the other for so long; return whether more can be sent right away."""
    until = monotonic() + seconds
    issue = Issue.objects.get(pk=issue_pk)
    message = IssueMessage(rendering.frozen(issue), issue=issue_pk)
    refusals = ConsecutiveRefusals(in_a_row_limit(issue.total), issue_pk)
    while monotonic() < until:
        claimed = _claim(issue_pk, worker)
        if claimed is None:
            workflow.finish(issue_pk)
            return False
        if not _send_batch(issue_pk, claimed, message, refusals, until):
            return False
    return True


def _claim(issue_pk: int, worker: str) -> ClaimedBatch | None:
    room = sending_rates.room()
    most = BATCH if room is None else min(BATCH, room)
    return queries.claim(issue_pk, worker, most=most, workers=WORKERS) if most else None


def _send_batch(
    issue: int,
    claimed: ClaimedBatch,
    message: IssueMessage,
    refusals: ConsecutiveRefusals,
    until: float,
) -> bool:
    """Send one batch; return False where this worker should not go on with the issue for now."""
    try:
        client = SMTPClient(return_path())
    except ServerUnavailable as error:
        _retry_later(issue, error)
        queries.finish(claimed.batch)
        return False
    sender = BatchSender(claimed, message, client, refusals, until)
    try:
        sender.run()
    except ServerUnavailable as error:
        sender.connection_lost(str(error))
        _retry_later(issue, error)
        return False
    except sending_rates.CannotCount:
        because = _("The cache is away, so the limits cannot be kept.")
        workflow.pause_and_retry(issue, because=because)
        return False
    except SenderRejected as error:
        workflow.pause_for_staff(issue, because=str(error))
        return False
    finally:
        sender.settle()
        because = _("The worker stopped while it was sending this one.")
        if queries.finish(claimed.batch, uncertain_because=because):
            workflow.reset_retries(issue)
        client.close()
        refusals.suppress_hard_bounces()
    return not sender.stopped


def _retry_later(issue: int, error: ServerUnavailable) -> None:
    workflow.pause_and_retry(issue, because=_("The mail server is away: %s") % error)

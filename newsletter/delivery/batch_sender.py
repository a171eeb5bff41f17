"""One batch over one SMTP connection: each mail is marked as in flight before its text is sent."""

import random
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic, sleep

from django.utils.translation import gettext as _

from newsletter.delivery import queries, sending_rates
from newsletter.delivery.mime import InvalidAddress, IssueMessage, Recipient, smtp_address
from newsletter.delivery.queries import RENEWED_SECONDS, ClaimedBatch, ClaimedDelivery
from newsletter.delivery.sender_rejections import ConsecutiveRefusals, SenderRejected
from newsletter.delivery.smtp_client import ServerUnavailable, SMTPClient
from newsletter.delivery.smtp_replies import Reply

TRIES = 8  # 5, 10, 20 … minutes, then every four hours: about a day
# A final refusal that says nothing of its reader may be about us, and over in a while.
UNBELIEVED_TRIES = 3
FIRST_RETRY, LONGEST_RETRY = 300, 4 * 3600  # seconds
LONGEST_WAIT = 1.5  # seconds that are waited for in place; after longer ones others have their turn


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery; it is written with the step that marks the next one."""

    delivery: ClaimedDelivery
    status: str
    reason: str = ""
    wait: float = 0


class BatchSender:
    """One batch on one connection.

    `run` raises ServerUnavailable, CannotCount or SenderRejected. `stopped` says that the issue is
    not being sent any more, or that the batch is not ours any more.
    """

    def __init__(
        self,
        claimed: ClaimedBatch,
        message: IssueMessage,
        client: SMTPClient,
        refusals: ConsecutiveRefusals,
        until: float,
    ) -> None:
        self.batch = claimed.batch
        self.waiting = deque(self._with_smtp_addresses(claimed.deliveries))
        self.message, self.client, self.refusals = message, client, refusals
        self.until = until
        self.stopped = False
        self._outcome: Outcome | None = None
        self._in_flight: ClaimedDelivery | None = None  # marked so, its text not yet begun
        self._text_sent: ClaimedDelivery | None = None  # its text has begun to leave
        self._text = b""
        self._renew_at = monotonic() + RENEWED_SECONDS

    def run(self) -> None:
        """Send until nothing waits, the time is over, or nothing more may go now."""
        delivery = self._offer_next()
        while delivery is not None:
            delivery = self._send(delivery) or self._offer_next()

    def settle(self) -> None:
        """Write down what became of the last one."""
        if self._outcome is not None:
            self._step(None)

    def connection_lost(self, reason: str) -> None:
        """Decide what became of the one that was on the connection when it broke.

        Uncertain where its text had begun to leave: the server may have it. Else it is tried again.
        """
        if self._text_sent is not None:
            self.settle()
            self._outcome = Outcome(self._text_sent, "uncertain", reason)
        elif self._in_flight is not None:
            self.settle()
            self._outcome = Outcome(self._in_flight, "deferred", reason, wait=60)

    def _send(self, delivery: ClaimedDelivery) -> ClaimedDelivery | None:
        """Go on with the one that was offered; return the next, if it is offered already."""
        if not self._recipient_accepted(delivery) or not self._mark_in_flight(delivery):
            return None
        reply = self.client.start_text()
        if reply.code != 354:
            self._refused(delivery, reply)
            return None
        self._text_sent, self._in_flight = delivery, None
        upcoming = self._offer_next(after=self._text)
        reply = self.client.read_text_reply()
        self._text_sent = None
        if reply.accepted:
            self._outcome = Outcome(delivery, "sent")
            self.refusals.record_accepted()
        else:
            self._refused(delivery, reply)
        return upcoming

    def _offer_next(self, *, after: bytes = b"") -> ClaimedDelivery | None:
        """Name the next recipient to the server, behind the text of the mail before.

        None where none may go right now. Without `after` it waits until one may.
        """
        while self.waiting and not self.stopped and monotonic() < self.until:
            delivery, address = self.waiting.popleft()
            wait = self._wait_for(delivery, behind_a_text=bool(after))
            if wait:
                if after:
                    self.waiting.appendleft((delivery, address))
                    break
                self._postpone(delivery, address, wait)
                continue
            self.client.offer_recipient(address, after=after)
            self._text = self.message.octets(Recipient(address, delivery.key, delivery.pk))
            return delivery
        if after:
            self.client.send_text(after)
        return None

    def _wait_for(self, delivery: ClaimedDelivery, *, behind_a_text: bool) -> float:
        """Return the seconds until it may go, 0 for now. Raises CannotCount."""
        try:
            return sending_rates.wait(delivery.domain)
        except sending_rates.CannotCount:
            if not behind_a_text:
                raise
            return LONGEST_WAIT  # the text that is under way goes first; then it is asked again

    def _postpone(self, delivery: ClaimedDelivery, address: str, wait: float) -> None:
        self.settle()
        if wait <= LONGEST_WAIT:
            sleep(wait)
            self.waiting.appendleft((delivery, address))
        else:
            queries.postpone(self.batch, delivery.pk, wait=wait)
        self._renew_lease()

    def _with_smtp_addresses(
        self, claimed: list[ClaimedDelivery]
    ) -> Iterator[tuple[ClaimedDelivery, str]]:
        """Yield each with its address as servers take it; the others fail at once."""
        reason = _("No mail server takes this address as it is written.")
        for delivery in claimed:
            try:
                yield delivery, smtp_address(delivery.email)
            except InvalidAddress:
                queries.step(self.batch, done=delivery.pk, status="failed", reason=reason)

    def _recipient_accepted(self, delivery: ClaimedDelivery) -> bool:
        """Read what the server says to this recipient, and settle a refusal."""
        sender, recipient = self.client.read_recipient_reply()
        if recipient is None:
            if sender.temporary:
                raise ServerUnavailable(sender.reason)
            raise SenderRejected(_("The mail server refuses our sender: %s") % sender.reason)
        if recipient.accepted:
            return True
        if recipient.hard_bounce:
            self.refusals.record_hard_bounce(delivery.subscriber, recipient.reason)
        self._refused(delivery, recipient)
        return False

    def _mark_in_flight(self, delivery: ClaimedDelivery) -> bool:
        """Settle the one before and mark this one, which commits, unless it is unwanted by now."""
        self._renew_lease()
        said = self._step(delivery)
        if said == "go":
            self._in_flight = delivery
            return True
        self.client.cancel_recipient()
        self.stopped = said != "skip"
        return False

    def _refused(self, delivery: ClaimedDelivery, reply: Reply) -> None:
        self.settle()
        self._in_flight = None
        tries = TRIES if reply.temporary else 1 if reply.hard_bounce else UNBELIEVED_TRIES
        if delivery.tries + 1 < tries:
            wait = _retry_delay(delivery.tries)
            self._outcome = Outcome(delivery, "deferred", reply.reason, wait=wait)
        else:
            self._outcome = Outcome(delivery, "failed", reply.reason)
        if reply.closes_connection:
            raise ServerUnavailable(reply.reason)
        if not reply.temporary:
            self.refusals.record_refusal(reply.reason)

    def _step(self, upcoming: ClaimedDelivery | None) -> str:
        done, self._outcome = self._outcome, None
        return queries.step(
            self.batch,
            done=done.delivery.pk if done else None,
            status=done.status if done else "",
            reason=done.reason if done else "",
            wait=done.wait if done else 0,
            upcoming=upcoming.pk if upcoming else None,
            address=upcoming.email if upcoming else "",
        )

    def _renew_lease(self) -> None:
        if monotonic() >= self._renew_at:
            self._renew_at = monotonic() + RENEWED_SECONDS
            self.stopped = self.stopped or not queries.renew_lease(self.batch)


def _retry_delay(tries: int) -> float:
    """Double the seconds after each attempt, up to four hours, and up to a fifth more or less."""
    delay = min(FIRST_RETRY * 2 ** min(tries, 10), LONGEST_RETRY)
    return delay * random.uniform(0.8, 1.2)  # noqa: S311  spreads the load, guards nothing

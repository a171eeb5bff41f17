"""Refusals one after the other: about the recipients, or about us as the sender?

An address that nobody reads any more is suppressed, but only once the server has shown that it
takes mail from us: a server that says the same to everybody must not empty the list.
"""

import logging
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from newsletter.models import Batch, Subscriber
from newsletter.subscription.hard_bounces import record_hard_bounce

log = logging.getLogger(__name__)


class SenderRejected(Exception):
    """The server refuses us. Its text says why, for staff."""


@dataclass
class ConsecutiveRefusals:
    """Counts what one worker is refused in a row, and keeps who bounced hard until it is believed.

    `hard_bounces` are reasons by the subscriber's primary key.
    """

    limit: int
    issue: int
    count: int = 0
    any_accepted: bool = False
    hard_bounces: dict[int, str] = field(default_factory=dict)

    def record_accepted(self) -> None:
        """Count from none again: the server takes mail from us."""
        self.count, self.any_accepted = 0, True

    def record_refusal(self, reason: str) -> None:
        """Count one more. Raises SenderRejected for the last of so many."""
        self.count += 1
        if self.count >= self.limit:
            self.hard_bounces.clear()
            raise SenderRejected(
                _("The mail server refused {count} in a row, the last one with: {reason}").format(
                    count=self.count, reason=reason
                )
            )

    def record_hard_bounce(self, subscriber: int, reason: str) -> None:
        """Keep who has to be suppressed, if the server is to be believed."""
        self.hard_bounces[subscriber] = reason

    def suppress_hard_bounces(self) -> None:
        """Take them off the list, once the server has taken an e-mail of this issue."""
        if not self.hard_bounces or self.count >= self.limit or not self._server_takes_mail():
            return
        for pk, reason in self.hard_bounces.items():
            subscriber = Subscriber.objects.filter(pk=pk).first()
            if subscriber is not None:
                record_hard_bounce(subscriber, how=reason, issue=self.issue)
        self.hard_bounces.clear()

    def _server_takes_mail(self) -> bool:
        """Return whether it has taken any of this issue, from this worker or from another."""
        accepted = Batch.objects.filter(issue=self.issue, sent__gt=0)
        return self.any_accepted or accepted.exists()

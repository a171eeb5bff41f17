"""Refusals one after the other: about the recipients, or about us?

An address that nobody reads any more is suppressed, but only once the server has shown that it
takes mail from us: a server that says the same to everybody must not empty the list.
"""

import logging
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from newsletter import subscription
from newsletter.models import Batch, Subscriber

log = logging.getLogger(__name__)
IN_A_ROW = 20  # so many refused one after the other is about us, not about them
FEWEST = 3  # of a small issue, all of it, but no fewer


class AboutUs(Exception):
    """The server refuses us. Its text says why, for staff."""


def in_a_row(total: int) -> int:
    """Return how many refusals in a row are about us, of an issue with so many recipients."""
    return min(IN_A_ROW, max(FEWEST, total)) if total else IN_A_ROW


@dataclass
class InARow:
    """The refusals of one worker. `gone` are addresses that nobody reads, as the server says."""

    most: int
    issue: int
    count: int = 0
    took_one: bool = False
    gone: dict[int, str] = field(default_factory=dict)

    def sent(self) -> None:
        self.count, self.took_one = 0, True

    def refused(self, reason: str) -> None:
        """Raises AboutUs with the last of so many."""
        self.count += 1
        if self.count >= self.most:
            self.gone.clear()
            raise AboutUs(
                _("The mail server refused {count} in a row, the last one with: {reason}").format(
                    count=self.count, reason=reason
                )
            )

    def nobody(self, subscriber: int, reason: str) -> None:
        self.gone[subscriber] = reason

    def act(self) -> None:
        """Take off those whose addresses are gone, once the server has shown that it takes mail."""
        if not self.gone or self.count >= self.most or not self._believed():
            return
        for pk, reason in self.gone.items():
            subscriber = Subscriber.objects.filter(pk=pk).first()
            if subscriber is not None:
                subscription.bounced(subscriber, how=reason, issue=self.issue)
        self.gone.clear()

    def _believed(self) -> bool:
        """Whether it has taken a letter of this issue, from this worker or from another."""
        taken = Batch.objects.filter(issue=self.issue, sent__gt=0)
        return self.took_one or taken.exists()

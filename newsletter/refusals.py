"""Refusals one after the other: about the recipients, or about us?

An address that nobody reads any more is suppressed, but only once the server has shown that it
takes mail from us: a server that says the same to everybody must not empty the list.
"""

import logging
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from newsletter import subscription
from newsletter.models import Subscriber

log = logging.getLogger(__name__)


class AboutUs(Exception):
    """The server refuses us. Its text says why, for staff."""


@dataclass
class InARow:
    most: int
    issue: int
    count: int = 0
    gone: dict[int, str] = field(default_factory=dict)

    def sent(self) -> None:
        self.count = 0

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
        """Suppress those whose addresses are gone, as far as the server can be believed."""
        if self.count >= self.most:
            return
        for pk, reason in self.gone.items():
            subscriber = Subscriber.objects.filter(pk=pk).first()
            if subscriber is not None:
                subscription.suppress(
                    subscriber, because=Subscriber.State.BOUNCED, how=reason, issue=self.issue
                )
        self.gone.clear()

"""What a provider of texts can do, and what it tells us."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from django.http import HttpRequest

from core.sms.provider_address import Address


class Reason(StrEnum):
    """What it means that a text did not go through."""

    LANDLINE = "landline"  # it takes no texts
    WRONG_NUMBER = "wrong_number"  # nobody has it
    STOPPED = "stopped"  # its owner said STOP to the provider
    REFUSED = "refused"  # this text or this number, for good
    ACCOUNT = "account"  # us: the account, its number, its credit; nothing of this text
    MOMENT = "moment"  # another attempt may work


class NotSent(Exception):
    """The provider did not take a text. Its words are for staff; they name no number."""

    def __init__(self, reason: Reason, words: str, *, doubtful: bool = False) -> None:
        super().__init__(words)
        self.reason, self.words = reason, words
        # Whether it may have taken it all the same: then what it reports is waited for.
        self.doubtful = doubtful


@dataclass(frozen=True)
class Taken:
    """The provider took a text."""

    provider_id: str
    cost: Decimal | None = None


class Outcome(StrEnum):
    """What became of a text that a provider took."""

    ACCEPTED = "accepted"  # on its way
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True)
class Report:
    """What a provider says of one of our texts."""

    reference: str  # ours, where it repeats it
    provider_id: str
    outcome: Outcome
    reason: Reason | None = None
    words: str = ""
    cost: Decimal | None = None


@dataclass(frozen=True)
class Received:
    """A text that somebody sent to the clinic's number."""

    event: str  # the provider's name for it
    number: str
    text: str
    answered: bool = False  # the provider itself has answered this word


class Provider:
    """One account with one provider of texts."""

    name: ClassVar[str]

    def __init__(self, address: Address) -> None:
        self.address = address

    def send(self, *, to: str, text: str, reference: str) -> Taken:
        """Have one text sent; return what it was taken as. Raises NotSent."""
        raise NotImplementedError

    def read(self, request: HttpRequest) -> list[Report | Received]:
        """Return what a call of the provider tells.

        Raises SuspiciousOperation where it is not signed, or too old, and ValueError, KeyError or
        TypeError for what cannot be read.
        """
        raise NotImplementedError

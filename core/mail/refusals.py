"""What a refusal is about: this recipient, or us. One rule for the outbox and the newsletter. Pure.

A server that says the same to one recipient after the other means us, whatever its words are: a
blocked account, a quota, a list, a password that was changed.
"""

import re
from enum import StrEnum

from core.mail.bounce_classification import Bounce, classify

# So many recipients refused one after the other, and none taken in between, are about us: few
# where the words do not name the recipient, many where they say that nobody reads there.
MOST_UNEXPLAINED = 5
MOST_IN_A_ROW = 20
FEWEST_IN_A_ROW = 3  # of a small mailing, all of it, but no fewer
_ADDRESS = re.compile(r"(?<![^\s<>@])<?[^\s<>@]+@[^\s<>]+>?")
# A name that the server gave to this one e-mail or connection: "id 4Fxy9Zq", "AB12-CD34".
_SERVERS_NAME = re.compile(r"\b(?=[\w-]*\d)[\w-]{6,}\b")
_LONGEST = 300


class About(StrEnum):
    """Whom a refusal is about."""

    RECIPIENT = "recipient"  # nobody reads there
    SENDER = "sender"  # us, or nobody can tell
    MOMENT = "moment"  # this recipient, for now: another attempt may work


def about(code: int, text: str, *, of_recipient: bool) -> About:
    """Return whom a server's reply is about.

    `of_recipient`: it answered the name of the recipient (RCPT), not our sender or our text.
    """
    meaning = classify("", f"{code} {text}")
    if 500 <= code < 600:
        return About.RECIPIENT if meaning == Bounce.HARD else About.SENDER
    # A mailbox that is busy, a server that asks unknown senders for patience (greylisting).
    for_now = of_recipient and code != 421 and meaning != Bounce.SENDER_REJECTED
    return About.MOMENT if for_now else About.SENDER


def in_a_row_limit(total: int) -> int:
    """Return how many refusals in a row are about us, of a mailing to so many recipients."""
    return min(MOST_IN_A_ROW, max(FEWEST_IN_A_ROW, total)) if total else MOST_IN_A_ROW


def are_about_us(*, unexplained: int, nobody_there: int) -> bool:
    """Return whether refusals in a row, of so many different recipients, are about us.

    `unexplained` are those whose words do not say that nobody reads there.
    """
    return unexplained >= MOST_UNEXPLAINED or unexplained + nobody_there >= MOST_IN_A_ROW


def without_addresses(text: str) -> str:
    """Return it as one line that names nobody."""
    return " ".join(_ADDRESS.sub("…", text).replace("\0", "").split())[:_LONGEST]


def same_words(text: str) -> str:
    """Return what is the same in answers to several e-mails: reasons are counted by it."""
    return _SERVERS_NAME.sub("…", without_addresses(text))

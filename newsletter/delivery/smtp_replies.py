"""What an SMTP server's answer means for a mail, its recipient, and all of them. Pure."""

import re
from dataclasses import dataclass

from newsletter.bounces import classification

_ADDRESS = re.compile(r"(?<![^\s<>@])<?[^\s<>@]+@[^\s<>]+>?")
_LONGEST = 300


@dataclass(frozen=True)
class Answer:
    code: int
    text: str

    @property
    def accepted(self) -> bool:
        return 200 <= self.code < 300

    @property
    def passing(self) -> bool:
        """The same may be accepted later."""
        return not self.accepted and not 500 <= self.code < 600

    @property
    def ends_the_line(self) -> bool:
        return self.code == 421

    @property
    def nobody_there(self) -> bool:
        """The answer to a recipient says that nobody reads there: the rule of all reports."""
        for_good = 500 <= self.code < 600
        return (
            for_good
            and classification.verdict("", f"{self.code} {self.text}")
            == classification.Verdict.GONE
        )

    @property
    def reason(self) -> str:
        """One line for staff, without the address: refusals of one kind are counted together."""
        words = " ".join(_ADDRESS.sub("…", f"{self.code} {self.text}").replace("\0", "").split())
        return words[:_LONGEST]

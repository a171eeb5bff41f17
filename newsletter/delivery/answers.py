"""What an SMTP server's answer means for a mail, its recipient, and all of them. Pure."""

import re
from dataclasses import dataclass

_ADDRESS = re.compile(r"(?<![^\s<>@])<?[^\s<>@]+@[^\s<>]+>?")
_ENHANCED = re.compile(r"^\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
# Bad mailbox, moved, gone, null MX, disabled: nobody reads there. Not: full, policy, spam.
_NOBODY = {("1", "0"), ("1", "1"), ("1", "2"), ("1", "3"), ("1", "6"), ("1", "10"), ("2", "1")}
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
        """The answer to a recipient says that the address takes no mail, now and later."""
        enhanced = _ENHANCED.match(self.text)
        if enhanced:
            return enhanced[1] == "5" and (enhanced[2], enhanced[3]) in _NOBODY
        return self.code in (550, 551, 553)

    @property
    def reason(self) -> str:
        """One line for staff, without the address: refusals of one kind are counted together."""
        words = " ".join(_ADDRESS.sub("…", f"{self.code} {self.text}").replace("\0", "").split())
        return words[:_LONGEST]

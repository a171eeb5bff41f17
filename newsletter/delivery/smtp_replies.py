"""What a reply of an SMTP server means for a mail, for its recipient, and for all of them. Pure."""

from dataclasses import dataclass

from core.mail import refusals


@dataclass(frozen=True)
class Reply:
    """One reply: its code, such as 250, and the text behind it."""

    code: int
    text: str

    @property
    def accepted(self) -> bool:
        """Return whether the server did what it was asked."""
        return 200 <= self.code < 300

    @property
    def temporary(self) -> bool:
        """Return whether the same may be accepted later."""
        return not self.accepted and not 500 <= self.code < 600

    @property
    def closes_connection(self) -> bool:
        """Return whether the server says nothing more on this connection (RFC 5321, 3.8)."""
        return self.code == 421

    @property
    def hard_bounce(self) -> bool:
        """Return whether nobody reads at this recipient: judged by the rule for all reports."""
        about = refusals.about(self.code, self.text, of_recipient=True)
        return about == refusals.About.RECIPIENT

    @property
    def reason(self) -> str:
        """Return one line for staff, without the address: equal reasons are counted together."""
        return refusals.without_addresses(f"{self.code} {self.text}")

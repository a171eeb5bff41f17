"""A file that travels with an e-mail, and how it stands in the outbox row."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from email.message import Message
from typing import Any, Self


@dataclass(frozen=True)
class Attachment:
    """`mimetype` may carry parameters: `text/calendar; method=REQUEST; charset=utf-8`."""

    filename: str
    content: str | bytes
    mimetype: str

    def to_json(self) -> dict[str, Any]:
        """Text stays text, so that it can be read in the database; bytes become base64."""
        if isinstance(self.content, str):
            stored = {"content": self.content.replace("\0", "")}
        else:
            stored = {"base64": b64encode(self.content).decode()}
        return {"filename": self.filename, "mimetype": self.mimetype, **stored}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        content = b64decode(stored["base64"]) if "base64" in stored else stored["content"]
        return cls(stored["filename"], content, stored["mimetype"])

    @property
    def content_type(self) -> str:
        """The type without parameters, in lower case."""
        return self._header.get_content_type()

    @property
    def calendar_method(self) -> str:
        """`REQUEST` or `CANCEL` when a mail program should act on it; empty for any other file."""
        if self.content_type != "text/calendar":
            return ""
        return str(self._header.get_param("method", "")).upper()

    @property
    def octets(self) -> bytes:
        return self.content.encode() if isinstance(self.content, str) else self.content

    @property
    def _header(self) -> Message:
        header = Message()
        header["Content-Type"] = self.mimetype
        return header

"""A file that travels with an e-mail, and how it stands in the outbox row."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from email.message import Message
from typing import Any, Self


@dataclass(frozen=True)
class Attachment:
    """A file. `mimetype` may carry parameters: `text/calendar; method=REQUEST; charset=utf-8`."""

    filename: str
    content: str | bytes
    mimetype: str

    def to_json(self) -> dict[str, Any]:
        """Store text as text, so that it can be read in the database; the rest as base64."""
        text = self._as_text()
        stored = {"base64": b64encode(self.octets).decode()} if text is None else {"content": text}
        return {"filename": self.filename, "mimetype": self.mimetype, **stored}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        content = b64decode(stored["base64"]) if "base64" in stored else stored["content"]
        return cls(stored["filename"], content, stored["mimetype"])

    @property
    def content_type(self) -> str:
        """Return the type without parameters, in lower case."""
        return self.mimetype.partition(";")[0].strip().lower()

    @property
    def calendar_method(self) -> str:
        """Return `REQUEST` or `CANCEL` when mail programs should act on it; else nothing."""
        if self.content_type != "text/calendar":
            return ""
        header = Message()
        header["Content-Type"] = self.mimetype
        method = str(header.get_param("method", "")).upper()
        return method if method in ("REQUEST", "CANCEL") else ""

    @property
    def octets(self) -> bytes:
        return self.content.encode() if isinstance(self.content, str) else self.content

    def _as_text(self) -> str | None:
        if not self.content_type.startswith("text/"):
            return None
        try:
            text = self.octets.decode()
        except UnicodeDecodeError:
            return None
        return None if "\0" in text else text  # PostgreSQL's JSON cannot hold it

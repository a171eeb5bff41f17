"""What the mail server of the drill has taken, read from its journal as it grows."""

import json
import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mail:
    """One mail as it arrived; `at` by the monotonic clock that all processes share."""

    at: float
    to: str
    id: str
    letter: bool
    subject: str = ""
    link: str = ""


class Inbox:
    """Everybody's mailboxes. Safe to be asked by many threads."""

    def __init__(self, journal: Path) -> None:
        self._journal, self._read = journal, 0
        self._lock = threading.Lock()
        self.mails: list[Mail] = []
        self.by_address: dict[str, list[Mail]] = defaultdict(list)  # clinic mail alone
        self.letters, self.last_letter = 0, 0.0

    def look(self) -> None:
        """Read what came since the last look."""
        with self._lock:
            if not self._journal.exists():
                return
            with self._journal.open("rb") as file:
                file.seek(self._read)
                octets = file.read()
            whole = octets[: octets.rfind(b"\n") + 1]
            self._read += len(whole)
            for line in whole.splitlines():
                self._keep(Mail(**json.loads(line)))

    def _keep(self, mail: Mail) -> None:
        self.mails.append(mail)
        if mail.letter:
            self.letters, self.last_letter = self.letters + 1, mail.at
        else:
            self.by_address[mail.to].append(mail)

    def first_to(self, address: str, subject: str, *, seconds: float) -> Mail | None:
        """Return the first mail to them whose subject begins so; None if none came in time."""
        deadline = time.monotonic() + seconds
        while True:
            self.look()
            for mail in list(self.by_address.get(address, ())):
                if mail.subject.startswith(subject):
                    return mail
            if time.monotonic() > deadline:
                return None
            time.sleep(0.1)

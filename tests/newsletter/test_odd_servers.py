"""What an issue makes of mail servers that answer otherwise than most, over a real connection."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from newsletter.models import Issue
from tests.newsletter.issues import mail_through, make_issue, make_readers, send, statuses

pytestmark = pytest.mark.django_db
PIPELINING = b"250-odd\r\n250-8BITMIME\r\n250 PIPELINING\r\n"
CLOSE = b""


class OddServer:
    """Answers each command by its first word; the last of several answers is kept."""

    def __init__(self, **answers: bytes | list[bytes]) -> None:
        self.answers = {verb: [a] if isinstance(a, bytes) else a for verb, a in answers.items()}
        self.pieces: list[bytes] = []  # as they came off the line
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                line, _address = self.listener.accept()
                with line, suppress(OSError, EOFError):
                    self._talk(line)

    def _talk(self, line: socket.socket) -> None:
        rest, in_text = b"", False
        self._say(line, "GREETING", b"220 odd\r\n")
        while True:
            end = rest.find(b"\r\n.\r\n" if in_text else b"\r\n")
            if end < 0:
                piece = line.recv(65536)
                if not piece:
                    return
                self.pieces.append(piece)
                rest += piece
                continue
            command, rest = rest[:end], rest[end + (5 if in_text else 2) :]
            verb = "TEXT" if in_text else command[:4].decode().upper()
            default = {"EHLO": PIPELINING, "DATA": b"354 Go on\r\n"}.get(verb, b"250 OK\r\n")
            said = self._say(line, verb, default)
            in_text = verb == "DATA" and said.startswith(b"354")

    def _say(self, line: socket.socket, verb: str, default: bytes) -> bytes:
        mine = self.answers.get(verb, [default])
        said = mine.pop(0) if len(mine) > 1 else mine[0]
        if said == CLOSE:
            raise EOFError
        line.sendall(said)
        return said


@contextmanager
def odd_server(**answers: bytes | list[bytes]) -> Iterator[OddServer]:
    server = OddServer(**answers)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.listener.close()


@pytest.fixture
def sent(settings):
    """An issue to three readers, sent once through a server that answers so."""

    def through(**answers: bytes | list[bytes]) -> tuple[Issue, OddServer]:
        with odd_server(**answers) as server:
            mail_through(settings, server.url)
            make_readers(3)
            return send(make_issue()), server

    return through


def test_with_pipelining_a_text_and_the_next_envelope_leave_in_one_piece(sent):
    issue, server = sent()
    assert statuses(issue) == {"sent": 3}
    assert issue.status == Issue.Status.SENT
    together = [piece for piece in server.pieces if b"\r\n.\r\nMAIL FROM" in piece]
    assert len(together) == 2, "behind the last text there is none"
    assert not any(b"DATA" in piece and b"RCPT" in piece for piece in server.pieces)


@pytest.mark.parametrize(
    ("answers", "expected", "said"),
    [
        ({"MAIL": b"550 5.7.1 Not you\r\n"}, {"waiting": 3}, "refuses our sender"),
        ({"MAIL": b"451 Later\r\n"}, {"waiting": 3}, "is away: 451 Later"),
        ({"RCPT": b"421 Too many\r\n"}, {"deferred": 1, "waiting": 2}, "is away: 421 Too many"),
        ({"DATA": b"421 Going down\r\n"}, {"deferred": 1, "waiting": 2}, "is away: 421"),
        ({"TEXT": b"421 Going down\r\n"}, {"deferred": 1, "waiting": 2}, "is away: 421"),
        ({"RCPT": b"Hello there\r\n"}, {"waiting": 3}, "does not speak SMTP"),
        ({"DATA": CLOSE}, {"deferred": 1, "waiting": 2}, "closed the connection"),
        ({"TEXT": CLOSE}, {"uncertain": 1, "waiting": 2}, "closed the connection"),
        ({"GREETING": b"554 No service\r\n"}, {"waiting": 3}, "is away: 554 No service"),
        ({"GREETING": CLOSE}, {"waiting": 3}, "is away"),
    ],
)
@pytest.mark.parametrize("hello", [PIPELINING, b"250 odd\r\n"], ids=["pipelining", "one by one"])
def test_a_server_that_wants_none_now_pauses_the_issue_and_says_why(
    sent, hello, answers, expected, said
):
    issue, _server = sent(EHLO=hello, **answers)
    assert (issue.status, statuses(issue)) == (Issue.Status.PAUSED, expected)
    assert said in issue.reason


@pytest.mark.parametrize("hello", [PIPELINING, b"250 odd\r\n"], ids=["pipelining", "one by one"])
def test_one_refused_text_holds_nobody_else_up(sent, hello):
    refused = [b"451-Busy\r\n451 Later\r\n", b"250 OK\r\n"]
    issue, _server = sent(EHLO=hello, TEXT=refused)
    assert statuses(issue) == {"deferred": 1, "sent": 2}
    issue, _server = sent(EHLO=hello, DATA=[b"451 Later\r\n", b"354 Go on\r\n"])
    assert statuses(issue)["deferred"] == 1


def test_a_password_is_said_to_a_server_that_asks_for_one(settings):
    hello = b"250-odd\r\n250 AUTH PLAIN\r\n"
    for answer, found in ((b"235 Yes\r\n", "sent"), (b"535 5.7.8 No\r\n", "waiting")):
        with odd_server(EHLO=hello, AUTH=answer) as server:
            mail_through(settings, server.url)
            settings.NEWSLETTER_EMAIL |= {
                "EMAIL_HOST_USER": "clinic",
                "EMAIL_HOST_PASSWORD": "secret",
            }
            make_readers(1)
            issue = send(make_issue())
            assert set(statuses(issue)) == {found}, issue.reason
    assert "535" in issue.reason
    assert "secret" not in issue.reason

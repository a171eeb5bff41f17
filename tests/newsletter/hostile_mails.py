"""Mails that are made to be slow to read. Each is a function of about how many bytes it has."""

from collections.abc import Callable

HEAD = """\
From: MAILER-DAEMON@mx.example.net
Message-ID: <20301112143000.1A2B3C@mx.example.net>
MIME-Version: 1.0
"""
REPORT = 'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\n'
STATUS = "--B\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
FAILED = "Action: failed\nStatus: 5.1.1\n"


def _repeated(before: str, piece: str, after: str = "") -> Callable[[int], bytes]:
    def make(size: int) -> bytes:
        return (before + piece * (size // len(piece)) + after).encode()

    return make


def _numbered(before: str, piece: str, after: str = "") -> Callable[[int], bytes]:
    def make(size: int) -> bytes:
        most = size // (len(piece) + 2)
        return (before + "".join(piece.replace("#", str(n)) for n in range(most)) + after).encode()

    return make


def _nested(size: int) -> bytes:
    level = "--B{}\nContent-Type: multipart/mixed; boundary=B{}\n\n"
    inner = "".join(level.format(n, n + 1) for n in range(size // 55))
    return (HEAD + REPORT.replace('"B"', "B0") + "\n" + inner).encode()


def _long_boundary(size: int) -> bytes:
    name = "b" * (size // 20)
    return (HEAD + REPORT.replace('"B"', name) + "\n" + f"--{name}\n\n\n" * 19).encode()


OPEN = "Content-Type: multipart/report; boundary=B; report-type=delivery-status"
HOSTILE: dict[str, Callable[[int], bytes]] = {
    "parameters": _numbered(HEAD + OPEN, "; p#=1", "\n\n"),
    "folded parameters": _numbered(HEAD + OPEN, ";\n p#=1", "\n\n"),
    "continued parameters": _numbered(HEAD + OPEN[:-28], "; report-type*#=a", "\n\n"),
    "charsets of parameters": _numbered(HEAD + OPEN[:-28], "; p*#*=punycode''%41a", "\n\n"),
    "escaped quotes": _repeated(HEAD + OPEN + '; x="', '\\"', "\n\n"),
    "comments": _repeated(HEAD + OPEN, "(", "\n\n"),
    "comments in an address": _repeated("From: ", "(", "\n" + HEAD + REPORT + "\n"),
    "references": _repeated("References: ", "<a@b> ", "\n" + HEAD + REPORT + "\n"),
    "words": _repeated("Message-ID: ", "=?utf-8?q?a?= ", "\n" + HEAD + REPORT + "\n"),
    "words of a code": _repeated("Subject: =?punycode?b?", "YWFh", "?=\n" + HEAD + REPORT + "\n"),
    "angles": _repeated("Message-ID: ", "<", "\n" + HEAD + REPORT + "\n"),
    "fields": _numbered("", "X-#: y\n", HEAD + REPORT + "\n"),
    "a folded field": _repeated("X: y\n", " z\n", HEAD + REPORT + "\n"),
    "parts": _repeated(HEAD + REPORT + "\n", "--B\n\n\n"),
    "nested parts": _nested,
    "nested mails": _repeated(HEAD + REPORT + "\n--B\n", "Content-Type: message/rfc822\n\n"),
    "a long boundary": _long_boundary,
    "almost boundaries": _repeated(HEAD + REPORT + "\n", "--B \t\t.\n"),
    "recipients": _repeated(HEAD + REPORT + "\n" + STATUS, FAILED + "\n"),
    "empty recipients": _repeated(HEAD + REPORT + "\n" + STATUS, "\n"),
    "a diagnosis": _repeated(HEAD + REPORT + "\n" + STATUS + FAILED + "Diagnostic-Code: x;", "a"),
    "addresses": _repeated(HEAD + REPORT + "\n" + STATUS + FAILED + "Diagnostic-Code: x;", "a@"),
    "a quoted name": _repeated(
        HEAD + REPORT + "\n" + STATUS + FAILED + "\n--B\nContent-Type: message/rfc822\n\n",
        "Message-ID: <newsletter-1-newsletter-1-1.\n",
    ),
    "lines of a diagnosis": _repeated(HEAD + REPORT + "\n" + STATUS + FAILED, "a: b\n"),
    "codes of a diagnosis": _repeated(
        HEAD + REPORT + "\n" + STATUS + FAILED + "Diagnostic-Code: smtp; ", "550 5.1. "
    ),
    "threads": _repeated(
        HEAD + REPORT + "\n" + STATUS + FAILED + "\n--B\n\nMessage-ID: <a@b>\n",
        "References: a\n b\n",
    ),
    "base64": _repeated(
        HEAD + REPORT + "\n--B\nContent-Transfer-Encoding: base64\n\n", "YWFh\n", "\n" + STATUS
    ),
    "quoted-printable": _repeated(
        HEAD + REPORT + "\n--B\nContent-Transfer-Encoding: quoted-printable\n\n",
        "=\n=4",
        "\n" + STATUS,
    ),
    "mails in mails": _repeated(
        HEAD + REPORT.replace("report;", "mixed;") + "\n",
        "--B\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=B\n\n",
    ),
    "empty lines": _repeated(HEAD + REPORT + "\n", "\n"),
    "one line": _repeated(HEAD + REPORT + "\n", "x"),
    "carriage returns": _repeated(HEAD + REPORT + "\n", "\r"),
    "bytes of no letter": lambda size: HEAD.encode() + b"X: " + b"\xff" * size + b"\n\n",
    "no head at all": _repeated("", "x"),
}

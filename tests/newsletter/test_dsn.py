"""Reports come in many shapes. Ours are found by the name of the letter, wherever it stands."""

from base64 import encodebytes

import pytest

from core.mail.bounce_classification import Bounce
from newsletter.bounces import dsn
from newsletter.delivery import message_ids

OURS = message_ids.make(7, 42, "example.org")
TOP = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net
Message-ID: <bounce-1@mx.example.net>
MIME-Version: 1.0
Content-Type: {kind}
"""
RECIPIENT = """\
Final-Recipient: rfc822; reader@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user
"""
STATUS = f"Reporting-MTA: dns; mx.example.net\n\n{RECIPIENT}"
COPY = f"From: <news@example.org>\nMessage-ID: {OURS}\nSubject: Hello\n\nDear reader\n"


def multipart(*parts: tuple[str, str], boundary: str = "B") -> str:
    cut = "".join(f"--{boundary}\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    return f"\n{cut}--{boundary}--\n"


def mail(*parts: tuple[str, str], kind: str = "", more: str = "") -> bytes:
    kind = kind or "multipart/report; report-type=delivery-status"
    return (TOP.format(kind=f"{kind}; boundary=B") + more + multipart(*parts)).encode()


WORDS = ("text/plain", "It could not be delivered.\n")
FAILED = ("message/delivery-status", STATUS)
COPIED = ("message/rfc822", COPY)


def only(octets: bytes) -> dsn.ReportedRecipient:
    [found] = dsn.read(octets)
    return found


def status_part(recipient: str) -> tuple[str, str]:
    return "message/delivery-status", f"Reporting-MTA: dns; mx.example.net\n\n{recipient}"


def other_boundary(octets: bytes) -> str:
    return octets.decode().replace("boundary=B", "boundary=D").replace("--B", "--D")


def nested() -> bytes:
    inside = "multipart/report; report-type=delivery-status; boundary=C"
    return mail(
        WORDS, (inside, multipart(WORDS, FAILED, COPIED, boundary="C")), kind="multipart/mixed"
    )


def attached() -> bytes:
    inside = other_boundary(mail(FAILED, COPIED))
    return mail(WORDS, ("message/rfc822", inside), kind="multipart/mixed")


def beside() -> bytes:
    inside = "multipart/report; boundary=C"
    return mail((inside, multipart(WORDS, FAILED, boundary="C")), COPIED, kind="multipart/mixed")


SHAPES = {
    "as the standard has it": mail(WORDS, FAILED, COPIED),
    "without a report-type": mail(WORDS, FAILED, COPIED, kind="multipart/report"),
    "as multipart/mixed": mail(WORDS, FAILED, COPIED, kind="multipart/mixed"),
    "inside a mixed mail": nested(),
    "attached to a mail": attached(),
    "with the copy beside it": beside(),
    "in UTF-8": mail(
        WORDS,
        ("message/global-delivery-status", STATUS.replace("rfc822;", "utf-8;")),
        ("message/global-headers", COPY.partition("\n\n")[0]),
    ),
    "headers only": mail(WORDS, FAILED, ("text/rfc822-headers", COPY.partition("\n\n")[0])),
    "a copy in base64": mail(
        WORDS,
        FAILED,
        (
            "message/rfc822\nContent-Transfer-Encoding: base64",
            encodebytes(COPY.encode()).decode(),
        ),
    ),
    "a status in base64": mail(
        WORDS,
        (
            "message/delivery-status\nContent-Transfer-Encoding: base64",
            encodebytes(STATUS.encode()).decode(),
        ),
        COPIED,
    ),
    "named in its words": mail(("text/plain", f"About Message-ID: {OURS}\n"), FAILED),
    "named in its words, quoted-printable": mail(
        (
            "text/plain\nContent-Transfer-Encoding: quoted-printable",
            f"Message-ID: {OURS[:40]}=\n{OURS[40:]}\n",
        ),
        FAILED,
    ),
    "named in its References": mail(WORDS, FAILED, more=f"References: <a@b>\n {OURS}\n"),
    "named in its In-Reply-To": mail(WORDS, FAILED, more=f"In-Reply-To: {OURS}\n"),
    "named in a field of the status": mail(
        WORDS, status_part(f"X-Original-Message-ID: {OURS}\n{RECIPIENT}")
    ),
    "a copy that has only its thread": mail(
        WORDS, FAILED, ("text/rfc822-headers", f"From: a@b.example\nReferences: {OURS}\n")
    ),
    "another boundary than its head says": mail(WORDS, FAILED, COPIED).replace(b"=B\n", b"=X\n"),
    "lines that end as on old Macs": mail(WORDS, FAILED, COPIED).replace(b"\n", b"\r"),
    "lines that end as on Windows": mail(WORDS, FAILED, COPIED).replace(b"\n", b"\r\n"),
    "failure": mail(status_part(RECIPIENT.replace("failed", "failure")), COPIED),
    "failed, with a remark": mail(
        status_part(RECIPIENT.replace("failed", "failed (permanent failure)")), COPIED
    ),
    "no action at all": mail(status_part(RECIPIENT.replace("Action: failed\n", "")), COPIED),
    "no types before the values": mail(
        status_part(RECIPIENT.replace("rfc822; ", "").replace("smtp; ", "")), COPIED
    ),
    "an empty line too many": mail(("message/delivery-status", f"\n\n{STATUS}"), COPIED),
    "no fields about the whole": mail(("message/delivery-status", RECIPIENT), COPIED),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_report_is_read_in_every_shape(shape):
    found = only(SHAPES[shape])
    assert found.bounce is Bounce.HARD
    assert not found.harmless
    assert message_ids.parse(found.quoted) == (7, 42)


@pytest.mark.parametrize(
    "unindented",
    [
        "Diagnostic-Code: smtp; 552\n5.2.2 over quota\n",
        "Diagnostic-Code: smtp; 550-Sorry\nRecipient address rejected: 552 5.2.2 over quota\n",
        "Diagnostic-Code: smtp; 552 5.2.2 over\n\tquota\n",
    ],
)
def test_a_diagnosis_goes_on_in_the_next_line_with_or_without_a_blank(unindented):
    recipient = f"Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.0.0\n{unindented}"
    found = only(mail(status_part(recipient), COPIED))
    assert found.bounce is Bounce.SOFT
    assert "over quota" in found.why


@pytest.mark.parametrize("action", ["expired", "Expired (after 5 days)"])
def test_what_expired_failed_and_says_nothing_against_the_reader(action):
    recipient = RECIPIENT.replace("failed", action).replace("5.1.1", "5.4.7")
    assert only(mail(status_part(recipient), COPIED)).harmless


@pytest.mark.parametrize(
    "octets",
    [
        mail(status_part(RECIPIENT.replace("failed", "delayed").replace("5.1.1", "4.4.1"))),
        mail(status_part(RECIPIENT.replace("failed", "delivered").replace("5.1.1", "2.1.5"))),
        mail(status_part(RECIPIENT.replace("failed", "relayed"))),
        mail(WORDS, ("text/plain", STATUS), kind="multipart/mixed"),
        mail(
            WORDS,
            ("message/disposition-notification", "Disposition: automatic-action; deleted\n"),
            kind="multipart/report; report-type=disposition-notification",
        ),
        TOP.format(kind="text/plain").encode() + b"\nAction: failed\nStatus: 5.1.1\n",
    ],
)
def test_delays_receipts_and_other_mails_are_no_failures(octets):
    assert dsn.read(octets) == []


def test_a_colleagues_answer_to_a_letter_that_came_back_is_not_the_letter():
    answer = f"From: dana@clinic.example\nMessage-ID: <1@clinic.example>\nReferences: {OURS}\n\nHi"
    for copy in (("message/rfc822", answer), ("text/plain", answer)):
        assert message_ids.parse(only(mail(WORDS, FAILED, copy)).quoted) is None


def test_a_report_about_a_report_is_about_the_report():
    """The copy of a bounce is not looked into for more recipients."""
    octets = mail(WORDS, FAILED, ("message/rfc822", other_boundary(mail(FAILED, COPIED))))
    assert message_ids.parse(only(octets).quoted) is None


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        ("abuse", True),
        ("opt-out", True),
        ("Abuse ", True),
        ("auth-failure", False),
        ("virus", False),
        ("fraud", False),
        ("not-spam", False),
        ("other", False),
    ],
)
def test_complaints_are_abuse_and_opt_out(kind, counts):
    said = ("message/feedback-report", f"Feedback-Type: {kind}\nVersion: 1\n")
    for outer in ("multipart/report; report-type=feedback-report", "multipart/report"):
        found = dsn.read(mail(WORDS, said, COPIED, kind=outer))
        assert [each.complaint for each in found] == [True] * counts
        assert all(message_ids.parse(each.quoted) == (7, 42) for each in found)


@pytest.mark.parametrize(
    ("top", "notice"),
    [
        ("Return-Path: <>\n", True),
        ("Return-path: < >\n", True),
        ("X-Failed-Recipients: a@b.example\n", True),
        ("Return-Path: <somebody@example.org>\n", False),
        ("", False),
    ],
)
def test_a_notice_of_a_program_has_no_sender(top, notice):
    assert dsn.is_notice(f"{top}From: x\n\nReturn-Path: <>\n".encode()) == notice

"""What a mail server is given, read back from the bytes that it received."""

from email.message import EmailMessage, MIMEPart

import pytest

from core.mail import delivery
from core.mail.outbox import Attachment
from tests.core.mail.factories import make_email

pytestmark = pytest.mark.django_db

ICS = (
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Visit \xe2\x80\x93 1\r\n"
    b"END:VEVENT\r\nEND:VCALENDAR\r\n"
)


def received(server, **fields) -> EmailMessage:
    delivery.deliver(make_email(**fields).pk)
    [mail] = server.mails
    return mail


def tree(part: MIMEPart) -> list:
    if not part.is_multipart():
        return [part.get_content_type()]
    return [part.get_content_type(), *(tree(child) for child in part.iter_parts())]


def test_a_plain_mail_is_text_and_html(server, practice):
    mail = received(server)
    assert tree(mail) == ["multipart/alternative", ["text/plain"], ["text/html"]]


def test_the_sender_is_the_neutral_name(server, practice, settings):
    settings.DEFAULT_FROM_EMAIL = "Clinic for Something <office@example.org>"
    assert received(server)["From"] == "CN Office <office@example.org>"
    assert server.envelopes[0].mail_from == "office@example.org"


@pytest.mark.parametrize(
    "name", ["Dr. Ruth, Lee & Co", 'The "Office"', "Büro", "Office\r\nBcc: x@y.example"]
)
def test_any_practice_name_makes_one_sender(server, practice, name):
    type(practice).objects.update(mail_name=name)
    practice.share()
    mail = received(server)
    [sender] = mail["From"].addresses
    assert sender.display_name == " ".join(name.split())
    assert sender.addr_spec == "office@example.org"
    assert mail["Bcc"] is None


def test_machines_do_not_answer_it(server, practice):
    mail = received(server)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Date"].datetime.tzinfo is not None


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_an_invitation_goes_as_a_part_to_act_on_and_as_a_file(server, practice, method):
    ics = ICS.replace(b"REQUEST", method.encode())
    file = Attachment("visit.ics", ics, f"text/calendar; method={method}; charset=utf-8")
    mail = received(server, attachments=[file])
    assert tree(mail) == [
        "multipart/mixed",
        ["multipart/alternative", ["text/plain"], ["text/html"], ["text/calendar"]],
        ["application/ics"],
    ]
    bodies, attached = mail.iter_parts()
    calendar = list(bodies.iter_parts())[-1]
    assert calendar.get_param("method") == method
    assert calendar.get_content_charset() == "utf-8"
    assert calendar.get_content_disposition() is None
    assert calendar.get_content().splitlines() == ics.decode().splitlines()
    assert attached.get_filename() == "visit.ics"
    assert attached.get_content_disposition() == "attachment"
    assert attached.get_content() == ics


def test_a_file_arrives_byte_for_byte(server, practice):
    content = bytes(range(256))
    mail = received(
        server, attachments=[Attachment("data.bin", content, "application/octet-stream")]
    )
    [attached] = mail.iter_attachments()
    assert attached.get_content() == content


def test_a_domain_of_another_alphabet_is_written_as_machines_read_it(server, practice):
    received(server, to="grace@bücher.example")
    assert server.envelopes[0].rcpt_tos == ["grace@xn--bcher-kva.example"]


def test_all_of_it_passes_an_old_relay(server, practice):
    file = Attachment(
        "visit.ics", ICS + b"X-A:" + b"\xc3\xa4" * 900, "text/calendar; method=REQUEST"
    )
    received(server, attachments=[file])
    raw = server.envelopes[0].content
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) < 998

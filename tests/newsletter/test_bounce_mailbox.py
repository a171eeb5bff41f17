"""Reports of mail servers (RFC 3464, RFC 5965) in a mailbox: a Maildir, or one behind IMAP."""

import imaplib
import mailbox as maildirs

import pytest

from core.mail import outbox
from core.mail.bounce_classification import Bounce, classify
from core.mail.models import OutgoingEmail
from newsletter.bounces import mailbox
from newsletter.models import Event, Subscriber
from newsletter.tasks import read_bounces
from tests.newsletter.factories import letter_to, make_subscriber
from tests.newsletter.imap import ImapServer

pytestmark = pytest.mark.django_db
Status = Subscriber.Status

FAILED = """\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: news@example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"
Message-Id: <20301112143000.1A2B3C@mx.example.net>

--B
Content-Type: text/plain

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Tue, 12 Nov 2030 14:30:00 +0000 (UTC)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {code} {status} <{recipient}>: Recipient address
    rejected

--B
Content-Type: {copy}

Return-Path: <news@example.org>
Message-ID: {message_id}
Subject: Hello

--B--
"""
SPAM = """\
From: feedback@provider.example
Message-ID: <arf-{kind}@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.

--B
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Rcpt-To: <{recipient}>

--B
Content-Type: message/rfc822

From: <news@example.org>
Message-ID: {message_id}
Subject: Hello

Dear reader
--B--
"""


def failed(
    message_id: str,
    recipient: str,
    *,
    status: str = "5.1.1",
    action: str = "failed",
    copy: str = "text/rfc822-headers",
) -> bytes:
    code = "550" if status.startswith("5") else "452"
    words = {"message_id": message_id, "recipient": recipient, "status": status}
    return FAILED.format(**words, code=code, action=action, copy=copy).encode()


@pytest.fixture
def maildir(tmp_path, settings):
    box = maildirs.Maildir(str(tmp_path / "returns"))
    settings.NEWSLETTER_BOUNCE_MAILBOX = f"maildir:{tmp_path}/returns"
    return box


def status_of(subscriber: Subscriber) -> str:
    return Subscriber.objects.get(pk=subscriber.pk).status


@pytest.mark.parametrize("copy", ["text/rfc822-headers", "message/rfc822"])
def test_a_letter_that_came_back_suppresses_and_its_report_is_removed(maildir, copy):
    subscriber = make_subscriber()
    maildir.add(failed(letter_to(subscriber, issue=7), subscriber.email, copy=copy))
    read_bounces()
    assert status_of(subscriber) == Status.BOUNCED
    event = Event.objects.get()
    assert (event.kind, event.issue) == ("bounced", 7)
    assert event.why == "5.1.1 550 5.1.1 …: Recipient address rejected"
    assert len(maildir) == 0


@pytest.mark.parametrize("status", ["4.4.7", "5.2.2"])
def test_a_full_mailbox_and_a_busy_server_are_passing_failures(maildir, status):
    subscriber = make_subscriber()
    maildir.add(failed(letter_to(subscriber), subscriber.email, status=status))
    read_bounces()
    assert status_of(subscriber) == Status.ACTIVE
    assert Subscriber.objects.get().soft_bounces == 1


def test_a_delay_says_nothing_yet(maildir):
    subscriber = make_subscriber()
    report = failed(letter_to(subscriber), subscriber.email, status="4.4.1", action="delayed")
    maildir.add(report)
    read_bounces()
    assert not Event.objects.exists()
    assert Subscriber.objects.get().soft_bounces == 0


def test_the_same_report_twice_counts_once(maildir):
    subscriber = make_subscriber()
    report = failed(letter_to(subscriber), subscriber.email, status="4.4.7")
    for _ in range(2):
        maildir.add(report)
        read_bounces()
    assert Subscriber.objects.get().soft_bounces == 1
    assert Event.objects.count() == 1


def test_a_complaint_suppresses(maildir):
    readers = [make_subscriber(), make_subscriber()]
    for reader, kind in zip(readers, ("abuse", "not-spam"), strict=True):
        words = {"message_id": letter_to(reader), "recipient": reader.email}
        maildir.add(SPAM.format(kind=kind, **words).encode())
    read_bounces()
    assert [status_of(reader) for reader in readers] == [Status.COMPLAINED, Status.ACTIVE]


@pytest.mark.parametrize("kind", ["auth-failure", "virus", "fraud"])
def test_other_feedback_is_no_complaint_and_stays(maildir, kind):
    reader = make_subscriber()
    words = {"message_id": letter_to(reader), "recipient": reader.email}
    maildir.add(SPAM.format(kind=kind, **words).encode())
    read_bounces()
    assert status_of(reader) == Status.ACTIVE
    assert len(maildir) == 1


def test_a_policy_of_theirs_takes_nobody_off_however_often(maildir, settings):
    settings.NEWSLETTER_SOFT_BOUNCES = 2
    reader = make_subscriber()
    for issue in (1, 2, 3):
        maildir.add(failed(letter_to(reader, issue=issue), reader.email, status="5.7.26"))
    read_bounces()
    assert status_of(reader) == Status.ACTIVE
    assert Subscriber.objects.get().soft_bounces == 0
    assert set(Event.objects.values_list("kind", flat=True)) == {"refused"}
    assert len(maildir) == 0


SOMEBODYS_OWN = failed("<1@clinic.example>", "somebody@example.com")
IN_WORDS = b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\n\nHi. This is qmail-send.\n"


@pytest.mark.parametrize("own", [SOMEBODYS_OWN, IN_WORDS])
def test_what_came_back_to_somebody_else_stays_unread(maildir, own):
    maildir.add(own)
    read_bounces()
    [kept] = maildir
    assert (kept.get_flags(), kept.get_subdir()) == ("", "cur")  # not new to us, unread to them
    with ImapServer() as server:
        uid = server.add(own)
        mailbox.read_mailbox(server.url)
        assert not {flag for flag in server.flags[uid] if flag.startswith("\\")}
        before = dict(server.flags)
        assert mailbox.read_mailbox(server.url) == 0
        assert server.flags == before
    assert not Event.objects.exists()


def test_a_mail_with_one_report_of_ours_is_removed_also_when_it_was_told_before(maildir):
    subscriber = make_subscriber()
    report = failed(letter_to(subscriber), subscriber.email)
    for _ in range(2):
        maildir.add(report)
        read_bounces()
        assert len(maildir) == 0


def test_what_others_have_marked_to_be_deleted_is_not_removed_by_us():
    subscriber = make_subscriber()
    with ImapServer() as server:
        server.offers = "UIDPLUS"
        theirs = server.add(b"From: someone@example.org\n\nHello?\n")
        server.flags[theirs] = {"\\Seen", "\\Deleted"}
        server.add(failed(letter_to(subscriber), subscriber.email))
        mailbox.read_mailbox(server.url)
        assert list(server.mails) == [theirs]


def test_a_forged_report_suppresses_nobody(maildir):
    subscriber = make_subscriber()
    forged = f"<newsletter-1-{subscriber.pk}.{'a' * 24}@example.org>"
    maildir.add(failed(forged, subscriber.email))
    read_bounces()
    assert status_of(subscriber) == Status.ACTIVE


def test_a_clinic_mail_that_came_back_is_for_the_front_desk(maildir):
    subscriber = make_subscriber(email="grace@example.org")
    mail = outbox.enqueue("mail_test", key="test:1", to="grace@example.org")
    maildir.add(failed(mail.message_id, "grace@example.org"))
    read_bounces()
    assert OutgoingEmail.objects.get().bounced_at
    assert "5.1.1" in OutgoingEmail.objects.get().bounce_reason
    assert status_of(subscriber) == Status.ACTIVE


def test_other_mail_stays_where_it_is_marked_as_read(maildir):
    maildir.add(b"From: someone@example.org\nSubject: I have a question\n\nHello?\n")
    maildir.add(b"Content-Type: multipart/report; report-type=delivery-status\n\nbroken")
    read_bounces()
    assert [message.get_flags() for message in maildir] == ["S", "S"]
    assert all(message.get_subdir() == "cur" for message in maildir)


def test_a_mailbox_behind_imap_is_read_once():
    subscriber = make_subscriber()
    with ImapServer() as server:
        server.add(failed(letter_to(subscriber), subscriber.email))
        question = server.add(b"From: someone@example.org\nSubject: A question\n\nHello?\n")
        assert mailbox.read_mailbox(server.url) == 1
        assert status_of(subscriber) == Status.BOUNCED
        assert list(server.mails) == [question]
        assert server.flags[question] == {"\\Seen"}
        assert mailbox.read_mailbox(server.url) == 0


def test_a_wrong_password_is_an_error_that_the_worker_reports():
    with ImapServer() as server, pytest.raises(imaplib.IMAP4.error):
        mailbox.read_mailbox(server.url.replace("word", "wrong"))


@pytest.mark.parametrize(
    ("status", "passing"),
    [("5.1.1", False), ("5.7.1", True), ("4.2.2", True), ("5.2.2", True), ("5.3.4", True)],
)
def test_enhanced_status_codes_say_whether_it_passes(status, passing):
    assert (classify(status) is not Bounce.HARD) == passing

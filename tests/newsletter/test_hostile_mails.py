"""A mail of a stranger costs what its size costs, is looked at once, and keeps no other waiting."""

import mailbox as maildirs
import os
from contextlib import suppress
from pathlib import Path

import pytest

from newsletter.bounces import dsn, mailbox
from newsletter.models import Event, Subscriber
from newsletter.tasks import read_bounces
from tests.growth import MOST, growth
from tests.newsletter.factories import letter_to, make_subscriber
from tests.newsletter.hostile_mails import HEAD, HOSTILE, REPORT
from tests.newsletter.imap import ImapServer
from tests.newsletter.test_bounce_mailbox import failed, status_of

Status = Subscriber.Status


@pytest.fixture
def maildir(tmp_path, settings):
    box = maildirs.Maildir(str(tmp_path / "returns"))
    settings.NEWSLETTER_BOUNCE_MAILBOX = f"maildir:{tmp_path}/returns"
    return box


def unseen(maildir: maildirs.Maildir) -> list[Path]:
    return list((Path(maildir._path) / "new").iterdir())


def read_all_the_same(octets: bytes) -> None:
    with suppress(ValueError):
        dsn.read(octets)


@pytest.mark.parametrize("kind", HOSTILE)
def test_four_times_the_mail_takes_about_four_times_as_long(kind):
    assert growth(read_all_the_same, HOSTILE[kind], 12_000) < MOST


@pytest.mark.django_db
def test_hostile_mails_keep_no_report_in_a_maildir_waiting(maildir):
    subscriber = make_subscriber()
    for make in HOSTILE.values():
        maildir.add(make(210_000))
    maildir.add(failed(letter_to(subscriber), subscriber.email))
    read_bounces()
    assert status_of(subscriber) == Status.BOUNCED
    assert Event.objects.count() == 1
    assert not unseen(maildir), "each was looked at once"


@pytest.mark.django_db
def test_hostile_mails_keep_no_report_behind_imap_waiting():
    subscriber = make_subscriber()
    with ImapServer() as server:
        hostile = [server.add(make(210_000)) for make in HOSTILE.values()]
        server.add(failed(letter_to(subscriber), subscriber.email))
        mailbox.read_mailbox(server.url)
        assert status_of(subscriber) == Status.BOUNCED
        assert all(server.flags[uid] for uid in hostile if uid in server.flags)
        assert mailbox.read_mailbox(server.url) == 0


@pytest.mark.django_db
def test_a_report_that_cannot_be_read_is_flagged_where_it_lies_and_told(maildir, caplog):
    parts = (HEAD + REPORT + "\n" + "--B\n\n\n" * 21).encode()
    long_head = ("X: y\n" * 20_000 + HEAD + REPORT + "\n").encode()
    for octets in (parts, long_head):
        maildir.add(octets)
    with ImapServer() as server:
        flagged = [server.add(octets) for octets in (parts, long_head)]
        read_bounces()
        mailbox.read_mailbox(server.url)
        assert [server.flags[uid] for uid in flagged] == [{"\\Seen", "\\Flagged"}] * 2
    assert [message.get_flags() for message in maildir] == ["FS", "FS"]
    assert (
        caplog.messages.count("2 mails in the mailbox for bounces cannot be read: flagged there.")
        == 2
    )


@pytest.mark.django_db
def test_of_a_huge_mail_only_the_beginning_is_read(maildir):
    subscriber = make_subscriber()
    maildir.add(failed(letter_to(subscriber), subscriber.email))
    [path] = unseen(maildir)
    os.truncate(path, 40 * 1024**3)  # a file with a hole: it takes no room
    read_bounces()
    assert status_of(subscriber) == Status.BOUNCED


@pytest.mark.django_db
def test_a_run_ends_when_its_time_is_over_and_the_next_goes_on(maildir, monkeypatch):
    monkeypatch.setattr(mailbox, "SECONDS", -1)
    for _ in range(3):
        maildir.add(b"From: someone@example.org\n\nHello?\n")
    read_bounces()
    assert len(unseen(maildir)) == 2
    read_bounces()
    assert len(unseen(maildir)) == 1


@pytest.mark.django_db
def test_a_full_mailbox_is_searched_in_pieces(monkeypatch):
    monkeypatch.setattr(mailbox, "AT_ONCE", 2)
    with ImapServer() as server:
        for _ in range(5):
            server.add(b"From: someone@example.org\n\nHello?\n")
        mailbox.read_mailbox(server.url)
        assert list(server.flags.values()) == [{"\\Seen"}] * 5


@pytest.mark.django_db
def test_one_mail_reports_a_bounded_number_of_recipients():
    block = "Action: failed\nStatus: 5.1.1\nFinal-Recipient: rfc822; a@b.example\n\n"
    status = "--B\nContent-Type: message/delivery-status\n\n" + block * 5000
    assert len(dsn.read((HEAD + REPORT + "\n" + status).encode())) <= dsn.MOST_RECIPIENTS + 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "other"),
    [
        ("\n", "\r\n"),
        ('boundary="B"', "\n\tboundary=B"),
        ("multipart/report", "Multipart/Report"),
        ("report-type=delivery-status", 'Report-Type="delivery-status"'),
        (
            "--B\nContent-Type: text/plain",
            "--B  \nContent-Type: multipart/mixed; boundary=B1\n\n--B1",
        ),
        ("Action: failed", "ACTION:  Failed"),
    ],
)
def test_a_report_is_read_however_its_server_spells_it(maildir, given, other):
    subscriber = make_subscriber()
    report = failed(letter_to(subscriber), subscriber.email)
    assert given.encode() in report
    maildir.add(report.replace(given.encode(), other.encode()))
    read_bounces()
    assert status_of(subscriber) == Status.BOUNCED

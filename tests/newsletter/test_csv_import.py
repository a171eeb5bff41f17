"""Moving a list in and out: what files of listmonk and Mailchimp say, and what counts here."""

import csv

import pytest
from django.core.management import CommandError, call_command

from newsletter.models import Consent, Import, Subscriber
from newsletter.transfer import csv_import
from tests.newsletter.factories import make_subscriber, make_topic

pytestmark = pytest.mark.django_db
Status = Subscriber.Status
LISTMONK = """\
uuid,email,name,attributes,status,created_at,updated_at
8d1f,Anna@Example.org,Anna,"{""city"": ""Nashville""}",enabled,2023-04-05T06:07:08.12Z,
8d2f,ruth@example.org,Ruth,{},blocklisted,2023-04-05T06:07:08Z,
"""
MAILCHIMP = '''\
"Email Address","First Name",OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,UNSUB_TIME,CLEAN_TIME,TAGS
anna@example.org,Anna,2015-09-28 19:06:00,,"2015-09-28 19:06:56",198.51.100.4,,,"""Recovery"",""B"""
ruth@example.org,Ruth,2015-09-28 19:06:00,,"2015-09-28 19:06:56",,"2019-01-02 03:04:05",,
gone@example.org,,2015-09-28 19:06:00,,,,,"2019-01-02 03:04:05",
'''


def statuses() -> dict[str, str]:
    return dict(Subscriber.objects.values_list("email", "status"))


def test_a_file_of_listmonk_is_understood(run_import):
    assert "2 added" in run_import(LISTMONK)
    assert statuses() == {"anna@example.org": "active", "ruth@example.org": "left"}
    assert Subscriber.objects.active().get().joined_at.isoformat() == (
        "2023-04-05T06:07:08.120000+00:00"
    )


def test_a_file_of_mailchimp_is_understood(run_import):
    topic = make_topic(name="Recovery", slug="recovery")
    run_import(MAILCHIMP)
    assert statuses() == {
        "anna@example.org": "active",
        "ruth@example.org": "left",
        "gone@example.org": "bounced",
    }
    anna = Subscriber.objects.active().get()
    assert list(anna.topics.all()) == [topic]
    assert anna.consents.get().origin.network == "198.51.100.4"


def test_each_has_a_proof_that_names_the_source(run_import):
    source = "Paper forms of 2029, in the archive"
    run_import("email\nanna@example.org\n", "--all-active", source=source)
    consent = Consent.objects.get()
    assert (consent.kind, consent.how) == ("imported", "Paper forms of 2029, in the archive")
    assert consent.subscriber.email == consent.origin.email == "anna@example.org"


def test_without_a_source_nothing_is_brought_in(run_import, tmp_path):
    with pytest.raises(CommandError, match="source"):
        call_command("import_subscribers", str(tmp_path / "list.csv"))
    with pytest.raises(CommandError, match="source"):
        run_import("email\nanna@example.org\n", "--all-active", source=" ")
    assert not Subscriber.objects.exists()


@pytest.mark.parametrize("status", [Status.LEFT, Status.BOUNCED, Status.COMPLAINED, Status.ERASED])
def test_nobody_who_left_here_is_subscribed_by_a_file(run_import, status):
    make_subscriber(email="anna@example.org", status=status)
    said = run_import("email\nANNA@example.org\nnew@example.org\n", "--all-active")
    assert "1 added" in said
    assert "1 left, came back or complained" in said
    assert sorted(Subscriber.objects.values_list("status", flat=True)) == sorted([status, "active"])


def test_a_file_takes_nobody_off_the_list(run_import):
    make_subscriber(email="anna@example.org")
    run_import("email,status\nanna@example.org,unsubscribed\n")
    assert statuses() == {"anna@example.org": "active"}


LINES = """\
email;status
anna@example.org;subscribed
no address;subscribed
Anna@Example.ORG;subscribed
ruth@example.org;pending
may@example.org;half-way
known@example.org;
"""


@pytest.mark.parametrize("at_once", [2, 1000])
def test_the_report_names_each_line_that_was_not_added(run_import, monkeypatch, at_once):
    monkeypatch.setattr(csv_import, "AT_ONCE", at_once)
    make_subscriber(email="known@example.org")
    for options in (["--dry-run"], []):
        said = run_import(LINES, *options)
        assert "1 would be added" in said if options else "1 added" in said
        told = {line: why.strip() for line, why in run_import.report.items()}
        twice = told.pop(4)
        assert twice in ("It is in this file twice.", "It is on the list.")
        assert told == {
            3: "This is no e-mail address.",
            5: "It was never confirmed there.",
            6: "The status “half-way” is not known.",
            7: "It is on the list.",
        }


def test_a_dry_run_changes_nothing(run_import):
    assert "2 would be added" in run_import(LISTMONK, "--dry-run")
    assert not Subscriber.objects.exists()
    assert not Consent.objects.exists()
    assert not Import.objects.exists()
    assert "2 added" in run_import(LISTMONK)


def test_what_was_interrupted_goes_on_where_it_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_import, "AT_ONCE", 10)
    path = tmp_path / "list.csv"
    path.write_text("email\n" + "".join(f"reader{n}@example.org\n" for n in range(25)))
    parts = csv_import.import_file(path, source="the old list", all_in="active")
    assert next(parts).added == 10
    parts.close()  # killed
    assert Subscriber.objects.count() == 10
    first, *_, last = csv_import.import_file(path, source="the old list", all_in="active")
    assert (first.lines, last.lines, last.added, last.known) == (20, 25, 25, 0)
    assert Subscriber.objects.count() == Consent.objects.count() == 25


def test_a_file_that_was_brought_in_is_not_read_again(run_import):
    run_import(LISTMONK)
    Subscriber.objects.filter(status="active").update(status="left")
    said = run_import(LISTMONK)
    assert "brought in before" in said
    assert "2 added" in said
    assert set(statuses().values()) == {"left"}


def test_a_file_without_addresses_says_what_is_missing(run_import):
    with pytest.raises(CommandError, match="no column"):
        run_import("name,city\nAnna,Nashville\n")


def test_a_file_of_another_encoding_says_so(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes("email,name\nanna@example.org,Zoë\n".encode("latin-1"))
    with pytest.raises(CommandError, match="utf-8"):
        call_command("import_subscribers", str(path), "--source", "x")


def test_what_goes_out_can_come_in_again(run_import, tmp_path):
    topic = make_topic()
    make_subscriber(email="anna@example.org").topics.add(topic)
    make_subscriber(email="ruth@example.org", status=Status.LEFT)
    make_subscriber(email="gone@example.org", status=Status.ERASED)
    out = tmp_path / "out.csv"
    call_command("export_subscribers", str(out))
    text = out.read_text()
    assert out.stat().st_mode & 0o077 == 0
    assert [row["email"] for row in csv.DictReader(text.splitlines())] == [
        "anna@example.org",
        "ruth@example.org",
    ]
    moved = text.replace("@example.org", "@example.com")
    run_import(moved)
    assert statuses() | {"anna@example.com": "active", "ruth@example.com": "left"} == statuses()
    assert list(Subscriber.objects.get(email="anna@example.com").topics.all()) == [topic]


def test_only_those_of_one_status_go_out(tmp_path):
    make_subscriber(email="anna@example.org")
    make_subscriber(email="ruth@example.org", status=Status.LEFT)
    out = tmp_path / "out.csv"
    call_command("export_subscribers", str(out), "--status", "left")
    assert [row["email"] for row in csv.DictReader(out.read_text().splitlines())] == [
        "ruth@example.org"
    ]

"""Files that are read: since when, in which encoding, and whole or refused with the line."""

import csv
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from newsletter.models import Consent, Import, Subscriber
from newsletter.subscription import data_export

pytestmark = pytest.mark.django_db
Status = Subscriber.Status


def statuses() -> dict[str, str]:
    found = Subscriber.objects.values_list("email", "status")
    return {email.partition("@")[0]: status for email, status in found}


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("2021-03-04 05:06:07.891011 +0000 UTC", datetime(2021, 3, 4, 5, 6, 7, 891011, UTC)),
        ("2021-03-04 05:06:07 +0530 IST", datetime(2021, 3, 3, 23, 36, 7, tzinfo=UTC)),
        ("2021-03-04 05:06:07.891011123 -0600 CST", datetime(2021, 3, 4, 11, 6, 7, 891011, UTC)),
        ("3/4/2021 10:00", datetime(2021, 3, 4, 10, tzinfo=UTC)),
        ("03/04/2021 10:00:05 PM", datetime(2021, 3, 4, 22, 0, 5, tzinfo=UTC)),
        ("3/4/2021", datetime(2021, 3, 4, tzinfo=UTC)),
        ("2021-03-04", datetime(2021, 3, 4, tzinfo=UTC)),
        ("2021-03-04T05:06:07.000Z", datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2021/03/04 05:06", datetime(2021, 3, 4, 5, 6, tzinfo=UTC)),
        ("Mar 4, 2021", datetime(2021, 3, 4, tzinfo=UTC)),
        ("Thu, 04 Mar 2021 05:06:07 +0000", datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("2021-03-04 05:06:07 UTC", datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)),
    ],
)
def test_dates_of_listmonk_of_america_and_of_iso_are_read(run_import, text, joined):
    run_import(f'email,status,created_at\nanna@x.org,active,"{text}"\n')
    assert Consent.objects.get().asked_at == joined
    assert Subscriber.objects.get().joined_at == joined
    assert 2 not in run_import.report


@pytest.mark.parametrize(
    "text", ["yesterday", "25/12/2020", "0001-01-01", "9999-12-31", "2021-02-30"]
)
def test_a_date_that_cannot_be_read_is_told_and_the_proof_says_unknown(run_import, text):
    assert "1 added" in run_import(f"email,status,created_at\nanna@x.org,active,{text}\n")
    assert "unknown" in run_import.report[2]
    consent = Consent.objects.get()
    assert consent.asked_at is None
    assert data_export.collect(consent.subscriber)["consents"][0]["asked"] == "unknown"


def test_what_is_not_known_goes_out_as_not_known(run_import, tmp_path):
    run_import("email,status\nanna@x.org,active\n")
    call_command("export_subscribers", str(tmp_path / "out.csv"))
    [row] = csv.DictReader((tmp_path / "out.csv").read_text().splitlines())
    assert (row["email"], row["joined_at"]) == ("anna@x.org", "")


# ── whole, or refused with the line ──


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('email,name,status\na@x.org,"Anna,active\nb@x.org,Bob,active\n', "Line 2: a quote is op"),
        (
            'email,name,status\na@x.org,"Anna,active\nb@x.org,"Bob",active\n',
            "Line 2: a quote ends before its cell",
        ),
        (
            'email,name,status\na@x.org,"Anna,active\nb@x.org,Bob,active\nc@x.org,"",active\n'
            'd@x.org,"D",left\n',
            "Line 2: a",
        ),
        (
            'email,name,status\na@x.org,"Anna,active\nb@x.org,Bob,active\nc@x.org,",active\n',
            "Line 2: a cell runs on",
        ),
        (f"email,name,status\n\na@x.org,{'x' * 200_000},active\n", "Line 3: a cell has more than"),
        ('email\n"a@x.org\nb@x.org\nc@x.org"\n', "Line 2: a cell runs on"),
        ('sep=;\nemail;status\n"a@x.org;active\n', "Line 3: a quote is opened"),
        ("", "There is no column"),
        ("email,status\nzoë@x.org,active\n".encode("cp1252"), "Line 2: it is not written in utf-8"),
        ("name,email,status\nx,a@x.org,active\n\n€,b@x.org,left\n".encode("cp1252"), "Line 4: "),
        (b"\xff\xfee\x00m\x00a", "not written in utf-16"),
    ],
)
def test_a_broken_file_is_refused_with_its_line_before_anybody_is_added(run_import, text, why):
    with pytest.raises(CommandError, match=why):
        run_import(text, "--all-active")
    assert not Subscriber.objects.exists()
    assert not Import.objects.exists()


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "mac-roman"])
def test_an_encoding_can_be_named(run_import, encoding):
    text = "Prénom,email,status\nZoë,anna@x.org,active\n"
    run_import(text.encode(encoding), "--encoding", encoding)
    assert statuses() == {"anna": "active"}
    for other in ("klingon", "base64"):
        with pytest.raises(CommandError, match=f"no encoding '{other}'"):
            run_import(text, "--encoding", other)


def test_a_line_that_is_cut_off_or_has_a_cell_too_many_is_told_and_not_taken_over(run_import):
    said = run_import(
        "name,email,status\nAnna,anna@x.org\nLast, First,ruth@x.org,left\nMay,may@x.org,active\n"
    )
    assert "2 not taken over" in said
    assert statuses() == {"may": "active"}
    assert "cut off" in run_import.report[2]
    assert "4 cells" in run_import.report[3]


def test_notes_of_several_lines_are_no_broken_file(run_import):
    run_import(
        'email,note,status,created_at,tags\nanna@x.org,"Asks:\nwhen? Write to b@x.org\n",left,,\n'
    )
    assert statuses() == {"anna": "left"}

"""Who left stays left, whatever program wrote the file; and no reader is swallowed silently."""

import csv
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from newsletter import subscription
from newsletter.models import Consent, Import, Subscriber
from newsletter.subscription import data_export
from newsletter.transfer import csv_import
from tests.newsletter.factories import make_consent_text, make_subscriber

pytestmark = pytest.mark.django_db
Status = Subscriber.Status


class Bringer:
    """Runs the command on a file with this text; keeps what it says, and its report by line."""

    def __init__(self, folder, capsys) -> None:
        self.folder, self.capsys, self.number = folder, capsys, 0
        self.report: dict[int, str] = {}

    def __call__(self, text: str | bytes, *options: str) -> str:
        self.number += 1
        path, report = self.folder / f"{self.number}.csv", self.folder / f"{self.number}-report.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        call_command(
            "import_subscribers", str(path), "--source", "old", "--report", str(report), *options
        )
        with report.open(newline="") as file:
            self.report = {}
            for line, _email, why in list(csv.reader(file))[1:]:
                self.report[int(line)] = f"{self.report.get(int(line), '')}{why} "
        return self.capsys.readouterr().out


@pytest.fixture
def bring_in(tmp_path, capsys) -> Bringer:
    return Bringer(tmp_path, capsys)


def statuses() -> dict[str, str]:
    found = Subscriber.objects.values_list("email", "status")
    return {email.partition("@")[0]: status for email, status in found}


FORMATS = {
    "Mailchimp, saved again by a spreadsheet": (
        "Email Address,OPTIN_TIME,CONFIRM_TIME,UNSUB_TIME,CLEAN_TIME,UNSUB_REASON\n"
        "on@x.org,3/4/2021 9:00,3/4/2021 10:00,,,\n"
        "left@x.org,3/4/2021 9:00,3/4/2021 10:00,3/4/2021 10:00,,\n"
        "bounced@x.org,3/4/2021 9:00,3/4/2021 10:00,,sometime,\n"
        "left2@x.org,3/4/2021 9:00,3/4/2021 10:00,,,ADMIN\n"
    ),
    "Ghost": (
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,"
        "created_at,deleted_at,labels,tiers\n"
        "1,on@x.org,,,true,false,,2021-03-04T05:06:07.000Z,,,\n"
        "2,left@x.org,,,false,false,,2021-03-04T05:06:07.000Z,,,\n"
        "3,left2@x.org,,,true,false,,2021-03-04T05:06:07.000Z,2022-03-04T05:06:07.000Z,,\n"
    ),
    "Substack": (
        "email,active_subscription,expiry,plan,email_disabled,created_at\n"
        "on@x.org,false,,other,false,2021-03-04T05:06:07.000Z\n"
        "left@x.org,true,,other,true,2021-03-04T05:06:07.000Z\n"
    ),
    "Mautic": "id,email,firstname,dnc\n1,on@x.org,On,0\n2,left@x.org,,1\n3,left2@x.org,,Manual\n",
    "yes and no": "e-mail;subscribed\non@x.org;1\nleft@x.org;0\nleft2@x.org;no\n",
    "the other way round": (
        "Email\tUnsubscribed\tBounced\tComplained\non@x.org\t0\tno\tFALSE\nleft@x.org\t1\t0\t0\n"
        "bounced@x.org\t\tyes\t\ncomplained@x.org\t\t1\t2021-03-04\n"
    ),
    "nearly the usual names": (
        "Email,Date Unsubscribed (UTC),Hard bounced on,Unsubscribe link,Soft bounces\n"
        "on@x.org,,,https://x.org/leave/1,3\nleft@x.org,soon,,https://x.org/leave/2,0\n"
        "bounced@x.org,,2021-03-04,https://x.org/leave/3,0\n"
    ),
    "dates of nothing": (
        "email,unsubscribed_at\non@x.org,0000-00-00 00:00:00\non2@x.org,NULL\nleft@x.org,2021\n"
    ),
    "statuses of many": (
        "email,Status\non@x.org,Subscribed\nleft@x.org,Opted-out\nleft2@x.org,BLOCKLISTED\n"
        "bounced@x.org,Hard Bounced\ncomplained@x.org,Marked as spam\n"
    ),
    "Klaviyo": (
        "Email,Email Marketing Consent,Email Suppressions\non@x.org,SUBSCRIBED,[]\n"
        "left@x.org,UNSUBSCRIBED,[]\nleft2@x.org,SUBSCRIBED,['MANUAL']\n"
    ),
    "several columns that do not agree": (
        "email,status,subscription_status,unsubscribed\n"
        "on@x.org,enabled,confirmed,0\nleft@x.org,enabled,unsubscribed,0\n"
        "left2@x.org,enabled,confirmed,1\nbounced@x.org,cleaned,confirmed,\n"
    ),
    "a state that is a place": "email,state,opted_out\non@x.org,TN,\nleft@x.org,KY,yes\n",
    "a header with a line break": (
        '"Email\nAddress","Customer\nnotes","Unsub\nTime"\non@x.org,"two\nlines",\nleft@x.org,,x\n'
    ),
    "sep= at the beginning": "sep=;\nemail;status\non@x.org;active\nleft@x.org;left\n",
    "two byte order marks": "\ufeff\ufeffemail,status\non@x.org,active\nleft@x.org,left\n",
    "a mark before a quoted header": '\ufeff"email","status"\non@x.org,active\nleft@x.org,left\n',
    "parted by bars": "email|status\non@x.org|active\nleft@x.org|left\n",
    "commas in a header of semicolons": (
        'email;"a,b,c,d";status\non@x.org;x;active\nleft@x.org;;left\n'
    ),
    "empty cells at the end": "email,status\non@x.org,active,,\n\nleft@x.org,left,\n",
    "UTF-16": "email,status\non@x.org,active\nleft@x.org,left\n".encode("utf-16"),
    "UTF-16 without a mark": "email\tstatus\non@x.org\tactive\nleft@x.org\tleft\n".encode(
        "utf-16-le"
    ),
    "line ends of old Macs": "email,status\ron@x.org,active\rleft@x.org,left\r",
}


@pytest.mark.parametrize("program", FORMATS)
def test_who_left_bounced_or_complained_there_did_so_here(bring_in, program):
    bring_in(FORMATS[program])
    found = statuses()
    assert found == {name: means(name) for name in found}
    assert {"on", "left"} <= found.keys()
    octets = FORMATS[program] if isinstance(FORMATS[program], bytes) else FORMATS[program].encode()
    assert len(found) == octets.replace(b"\0", b"").count(b"@x.org"), "nobody is missing"


def means(name: str) -> str:
    name = name.rstrip("2")
    return "active" if name == "on" else name


@pytest.mark.parametrize("at_once", [1, 1000])
@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (("active", "left"), "left"),
        (("left", "active"), "left"),
        (("active", "cleaned", "active"), "bounced"),
        (("cleaned", "unsubscribed"), "left"),
        (("spam", "active", "left"), "complained"),
        (("pending", "active"), "active"),
    ],
)
def test_of_several_lines_for_one_address_the_strictest_counts(
    bring_in, monkeypatch, lines, status, at_once
):
    monkeypatch.setattr(csv_import, "AT_ONCE", at_once)
    spelled = ["anna@x.org", "Anna@X.org", "ANNA@x.org"]
    text = "".join(f"{email},{said}\n" for email, said in zip(spelled, lines, strict=False))
    dry = bring_in(f"email,status\n{text}", "--dry-run")
    said = bring_in(f"email,status\n{text}")
    assert statuses() == {"anna": status}
    assert "1 would be added" in dry
    assert "1 added" in said


def test_a_later_file_of_people_who_left_takes_off_who_was_brought_in(bring_in):
    bring_in("email\nanna@x.org\nruth@x.org\nmay@x.org\n", "--all-active")
    assert "1 would be taken off" in bring_in("email\nAnna@x.org\n", "--as", "left", "--dry-run")
    assert statuses()["anna"] == "active"
    assert "1 taken off" in bring_in("email\nAnna@x.org\n", "--as", "left")
    assert "taken off now" in bring_in.report[2]
    bring_in("email,status\nruth@x.org,cleaned\n")
    assert statuses() == {"anna": "left", "ruth": "bounced", "may": "active"}
    left = Consent.objects.get(subscriber__email="anna@x.org", kind="left")
    assert left.how == "old"
    bring_in("email\nanna@x.org\n", "--as", "active")
    assert statuses()["anna"] == "left"


def test_who_has_confirmed_here_stays_whatever_a_file_says(bring_in):
    make_consent_text()
    bring_in("email\nanna@x.org\n", "--all-active")
    anna = Subscriber.objects.get()
    Consent.objects.create(
        subscriber=anna,
        kind="confirmed",
        address_hash=anna.address_hash,
        text=make_consent_text(),
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    said = bring_in("email\nanna@x.org\n", "--as", "left")
    assert "0 taken off" in said
    assert "stays on the list" in bring_in.report[2]
    assert statuses() == {"anna": "active"}


def test_who_left_here_is_not_moved_by_a_file(bring_in):
    bring_in("email\nanna@x.org\n", "--all-active")
    subscription.unsubscribe(Subscriber.objects.get(), how="link")
    bring_in("email,status\nanna@x.org,cleaned\n")
    assert statuses() == {"anna": "left"}


LISTMONK = (
    "uuid,email,name,attributes,status,created_at,updated_at\n"
    "8d1f,anna@x.org,Anna,{},enabled,2021-03-04 05:06:07.891011 +0000 UTC,\n"
    "8d2f,ruth@x.org,Ruth,{},blocklisted,2021-03-04 05:06:07.891011 +0000 UTC,\n"
)


def test_listmonks_status_is_the_accounts_and_the_command_says_what_to_export(bring_in):
    said = bring_in(LISTMONK)
    assert "listmonk" in said
    assert "--as left" in said
    assert "--as left" in bring_in.report[1]
    joined = Consent.objects.get(kind="imported").asked_at
    assert joined == datetime(2021, 3, 4, 5, 6, 7, 891011, UTC)
    said = bring_in(LISTMONK, "--as", "left")  # the same file, read in another way
    assert "brought in before" not in said
    assert statuses() == {"anna": "left", "ruth": "left"}
    assert Import.objects.count() == 2


def test_as_active_says_it_of_every_line_that_says_nothing_else(bring_in):
    bring_in(LISTMONK, "--as", "active")
    assert statuses() == {"anna": "active", "ruth": "left"}


def test_as_left_needs_no_word_that_we_know(bring_in):
    bring_in("email,status,active\nanna@x.org,gone fishing,maybe\nruth@x.org\n", "--as", "left")
    assert statuses() == {"anna": "left", "ruth": "left"}


@pytest.mark.parametrize(
    "header",
    ["email", "email,first name,gdpr note", "Email Address,CONFIRM_TIME", "email,confirmed"],
)
def test_a_file_in_which_nothing_says_who_left_is_refused_and_names_what_it_does_not_know(
    bring_in, header
):
    with pytest.raises(CommandError, match=r"says who left.*--all-active.*--as left") as caught:
        bring_in(f"{header}\nanna@x.org{',' * header.count(',')}\n")
    assert ("“gdpr note”" in str(caught.value)) == ("gdpr note" in header)
    assert not Subscriber.objects.exists()


def test_columns_that_are_not_looked_at_are_listed(bring_in):
    said = bring_in("email,status,shoe size\nanna@x.org,active,38\n")
    assert "Columns that are not looked at: shoe size." in said


def test_a_column_of_dates_alone_does_not_say_who_left(bring_in):
    bring_in("email,subscribed\nanna@x.org,2021-03-04\nruth@x.org,no\n")
    assert statuses() == {"ruth": "left"}
    assert "nothing who left" in bring_in.report[2]
    bring_in("email,subscribed\nanna@x.org,2021-03-04\n", "--all-active")
    assert Consent.objects.get(kind="imported").asked_at == datetime(2021, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Contact", "contact", "“Contact”"])
def test_the_column_with_the_addresses_can_be_named(bring_in, name):
    text = "Contact;status\nanna@x.org;active\n"
    with pytest.raises(CommandError, match="--email-column"):
        bring_in(text)
    bring_in(text, "--email-column", name)
    assert statuses() == {"anna": "active"}
    with pytest.raises(CommandError, match=r"There is no column “Mail”.*“Contact”"):
        bring_in(text, "--email-column", "Mail")


# ── since when ──


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
def test_dates_of_listmonk_of_america_and_of_iso_are_read(bring_in, text, joined):
    bring_in(f'email,status,created_at\nanna@x.org,active,"{text}"\n')
    assert Consent.objects.get().asked_at == joined
    assert Subscriber.objects.get().joined_at == joined
    assert 2 not in bring_in.report


@pytest.mark.parametrize(
    "text", ["yesterday", "25/12/2020", "0001-01-01", "9999-12-31", "2021-02-30"]
)
def test_a_date_that_cannot_be_read_is_told_and_the_proof_says_unknown(bring_in, text):
    assert "1 added" in bring_in(f"email,status,created_at\nanna@x.org,active,{text}\n")
    assert "unknown" in bring_in.report[2]
    consent = Consent.objects.get()
    assert consent.asked_at is None
    assert data_export.collect(consent.subscriber)["consents"][0]["asked"] == "unknown"


def test_what_is_not_known_goes_out_as_not_known(bring_in, tmp_path):
    bring_in("email,status\nanna@x.org,active\n")
    call_command("export_subscribers", str(tmp_path / "out.csv"))
    [row] = csv.DictReader((tmp_path / "out.csv").open())
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
def test_a_broken_file_is_refused_with_its_line_before_anybody_is_added(bring_in, text, why):
    with pytest.raises(CommandError, match=why):
        bring_in(text, "--all-active")
    assert not Subscriber.objects.exists()
    assert not Import.objects.exists()


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "mac-roman"])
def test_an_encoding_can_be_named(bring_in, encoding):
    text = "Prénom,email,status\nZoë,anna@x.org,active\n"
    bring_in(text.encode(encoding), "--encoding", encoding)
    assert statuses() == {"anna": "active"}
    for other in ("klingon", "base64"):
        with pytest.raises(CommandError, match=f"no encoding '{other}'"):
            bring_in(text, "--encoding", other)


def test_a_line_that_is_cut_off_or_has_a_cell_too_many_is_told_and_not_taken_over(bring_in):
    said = bring_in(
        "name,email,status\nAnna,anna@x.org\nLast, First,ruth@x.org,left\nMay,may@x.org,active\n"
    )
    assert "2 not taken over" in said
    assert statuses() == {"may": "active"}
    assert "cut off" in bring_in.report[2]
    assert "4 cells" in bring_in.report[3]


def test_notes_of_several_lines_are_no_broken_file(bring_in):
    bring_in(
        'email,note,status,created_at,tags\nanna@x.org,"Asks:\nwhen? Write to b@x.org\n",left,,\n'
    )
    assert statuses() == {"anna": "left"}


def test_make_subscriber_is_not_touched_by_an_unknown_word(bring_in):
    make_subscriber(email="anna@x.org")
    bring_in("email,opt_in\nanna@x.org,perhaps\nruth@x.org,\nmay@x.org,yes\n")
    assert statuses() == {"anna": "active", "may": "active"}
    assert "“perhaps”" in bring_in.report[2]
    assert "never confirmed" in bring_in.report[3]

"""Who left stays left, whatever program wrote the file; and no reader is swallowed silently."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError

from newsletter.models import Consent, Import, Subscriber
from newsletter.subscription import unsubscribe
from newsletter.transfer import csv_import
from tests.newsletter.factories import make_consent_text, make_subscriber

pytestmark = pytest.mark.django_db
Status = Subscriber.Status


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
def test_who_left_bounced_or_complained_there_did_so_here(run_import, program):
    run_import(FORMATS[program])
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
    run_import, monkeypatch, lines, status, at_once
):
    monkeypatch.setattr(csv_import, "AT_ONCE", at_once)
    spelled = ["anna@x.org", "Anna@X.org", "ANNA@x.org"]
    text = "".join(f"{email},{said}\n" for email, said in zip(spelled, lines, strict=False))
    dry = run_import(f"email,status\n{text}", "--dry-run")
    said = run_import(f"email,status\n{text}")
    assert statuses() == {"anna": status}
    assert "1 would be added" in dry
    assert "1 added" in said


def test_a_later_file_of_people_who_left_takes_off_who_was_brought_in(run_import):
    run_import("email\nanna@x.org\nruth@x.org\nmay@x.org\n", "--all-active")
    assert "1 would be taken off" in run_import("email\nAnna@x.org\n", "--as", "left", "--dry-run")
    assert statuses()["anna"] == "active"
    assert "1 taken off" in run_import("email\nAnna@x.org\n", "--as", "left")
    assert "taken off now" in run_import.report[2]
    run_import("email,status\nruth@x.org,cleaned\n")
    assert statuses() == {"anna": "left", "ruth": "bounced", "may": "active"}
    left = Consent.objects.get(subscriber__email="anna@x.org", kind="left")
    assert left.how == "the old list"
    run_import("email\nanna@x.org\n", "--as", "active")
    assert statuses()["anna"] == "left"


def test_who_has_confirmed_here_stays_whatever_a_file_says(run_import):
    make_consent_text()
    run_import("email\nanna@x.org\n", "--all-active")
    anna = Subscriber.objects.get()
    Consent.objects.create(
        subscriber=anna,
        kind="confirmed",
        address_hash=anna.address_hash,
        text=make_consent_text(),
        asked_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    said = run_import("email\nanna@x.org\n", "--as", "left")
    assert "0 taken off" in said
    assert "stays on the list" in run_import.report[2]
    assert statuses() == {"anna": "active"}


def test_who_left_here_is_not_moved_by_a_file(run_import):
    run_import("email\nanna@x.org\n", "--all-active")
    unsubscribe.unsubscribe(Subscriber.objects.get(), how="link")
    run_import("email,status\nanna@x.org,cleaned\n")
    assert statuses() == {"anna": "left"}


LISTMONK = (
    "uuid,email,name,attributes,status,created_at,updated_at\n"
    "8d1f,anna@x.org,Anna,{},enabled,2021-03-04 05:06:07.891011 +0000 UTC,\n"
    "8d2f,ruth@x.org,Ruth,{},blocklisted,2021-03-04 05:06:07.891011 +0000 UTC,\n"
)


def test_listmonks_status_is_the_accounts_and_the_command_says_what_to_export(run_import):
    said = run_import(LISTMONK)
    assert "listmonk" in said
    assert "--as left" in said
    assert "--as left" in run_import.report[1]
    joined = Consent.objects.get(kind="imported").asked_at
    assert joined == datetime(2021, 3, 4, 5, 6, 7, 891011, UTC)
    said = run_import(LISTMONK, "--as", "left")  # the same file, read in another way
    assert "brought in before" not in said
    assert statuses() == {"anna": "left", "ruth": "left"}
    assert Import.objects.count() == 2


def test_as_active_says_it_of_every_line_that_says_nothing_else(run_import):
    run_import(LISTMONK, "--as", "active")
    assert statuses() == {"anna": "active", "ruth": "left"}


def test_as_left_needs_no_word_that_we_know(run_import):
    run_import("email,status,active\nanna@x.org,gone fishing,maybe\nruth@x.org\n", "--as", "left")
    assert statuses() == {"anna": "left", "ruth": "left"}


@pytest.mark.parametrize(
    "header",
    ["email", "email,first name,gdpr note", "Email Address,CONFIRM_TIME", "email,confirmed"],
)
def test_a_file_in_which_nothing_says_who_left_is_refused_and_names_what_it_does_not_know(
    run_import, header
):
    with pytest.raises(CommandError, match=r"says who left.*--all-active.*--as left") as caught:
        run_import(f"{header}\nanna@x.org{',' * header.count(',')}\n")
    assert ("“gdpr note”" in str(caught.value)) == ("gdpr note" in header)
    assert not Subscriber.objects.exists()


def test_columns_that_are_not_looked_at_are_listed(run_import):
    said = run_import("email,status,shoe size\nanna@x.org,active,38\n")
    assert "Columns that are not looked at: shoe size." in said


def test_a_column_of_dates_alone_does_not_say_who_left(run_import):
    run_import("email,subscribed\nanna@x.org,2021-03-04\nruth@x.org,no\n")
    assert statuses() == {"ruth": "left"}
    assert "nothing who left" in run_import.report[2]
    run_import("email,subscribed\nanna@x.org,2021-03-04\n", "--all-active")
    assert Consent.objects.get(kind="imported").asked_at == datetime(2021, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Contact", "contact", "“Contact”"])
def test_the_column_with_the_addresses_can_be_named(run_import, name):
    text = "Contact;status\nanna@x.org;active\n"
    with pytest.raises(CommandError, match="--email-column"):
        run_import(text)
    run_import(text, "--email-column", name)
    assert statuses() == {"anna": "active"}
    with pytest.raises(CommandError, match=r"There is no column “Mail”.*“Contact”"):
        run_import(text, "--email-column", "Mail")


def test_make_subscriber_is_not_touched_by_an_unknown_word(run_import):
    make_subscriber(email="anna@x.org")
    run_import("email,opt_in\nanna@x.org,perhaps\nruth@x.org,\nmay@x.org,yes\n")
    assert statuses() == {"anna": "active", "may": "active"}
    assert "“perhaps”" in run_import.report[2]
    assert "never confirmed" in run_import.report[3]

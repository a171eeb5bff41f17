"""What providers call a failure: about the reader, about the moment, or about us."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from core.mail import outbox
from core.mail.models import OutgoingEmail
from newsletter.models import Event, Subscriber
from tests.core.staff.people import make_staff
from tests.newsletter import payloads
from tests.newsletter.factories import letter_to, make_subscriber
from tests.newsletter.issues import make_issue
from tests.newsletter.test_webhooks import post, status_of

pytestmark = pytest.mark.django_db
Status = Subscriber.Status


@pytest.fixture(autouse=True)
def _secrets(settings):
    settings.NEWSLETTER_WEBHOOK_SECRET = payloads.SECRET
    settings.MAILGUN_WEBHOOK_SIGNING_KEY = payloads.MAILGUN_KEY


def amazon(letter: str, to: str, **told: Any) -> payloads.Call:
    """`told` replaces parts of Amazon's message; those of `recipient` go into the recipient."""
    provider, body, headers = payloads.amazon(letter, to)
    outer = json.loads(body)
    message = json.loads(outer["Message"])
    recipient = told.pop("recipient", {})
    message["bounce"] |= told.pop("bounce", {})
    message["bounce"]["bouncedRecipients"][0] |= recipient
    message |= told
    return provider, json.dumps(outer | {"Message": json.dumps(message)}).encode(), headers


def bounced_by_amazon(kind: str, closer: str, said: str = "", status: str = ""):
    return lambda letter, to: amazon(
        letter,
        to,
        bounce={"bounceType": kind, "bounceSubType": closer},
        recipient={"status": status, "diagnosticCode": said},
    )


def reject_of_amazon(letter: str, to: str) -> payloads.Call:
    return amazon(letter, to, eventType="Reject", reject={"reason": "Bad content"})


def bounced_by_postmark(kind: str, **more: Any):
    return lambda letter, to: payloads.postmark(letter, to, kind, **more)


def failed_at_mailgun(code: int, reason: str, message: str = "", **more: Any):
    def tell(letter: str, to: str) -> payloads.Call:
        provider, body, headers = payloads.mailgun(letter, to)
        told = json.loads(body)
        told["event-data"]["reason"] = reason
        told["event-data"]["delivery-status"] |= {"code": code, "message": message, **more}
        return provider, json.dumps(told).encode(), headers

    return tell


def rejected_by_mailgun(letter: str, to: str) -> payloads.Call:
    provider, body, headers = payloads.mailgun(letter, to)
    told = json.loads(body)
    told["event-data"] |= {"event": "rejected", "reject": {"reason": "Sandbox"}}
    return provider, json.dumps(told).encode(), headers


def old_mailgun(code: str, event: str = "dropped", **more: str):
    """As Mailgun told until 2018, and tells whoever never changed it: fields of a form."""

    def tell(letter: str, to: str) -> payloads.Call:
        signed = json.loads(payloads.mailgun(letter, to)[1])["signature"]
        fields = signed | {"event": event, "recipient": to, "code": code, "Message-Id": letter}
        kind = "application/x-www-form-urlencoded"
        return "mailgun", urlencode(fields | more).encode(), {"Content-Type": kind}

    return tell


GONE = {
    "Amazon, permanent": bounced_by_amazon("Permanent", "General", "smtp; 550 5.1.1 x", "5.1.1"),
    "Amazon, by the words": bounced_by_amazon("Permanent", "General", "smtp; 550 User unknown"),
    "Amazon, no such mailbox": bounced_by_amazon("Permanent", "NoEmail"),
    "Amazon, bounced before": bounced_by_amazon("Permanent", "Suppressed"),
    "Amazon, on our list there": bounced_by_amazon("Permanent", "OnAccountSuppressionList"),
    "Postmark, inactive": bounced_by_postmark("HardBounce", Details="smtp;550 5.7.1 whatever"),
    "Postmark, no address": bounced_by_postmark("BadEmailAddress"),
    "Postmark, unknown but inactive": bounced_by_postmark("Unknown"),
    "Postmark, on its own list": bounced_by_postmark(
        "", RecordType="SubscriptionChange", SuppressSending=True, SuppressionReason="HardBounce"
    ),
    "Mailgun, bounced before": failed_at_mailgun(605, "suppress-bounce"),
    "Mailgun, by the code": failed_at_mailgun(550, "bounce", "5.1.1 The account does not exist"),
    "Mailgun, by its own field": failed_at_mailgun(
        550, "generic", "no", **{"enhanced-code": "5.1.1"}
    ),
    "Mailgun, by the words": failed_at_mailgun(550, "bounce", "No such user here"),
    "Mailgun as of old": old_mailgun("605"),
    "Mailgun as of old, by the code": old_mailgun("550", "bounced", error="5.1.1 no such user"),
}
PASSING = {
    "Amazon, full": bounced_by_amazon("Transient", "MailboxFull", "smtp; 552 5.2.2 over quota"),
    "Amazon, transient however dead": bounced_by_amazon("Transient", "General", "", "5.1.1"),
    "Amazon, not sure": bounced_by_amazon("Undetermined", "Undetermined", "", "5.1.1"),
    "Amazon, permanent but full": bounced_by_amazon(
        "Permanent", "General", "smtp; 552 5.2.2 over quota", "5.2.2"
    ),
    "Amazon, the code behind its type": bounced_by_amazon(
        "Permanent", "General", "smtp; 552 5.2.2 over quota", "5.0.0"
    ),
    "Postmark, hard but active": bounced_by_postmark("HardBounce", Inactive=False),
    "Postmark, no DNS": bounced_by_postmark("DnsError"),
    "Mailgun, too old": failed_at_mailgun(602, "old", "Too old"),
    "Mailgun, greylisted": failed_at_mailgun(450, "greylisted", "4.7.1 Greylisted"),
    "Mailgun, greylisted by its words": failed_at_mailgun(450, "generic", "Greylisted for now"),
    "Mailgun, no server": failed_at_mailgun(498, "bounce", "No MX for example.org"),
    "Mailgun, full": failed_at_mailgun(552, "bounce", "5.2.2 over quota"),
    "Mailgun as of old": old_mailgun("602", reason="old"),
}
ABOUT_US = {
    "Amazon, a virus": reject_of_amazon,
    "Amazon, the content": bounced_by_amazon("Transient", "ContentRejected"),
    "Amazon, the attachment": bounced_by_amazon("Transient", "AttachmentRejected"),
    "Postmark, blocked": bounced_by_postmark("Blocked"),
    "Postmark, DMARC": bounced_by_postmark("DMARCPolicy"),
    "Postmark, a virus": bounced_by_postmark("VirusNotification"),
    "Postmark, spam": bounced_by_postmark("SpamNotification"),
    "Mailgun, rejected": rejected_by_mailgun,
    "Mailgun, blocked": failed_at_mailgun(550, "espblock", "5.7.1 blocked"),
}
BY_THEIR_SERVER = {
    "Amazon, a block list": bounced_by_amazon(
        "Permanent", "General", "smtp; 550 5.7.1 blocked", "5.7.1"
    ),
    "Amazon, DMARC": bounced_by_amazon("Permanent", "General", "smtp; 550 5.7.26 DMARC", "5.0.0"),
    "Mailgun, a block list": failed_at_mailgun(550, "bounce", "5.7.1 blocked using RBL"),
}


def told(call, *, issue: int = 1) -> Subscriber:
    reader = make_subscriber()
    assert post(call(letter_to(reader, issue=issue), reader.email)).status_code == 200
    reader.refresh_from_db()
    return reader


@pytest.mark.parametrize("word", GONE)
def test_who_a_provider_says_is_gone_is_taken_off(word):
    assert told(GONE[word]).status == Status.BOUNCED


@pytest.mark.parametrize("word", PASSING)
def test_what_passes_is_counted_and_takes_nobody_off(word):
    reader = told(PASSING[word])
    assert (reader.status, reader.soft_bounces) == (Status.ACTIVE, 1)


@pytest.mark.parametrize("word", ABOUT_US)
def test_what_a_provider_says_is_about_us_takes_nobody_off_and_staff_hear_which_issue(word):
    make_staff("manager")
    issue = make_issue()
    reader = told(ABOUT_US[word], issue=issue.pk)
    assert (reader.status, reader.soft_bounces) == (Status.ACTIVE, 0)
    assert Event.objects.get().kind == "refused"
    mail = OutgoingEmail.objects.get(template="issue_trouble")
    assert f"Issue number {issue.pk} " in mail.text
    assert f"/admin/newsletter/issue/{issue.pk}/progress/" in mail.text
    assert issue.subject not in mail.subject + mail.text


@pytest.mark.parametrize("word", BY_THEIR_SERVER)
def test_what_their_server_says_is_about_us_takes_nobody_off(word):
    reader = told(BY_THEIR_SERVER[word])
    assert (reader.status, reader.soft_bounces) == (Status.ACTIVE, 0)
    assert Event.objects.get().kind == "refused"


@pytest.mark.parametrize(
    ("call", "status"),
    [
        (failed_at_mailgun(606, "suppress-unsubscribe"), Status.LEFT),
        (failed_at_mailgun(607, "suppress-complaint"), Status.COMPLAINED),
        (old_mailgun("606"), Status.LEFT),
        (old_mailgun("607"), Status.COMPLAINED),
    ],
)
def test_who_left_or_complained_at_mailgun_did_so_here(call, status):
    assert told(call).status == status


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        *(("abuse", True), ("opt-out", True), (None, True)),
        *(("auth-failure", False), ("fraud", False), ("not-spam", False), ("virus", False)),
        ("other", False),
    ],
)
def test_amazon_passes_on_what_kind_of_complaint_it_is(kind, counts):
    def call(letter: str, to: str) -> payloads.Call:
        complaint = {"complaintFeedbackType": kind, "complainedRecipients": [{"emailAddress": to}]}
        return amazon(letter, to, notificationType="Complaint", complaint=complaint)

    assert (told(call).status == Status.COMPLAINED) == counts
    assert Event.objects.exists() == counts


def test_a_refusal_of_our_own_mail_to_a_reader_takes_nobody_off():
    reader = make_subscriber(email="grace@example.org")
    link = "https://visits.example.org/newsletter/"
    mail = outbox.enqueue("newsletter_welcome", key="w:1", to=reader.email, link=link)
    post(bounced_by_postmark("Blocked")(mail.message_id, reader.email))
    assert status_of(reader) == Status.ACTIVE

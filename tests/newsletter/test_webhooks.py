"""What mail providers report counts once, and only with their secret or signature."""

import json
import urllib.request

import pytest
from django.test import Client
from django.utils import timezone

from core.mail import outbox
from core.mail.models import OutgoingEmail
from newsletter import links
from newsletter.delivery import message_ids
from newsletter.models import Consent, Event, Subscriber
from newsletter.subscription.confirm import undo_unsubscribe
from tests.internet import Internet
from tests.newsletter import payloads
from tests.newsletter.factories import letter_to, make_subscriber
from tests.newsletter.issues import make_issue
from tests.newsletter.payloads import amazon, basic, mailgun, postmark

pytestmark = pytest.mark.django_db
Status = Subscriber.Status
ALL = pytest.mark.parametrize("tell", [amazon, postmark, mailgun])


@pytest.fixture(autouse=True)
def _secrets(settings):
    settings.NEWSLETTER_WEBHOOK_SECRET = payloads.SECRET
    settings.MAILGUN_WEBHOOK_SIGNING_KEY = payloads.MAILGUN_KEY


def post(call: payloads.Call, **headers: str):
    provider, body, own = call
    own = own | headers
    kind = own.pop("Content-Type")
    client = Client(enforce_csrf_checks=True)
    address = f"/newsletter/webhooks/{provider}/"
    return client.post(address, body, content_type=kind, headers=own)


def status_of(subscriber: Subscriber) -> str:
    return Subscriber.objects.get(pk=subscriber.pk).status


@ALL
def test_a_letter_that_came_back_for_good_suppresses_at_once(tell):
    subscriber = make_subscriber()
    assert post(tell(letter_to(subscriber, issue=7), subscriber.email)).status_code == 200
    assert status_of(subscriber) == Status.BOUNCED
    event = Event.objects.get()
    assert (event.kind, event.issue, event.subscriber) == ("bounced", 7, subscriber)
    assert subscriber.email not in event.why + Consent.objects.get().how
    assert Consent.objects.get().issue == 7


@pytest.mark.parametrize(
    ("tell", "kind"),
    [(amazon, "complaint"), (postmark, "SpamComplaint"), (mailgun, "complained")],
)
def test_a_complaint_suppresses_at_once(tell, kind):
    subscriber = make_subscriber()
    post(tell(letter_to(subscriber), subscriber.email, kind))
    assert status_of(subscriber) == Status.COMPLAINED
    assert Event.objects.get().kind == "complained"


@pytest.mark.parametrize("before", [Status.LEFT, Status.BOUNCED])
@pytest.mark.parametrize(
    ("tell", "kind"),
    [(amazon, "complaint"), (postmark, "SpamComplaint"), (mailgun, "complained")],
)
def test_a_complaint_counts_after_leaving_too_and_ends_the_way_back(tell, kind, before):
    subscriber = make_subscriber(status=before, left_at=timezone.now())
    post(tell(letter_to(subscriber), subscriber.email, kind))
    assert status_of(subscriber) == Status.COMPLAINED
    assert Consent.objects.get().kind == "complained"
    Client().post(links.unsubscribe_path(subscriber.key), {"do": "return"})
    undo_unsubscribe(Subscriber.objects.get())
    assert status_of(subscriber) == Status.COMPLAINED


@pytest.mark.parametrize(
    ("tell", "kind"), [(amazon, "Transient"), (postmark, "SoftBounce"), (mailgun, "temporary")]
)
def test_passing_failures_suppress_only_after_so_many_letters_in_a_row(tell, kind, settings):
    settings.NEWSLETTER_SOFT_BOUNCES = 3
    subscriber = make_subscriber()
    for issue in (1, 1, 1, 2):
        post(tell(letter_to(subscriber, issue=issue), subscriber.email, kind))
    assert status_of(subscriber) == Status.ACTIVE
    post(tell(letter_to(subscriber, issue=3), subscriber.email, kind))
    assert status_of(subscriber) == Status.BOUNCED


def test_a_letter_in_between_that_did_not_come_back_ends_the_row(settings):
    settings.NEWSLETTER_SOFT_BOUNCES = 2
    subscriber = make_subscriber()
    issues = [make_issue().pk for _ in range(3)]
    for issue in (issues[0], issues[2]):
        letter_to(subscriber, issue=issues[1])  # sent, and nothing came back
        post(mailgun(letter_to(subscriber, issue=issue), subscriber.email, "temporary"))
    assert status_of(subscriber) == Status.ACTIVE
    assert Subscriber.objects.get().soft_bounces == 1


@pytest.mark.parametrize(("tell", "kind"), [(amazon, "delivery"), (mailgun, "delivered")])
def test_a_letter_that_arrives_ends_the_row(tell, kind):
    subscriber = make_subscriber(soft_bounces=4)
    post(tell(letter_to(subscriber, issue=5), subscriber.email, kind))
    assert Subscriber.objects.get().soft_bounces == 0
    assert Event.objects.of_issue(5).counted() == {"delivered": 1}


@ALL
def test_the_same_report_told_twice_counts_once(tell):
    subscriber = make_subscriber()
    call = tell(letter_to(subscriber), subscriber.email)
    assert [post(call).status_code for _ in range(2)] == [200, 200]
    assert Event.objects.count() == Consent.objects.count() == 1


def test_leaving_at_the_provider_is_leaving():
    subscriber = make_subscriber()
    post(mailgun(letter_to(subscriber), subscriber.email, "unsubscribed"))
    assert status_of(subscriber) == Status.LEFT


@pytest.mark.parametrize("tell", [amazon, postmark])
def test_without_the_secret_nobody_is_heard(tell):
    subscriber = make_subscriber()
    provider, body, headers = tell(letter_to(subscriber), subscriber.email)
    del headers["Authorization"]
    asked = post((provider, body, dict(headers)))
    assert asked.status_code == 401  # Amazon sends it only when it was asked
    assert asked["WWW-Authenticate"].startswith("Basic")
    assert post((provider, body, headers | basic("clinic:another-long-secret"))).status_code == 403
    assert status_of(subscriber) == Status.ACTIVE


def test_a_wrong_signature_is_refused():
    subscriber = make_subscriber()
    call = mailgun(letter_to(subscriber), subscriber.email, signature="0" * 64)
    assert post(call).status_code in (401, 403)
    assert status_of(subscriber) == Status.ACTIVE


@ALL
def test_a_provider_that_is_not_set_up_is_not_there(tell, settings):
    settings.NEWSLETTER_WEBHOOK_SECRET = settings.MAILGUN_WEBHOOK_SIGNING_KEY = ""
    subscriber = make_subscriber()
    assert post(tell(letter_to(subscriber), subscriber.email)).status_code == 404
    assert status_of(subscriber) == Status.ACTIVE


def test_another_provider_is_not_found_and_a_get_is_refused():
    assert Client().post("/newsletter/webhooks/pigeon/").status_code == 404
    assert Client().get("/newsletter/webhooks/postmark/").status_code == 405


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"RecordType": "Bounce"}', b"\xff\x00"])
@pytest.mark.parametrize("provider", ["amazon-ses", "postmark", "mailgun"])
def test_what_cannot_be_read_is_no_error_of_ours(provider, body):
    call = (provider, body, {"Content-Type": "application/json"} | basic())
    assert post(call).status_code < 500
    assert not Event.objects.exists()


def test_a_message_id_that_we_did_not_make_is_not_believed():
    subscriber = make_subscriber()
    forged = f"<newsletter-1-{subscriber.pk}.{'0' * 24}@example.org>"
    assert message_ids.parse(forged) is None
    assert post(postmark(forged, subscriber.email)).status_code == 200
    assert status_of(subscriber) == Status.ACTIVE


@ALL
def test_a_clinic_mail_that_came_back_is_for_the_front_desk_and_suppresses_nobody(tell):
    subscriber = make_subscriber(email="grace@example.org")
    mail = outbox.enqueue("mail_test", key="test:1", to="grace@example.org")
    post(tell(mail.message_id, "grace@example.org"))
    assert OutgoingEmail.objects.get().bounced_at
    assert status_of(subscriber) == Status.ACTIVE
    assert not Event.objects.exists()


@pytest.mark.parametrize("tell", [amazon, postmark])
def test_our_own_mail_to_a_reader_that_came_back_suppresses_them(tell):
    subscriber = make_subscriber(email="grace@example.org")
    link = "https://visits.example.org/newsletter/"
    mail = outbox.enqueue("newsletter_welcome", key="w:1", to="grace@example.org", link=link)
    post(tell(mail.message_id, "grace@example.org"))
    assert status_of(subscriber) == Status.BOUNCED


AMAZON = "sns.us-west-2.amazonaws.com"
CONFIRM = "/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-west-2:1:a&Token=2336412f37"


@pytest.fixture
def internet(monkeypatch, tmp_path):
    names = [AMAZON, "sns.cn-north-1.amazonaws.com.cn"]
    with Internet(monkeypatch, tmp_path, names) as internet:
        internet.names |= {name: [["93.184.215.14"]] for name in names}
        yield internet


def confirm(link: str) -> int:
    body = {"Type": "SubscriptionConfirmation", "SubscribeURL": link}
    return post(payloads.sns(body)).status_code


@pytest.mark.parametrize("host", [AMAZON, "sns.cn-north-1.amazonaws.com.cn"])
def test_a_subscription_of_amazons_is_confirmed_by_its_own_link(internet, host):
    assert confirm(f"https://{host}{CONFIRM}") == 200
    assert internet.requests == [(host, CONFIRM)]


@pytest.mark.parametrize(
    "link",
    [
        f"http://{AMAZON}{CONFIRM}",
        f"https://sns.evil.example/.amazonaws.com{CONFIRM}",
        f"https://sns.evil.amazonaws.com{CONFIRM}",
        f"https://sns.evil.example.amazonaws.com{CONFIRM}",
        f"https://sns.s3.us-west-2.amazonaws.com{CONFIRM}",
        f"https://sns.us-west-2.amazonaws.com.evil.example{CONFIRM}",
        f"https://sns.us-west-2.amazonaws.com.{CONFIRM}",
        f"https://sns.us-west-2-amazonaws.com{CONFIRM}",
        f"https://sns.us-west-2xamazonaws.com{CONFIRM}",
        f"https://x{AMAZON}{CONFIRM}",
        f"https://{AMAZON}:8443{CONFIRM}",
        f"https://{AMAZON}@evil.example{CONFIRM}",
        f"https://a:b@{AMAZON}{CONFIRM}",
        f"https://{AMAZON}#@evil.example/",
        f"https://{AMAZON}\\@evil.example{CONFIRM}",
        f"https://{AMAZON}{CONFIRM}\r\nHost: evil.example",
        f" https://{AMAZON}{CONFIRM}",
        f"https://{AMAZON}/",
        "https://evil.example/?x=amazonaws.com",
        "",
        None,
        ["https://evil.example/"],
    ],
)
def test_no_other_link_is_followed_to_confirm_a_subscription(internet, link):
    assert confirm(link) == 403
    assert internet.looked_up == internet.connected == []


@pytest.mark.parametrize("leads_to", ["127.0.0.1", "169.254.169.254", "10.0.0.1"])
def test_amazons_name_within_our_own_network_is_not_asked(internet, leads_to):
    internet.names[AMAZON] = [[leads_to]]
    assert confirm(f"https://{AMAZON}{CONFIRM}") == 503
    assert internet.connected == []


def test_a_confirmation_that_redirects_or_is_not_answered_is_told_again(internet):
    internet.status, internet.location = 302, "http://127.0.0.1:6379/"
    assert confirm(f"https://{AMAZON}{CONFIRM}") == 503
    assert len(internet.requests) == 1
    internet.names["sns.eu-west-1.amazonaws.com"] = [[]]
    assert confirm(f"https://sns.eu-west-1.amazonaws.com{CONFIRM}") == 503


def test_providers_report_over_http(start_site):
    site = start_site(
        NEWSLETTER_WEBHOOK_SECRET=payloads.SECRET,
        MAILGUN_WEBHOOK_SIGNING_KEY=payloads.MAILGUN_KEY,
    )
    subscribers = [make_subscriber() for _ in range(3)]
    for subscriber, tell in zip(subscribers, (amazon, postmark, mailgun), strict=True):
        provider, body, headers = tell(letter_to(subscriber), subscriber.email)
        address = f"{site.url}/newsletter/webhooks/{provider}/"
        with urllib.request.urlopen(urllib.request.Request(address, body, headers)) as answer:
            assert answer.status == 200
    assert {status_of(each) for each in subscribers} == {Status.BOUNCED}


@pytest.mark.parametrize("content_type", ["application/json", "text/plain; charset=UTF-8"])
@pytest.mark.parametrize("body", ["[" * 60_000, '{"a":' * 12_000])
@pytest.mark.parametrize("provider", ["amazon-ses", "postmark", "mailgun"])
def test_json_that_is_nested_without_end_is_what_cannot_be_read(provider, body, content_type):
    response = post((provider, body.encode(), {"Content-Type": content_type} | basic()))
    assert response.status_code in (400, 403)


@pytest.mark.parametrize("provider", ["amazon-ses", "postmark"])
def test_nothing_of_the_body_is_read_before_the_secret(provider, monkeypatch):
    def read(*_args, **_kwargs):
        raise AssertionError("the body was read")

    monkeypatch.setattr(json, "loads", read)
    response = post((provider, b"[" * 60_000, {"Content-Type": "application/json"}))
    assert response.status_code == 401

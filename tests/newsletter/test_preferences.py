"""The preferences page: topics, a pause, another address. And that sends respect what it says."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from core.mail.models import OutgoingEmail
from newsletter import links
from newsletter.models import Consent, Subscriber
from newsletter.subscription import preferences, signup, unsubscribe
from tests.newsletter.factories import make_subscriber, make_topic

pytestmark = pytest.mark.django_db
Status = Subscriber.Status


@pytest.fixture
def client():
    return Client(enforce_csrf_checks=True)


def change(client: Client, subscriber: Subscriber, **data):
    """Send one of the page's forms, and see the page that follows."""
    response = client.post(links.preferences_path(subscriber.key), data)
    if response.status_code == 303:
        return client.get(response["Location"])
    return response


def test_somebody_who_never_chose_gets_everything_and_sees_it_ticked(client):
    topics = [make_topic(), make_topic()]
    subscriber = make_subscriber()
    page = client.get(links.preferences_path(subscriber.key)).text
    assert len(re.findall(r'type="checkbox"[^>]*checked', page)) == 2
    assert all(subscriber in Subscriber.objects.about([topic]) for topic in topics)


def test_chosen_topics_are_kept_and_decide_who_gets_a_letter(client):
    recovery, news = make_topic(), make_topic()
    subscriber = make_subscriber()
    assert "Your topics are saved" in change(client, subscriber, do="topics", topics=[news.pk]).text
    assert subscriber in Subscriber.objects.about([news])
    assert subscriber not in Subscriber.objects.about([recovery])
    assert subscriber in Subscriber.objects.about([recovery, news])


def test_all_topics_are_no_choice_so_that_a_new_one_belongs_to_it(client):
    subscriber = make_subscriber()
    topics = [make_topic(), make_topic()]
    change(client, subscriber, do="topics", topics=[topic.pk for topic in topics])
    assert subscriber in Subscriber.objects.about([make_topic()])


def test_no_topic_at_all_gets_a_sentence(client):
    make_topic()
    page = change(client, make_subscriber(), do="topics")
    assert "at least one topic" in page.text


def test_a_pause_ends_by_itself_and_can_be_ended(client):
    subscriber = make_subscriber()
    assert "Your pause has begun" in change(client, subscriber, do="pause", weeks="4").text
    subscriber.refresh_from_db()
    assert subscriber.paused_until - timezone.now() == pytest.approx(
        timedelta(weeks=4), abs=timedelta(minutes=1)
    )
    assert subscriber not in Subscriber.objects.mailable()
    Subscriber.objects.update(paused_until=timezone.now() - timedelta(seconds=1))
    assert subscriber in Subscriber.objects.mailable()
    Subscriber.objects.update(paused_until=timezone.now() + timedelta(days=9))
    change(client, subscriber, do="resume")
    assert subscriber in Subscriber.objects.mailable()


@pytest.mark.parametrize("weeks", ["0", "-1", "999", "x", ""])
def test_an_odd_pause_changes_nothing(client, weeks):
    subscriber = make_subscriber()
    assert change(client, subscriber, do="pause", weeks=weeks).status_code == 200
    assert subscriber in Subscriber.objects.mailable()


def test_leaving_from_here_counts_and_is_proved(client):
    subscriber = make_subscriber()
    assert "No more letters" in change(client, subscriber, do="leave").text
    subscriber.refresh_from_db()
    assert subscriber.status == Status.LEFT
    assert Consent.objects.get().how == "the preferences page"


def confirm_link() -> str:
    mail = OutgoingEmail.objects.get(template="newsletter_move")
    return re.findall(r"https?://[^/]+(/newsletter/confirm/\S+)", mail.text)[0]


def move(client: Client, subscriber: Subscriber, email: str = "new@example.org") -> None:
    page = change(client, subscriber, do="move", email=email)
    assert "sent a link to your new address" in page.text


def test_another_address_counts_once_its_owner_confirms_and_the_old_one_is_told(client):
    topic = make_topic()
    make_topic()
    subscriber = make_subscriber(email="old@example.org")
    preferences.choose_topics(subscriber, [topic])
    move(client, subscriber)
    assert Subscriber.objects.active().get().email == "old@example.org"
    assert "Your letters come here now" in client.post(confirm_link()).text
    moved = Subscriber.objects.active().get()
    assert moved.email == "new@example.org"
    assert list(moved.topics.all()) == [topic]
    assert OutgoingEmail.objects.get(template="newsletter_moved").to == "old@example.org"
    assert moved.joined_at == subscriber.joined_at


def test_a_slip_in_the_new_address_is_asked_about_before_the_link_is_sent(client):
    subscriber = make_subscriber()
    page = change(client, subscriber, do="move", email="new@gmial.com")
    assert "Did you mean new@gmail.com?" in page.text
    assert not OutgoingEmail.objects.exists()
    change(client, subscriber, do="move", email="new@gmial.com", kept_email="new@gmial.com")
    assert OutgoingEmail.objects.get().to == "new@gmial.com"


def test_links_in_old_letters_follow_to_the_new_address(client):
    subscriber = make_subscriber(email="old@example.org")
    old = links.unsubscribe_path(subscriber.key, 3)
    move(client, subscriber)
    client.post(confirm_link())
    client.post(old)
    assert not Subscriber.objects.active().exists()


def test_moving_tells_nobody_whether_the_new_address_is_known(client):
    make_subscriber(email="known@example.org")
    subscriber = make_subscriber()
    answers = [
        re.sub(r"\w+@example", "", change(client, subscriber, do="move", email=email).text)
        for email in ("known@example.org", "unknown@example.org")
    ]
    assert answers[0] == answers[1]


def test_moving_to_an_address_that_is_in_already_leaves_one_subscription(client):
    make_subscriber(email="new@example.org")
    subscriber = make_subscriber(email="old@example.org")
    move(client, subscriber)
    client.post(confirm_link())
    assert [s.email for s in Subscriber.objects.active()] == ["new@example.org"]


def test_moving_ends_when_the_old_address_leaves_first(client):
    subscriber = make_subscriber()
    move(client, subscriber)
    unsubscribe.unsubscribe(subscriber, how="the link's page")
    assert client.post(confirm_link()).status_code == 410
    assert not Subscriber.objects.active().exists()
    assert OutgoingEmail.objects.get().status == "dropped"


def test_coming_back_to_an_old_address_parts_it_from_the_new_one(client):
    subscriber = make_subscriber(email="old@example.org")
    move(client, subscriber)
    client.post(confirm_link())
    signup.sign_up("old@example.org", page="pages:home", network="")
    mail = OutgoingEmail.objects.get(template="newsletter_confirm")
    client.post(re.findall(r"https?://[^/]+(/newsletter/confirm/\S+)", mail.text)[0])
    client.post(links.unsubscribe_path(subscriber.key))
    assert [s.email for s in Subscriber.objects.active()] == ["new@example.org"]


def test_a_reader_sends_at_most_three_links_a_day_and_is_told(client):
    subscriber = make_subscriber()
    for nth in range(5):
        page = change(client, subscriber, do="move", email=f"victim+{nth}@example.org")
    assert OutgoingEmail.objects.count() == 3
    assert "We have sent three links today." in page.text


def test_no_strangers_sign_ups_keep_a_reader_from_moving(client):
    reader = make_subscriber()
    for _ in range(3):
        signup.sign_up("new@example.org", page="newsletter:home", network="198.51.100.9")
    page = change(client, reader, do="move", email="new@example.org")
    assert "We have sent a link to your new address." in page.text
    assert OutgoingEmail.objects.filter(to="new@example.org", template="newsletter_move").exists()


def test_changes_from_one_network_have_a_limit(client, settings):
    settings.LIMITS = settings.LIMITS | {"newsletter_changes": "1/day"}
    subscriber = make_subscriber()
    change(client, subscriber, do="pause", weeks="4")
    assert change(client, subscriber, do="resume").status_code == 429


def test_the_page_shows_only_so_much_of_the_address(client):
    subscriber = make_subscriber(email="grace.whitfield@example.org")
    page = client.get(links.preferences_path(subscriber.key)).text
    assert "grace.whitfield" not in page
    assert "g•••••@example.org" in page


def test_a_get_changes_nothing(client):
    subscriber = make_subscriber()
    client.get(links.preferences_path(subscriber.key) + "?do=leave&done=pause")
    assert subscriber in Subscriber.objects.mailable()

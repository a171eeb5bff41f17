"""What an endpoint is told: signed, until it took it, once more after a crash, and never inside."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as project
from django.db import transaction

from core import broker
from core.web import client
from core.webhooks import delivery, outbox, signing
from core.webhooks.health_checks import check_endpoints
from core.webhooks.models import WebhookDelivery, WebhookEndpoint
from core.webhooks.tasks import deliver, purge, sweep
from tests.core.webhooks.factories import HOST, make_endpoint
from tests.internet import Internet

pytestmark = pytest.mark.django_db
PUBLIC = "93.184.215.14"
SAID = {"id": "4b1c", "starts_at": "2026-12-07T16:00:00Z"}


@pytest.fixture
def internet(monkeypatch, tmp_path) -> Iterator[Internet]:
    with Internet(monkeypatch, tmp_path, [HOST]) as internet:
        internet.names[HOST] = [[PUBLIC]]
        yield internet


@pytest.fixture
def published(monkeypatch) -> list[tuple]:
    """What the broker was told."""
    told: list[tuple] = []
    monkeypatch.setattr(broker, "publish", lambda *args, **_: told.append(args) or True)
    return told


def told(**values) -> WebhookDelivery:
    """The message of one event to a new endpoint."""
    endpoint = make_endpoint(**values)
    outbox.publish("booking.created", SAID)
    message = endpoint.deliveries.get()
    message.endpoint.told = endpoint.told
    return message


def again(row):
    return type(row).objects.get(pk=row.pk)


def verified(post: tuple[dict[str, str], bytes], secret: str) -> bool:
    """As standardwebhooks.com tells a receiver to look, written anew."""
    headers, body = post
    signed = b".".join(
        [headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body]
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{mac}" in headers["webhook-signature"].split(" ")


# ── one message ──


def test_a_message_arrives_signed_by_the_standard(internet, published):
    message = told()
    deliver(message.endpoint_id)
    [(headers, body)] = internet.posts
    assert verified((headers, body), message.endpoint.told)
    assert not verified((headers, body + b" "), message.endpoint.told)
    assert headers["webhook-id"] == f"msg_{message.message_id.hex}"
    assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    said = json.loads(body)
    assert (said["type"], said["data"]) == ("booking.created", SAID)
    assert headers["Content-Type"] == "application/json"
    assert internet.requests == [(HOST, "/hook")]
    assert (again(message).status, again(message).attempts) == ("delivered", 1)


def test_the_example_of_the_standard_is_signed_as_it_says():
    found = signing.headers(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        sent_at=1614265330,
        body=b'{"test": 2432232314}',
    )
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert found["webhook-signature"] == expected


def test_a_message_is_owed_with_the_change_or_not_at_all(published):
    make_endpoint()
    try:
        with transaction.atomic():
            outbox.publish("booking.created", SAID)
            assert WebhookDelivery.objects.count() == 1
            raise RuntimeError
    except RuntimeError:
        pass
    assert not WebhookDelivery.objects.exists()


def test_an_endpoint_is_told_of_what_it_chose_and_only_while_it_is_ticked():
    make_endpoint(events=["booking.moved"])
    make_endpoint(active=False)
    outbox.publish("booking.created", SAID)
    assert not WebhookDelivery.objects.exists()


def test_a_worker_of_the_clinic_is_asked_after_the_commit(
    published, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        message = told()
        assert published == []
    assert published == [("core.webhooks.tasks.deliver", message.endpoint_id)]
    assert "core.webhooks.tasks.deliver" not in project.CELERY_TASK_ROUTES  # the default: clinic
    assert project.WORKER_QUEUES.clinic == project.CELERY_TASK_DEFAULT_QUEUE


def test_many_messages_come_in_the_order_of_what_happened(internet, published):
    endpoint = make_endpoint()
    for number in range(5):
        outbox.publish("booking.created", {"number": number})
    deliver(endpoint.pk)
    numbers = [json.loads(body)["data"]["number"] for _headers, body in internet.posts]
    assert numbers == [0, 1, 2, 3, 4]


# ── refusals ──


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
def test_what_is_not_taken_is_tried_again_as_the_same_message(internet, published, status):
    message = told()
    internet.status = status
    deliver(message.endpoint_id)
    deliver(message.endpoint_id)
    assert len(internet.posts) == 1, "not before its time"
    found = again(message)
    assert (found.status, found.last_answer) == ("waiting", str(status))
    assert timedelta(seconds=45) < found.due_at - datetime.now(UTC) < timedelta(seconds=75)
    internet.status = 200
    with time_machine.travel(found.due_at + timedelta(seconds=1)):
        deliver(message.endpoint_id)
    assert again(message).status == "delivered"
    assert again(message.endpoint).failing_since is None
    ids = {headers["webhook-id"] for headers, _body in internet.posts}
    assert (len(internet.posts), len(ids)) == (2, 1)


def test_one_message_that_is_refused_holds_up_no_other(internet, published):
    message = told()
    internet.status = 400
    deliver(message.endpoint_id)
    internet.status = 204
    outbox.publish("booking.moved", SAID)
    deliver(message.endpoint_id)
    assert [again(each).status for each in WebhookDelivery.objects.order_by("pk")] == [
        *("waiting", "delivered")
    ]


def test_it_is_tried_less_and_less_often_for_three_days_and_then_given_up(internet, published):
    message, attempts = told(), 0
    internet.status = 500
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        while again(message).status == "waiting" and again(message.endpoint).active:
            deliver(message.endpoint_id)
            attempts += 1
            due = again(message).due_at
            if due:
                clock.move_to(due + timedelta(seconds=1))
        lasted = datetime.now(UTC) - message.created_at
    assert timedelta(days=2, hours=20) < lasted < timedelta(days=3, hours=4)
    assert 35 < attempts < 55
    assert again(message).status == "failed"
    assert not again(message.endpoint).active
    assert again(message.endpoint).disabled_at is not None


def test_an_endpoint_that_is_gone_is_given_up_at_once(internet, published):
    message = told()
    internet.status = 410
    deliver(message.endpoint_id)
    assert not again(message.endpoint).active


def test_an_endpoint_that_cannot_be_reached_rests(internet, published):
    """Ten seconds of a worker for one message, not for each of those that wait."""
    message = told()
    for _ in range(5):
        outbox.publish("booking.moved", SAID)
    internet.names[HOST] = [["10.0.0.7"]]
    deliver(message.endpoint_id)
    deliver(message.endpoint_id)
    assert sum(each.attempts for each in WebhookDelivery.objects.all()) == 1
    assert published == []
    internet.names[HOST] = [[PUBLIC]]
    with time_machine.travel(again(message.endpoint).rests_until + timedelta(minutes=1)):
        deliver(message.endpoint_id)
    assert len(internet.posts) == 6


# ── nothing inside is ever asked ──


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "::1", "fd00::1"]
)
def test_a_name_that_leads_inside_is_not_asked(internet, published, address):
    internet.names[HOST] = [[address]]
    message = told()
    deliver(message.endpoint_id)
    assert internet.connected == internet.posts == []
    assert again(message).last_answer == "no answer (not public)"


def test_the_connection_goes_to_the_address_that_was_looked_at(internet, published):
    internet.names[HOST] = [[PUBLIC], ["127.0.0.1"]]
    deliver(told().endpoint_id)
    assert (internet.looked_up, internet.connected) == ([HOST], [PUBLIC])


def test_no_redirect_is_followed(internet, published):
    internet.status, internet.location = 307, "http://127.0.0.1:6379/"
    deliver(told().endpoint_id)
    assert internet.connected == [PUBLIC]


def test_who_has_no_certificate_of_that_name_is_told_nothing(internet, published):
    internet.names["other.example"] = [[PUBLIC]]
    message = told(url="https://other.example/hook")
    deliver(message.endpoint_id)
    assert internet.posts == []
    assert "SSLCertVerificationError" in again(message).last_answer


# ── workers that die, and many at once ──


def test_of_two_workers_one_tells(internet, published):
    message = told()
    WebhookEndpoint.objects.update(lease_until=datetime.now(UTC) + timedelta(seconds=30))
    deliver(message.endpoint_id)
    assert internet.posts == []
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        sweep()
        assert published == [("core.webhooks.tasks.deliver", message.endpoint_id)]
        deliver(message.endpoint_id)
    assert len(internet.posts) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_runs_at_once_each_message_is_sent_once(internet, published):
    endpoint = make_endpoint()
    for _ in range(10):
        outbox.publish("booking.created", SAID)
    start = threading.Barrier(6)

    def run() -> None:
        from django.db import connection

        start.wait()
        try:
            deliver(endpoint.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [headers["webhook-id"] for headers, _body in internet.posts]
    assert len(ids) == len(set(ids)) == 10


def test_what_was_written_while_a_turn_ended_is_handed_on(published, monkeypatch):
    message = told()
    monkeypatch.setattr(delivery, "_turn", lambda _endpoint: None)
    deliver(message.endpoint_id)
    assert published == [("core.webhooks.tasks.deliver", message.endpoint_id)]


# ── secrets, status, staff ──


def test_a_secret_is_stored_encrypted_and_outlives_a_rotation(internet, published, settings):
    message = told()
    stored = again(message.endpoint).secret
    assert message.endpoint.told not in stored
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next one"
    deliver(message.endpoint_id)
    assert again(message.endpoint).secret != stored, "under the new key from now on"
    settings.SECRET_KEY_FALLBACKS = []
    outbox.publish("booking.moved", SAID)
    deliver(message.endpoint_id)
    assert all(verified(post, message.endpoint.told) for post in internet.posts)
    assert len(internet.posts) == 2


def test_a_secret_that_nobody_can_read_is_said_and_nothing_is_sent(internet, published, settings):
    message = told()
    settings.SECRET_KEY = "another"
    deliver(message.endpoint_id)
    assert internet.posts == []
    assert "secret" in again(message).last_answer


def test_the_former_secret_signs_beside_the_new_one_for_a_day(internet, published):
    message = told()
    new = outbox.new_secret(message.endpoint)
    deliver(message.endpoint_id)
    assert all(verified(internet.posts[0], each) for each in (new, message.endpoint.told))
    outbox.publish("booking.moved", SAID)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1, minutes=1)):
        deliver(message.endpoint_id)
    assert verified(internet.posts[1], new)
    assert not verified(internet.posts[1], message.endpoint.told)


def test_staff_are_told_of_an_endpoint_that_fails_for_an_hour_and_that_was_given_up():
    endpoint = make_endpoint()
    levels = []
    for minutes, given_up in ((30, False), (70, False), (70, True)):
        since = datetime.now(UTC) - timedelta(minutes=minutes)
        WebhookEndpoint.objects.update(
            failing_since=since, disabled_at=since if given_up else None, active=not given_up
        )
        [found] = check_endpoints()
        levels.append((found.level.name, endpoint.name in found.sentence))
    assert levels == [("OK", False), ("WARNING", True), ("WARNING", True)]


def test_old_messages_are_deleted():
    message = told()
    purge()
    assert WebhookDelivery.objects.exists()
    WebhookDelivery.objects.update(created_at=datetime.now(UTC) - timedelta(days=31))
    purge()
    assert not WebhookDelivery.objects.exists()
    assert again(message.endpoint)


def test_the_client_of_other_sites_still_sends_no_body_with_its_questions(internet):
    assert client.fetch(f"https://{HOST}/", agent="x").status == 200
    assert internet.posts == []

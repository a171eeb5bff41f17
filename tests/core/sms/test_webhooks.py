"""What providers report, and what people text to us: signed, safe to be told twice."""

import base64
import json
import time
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core.outbox.rows import OutboxStatus
from core.sms import consents, delivery, phone_states
from core.sms.models import OutgoingText, PhoneState, SmsConsent
from tests.core.sms.factories import NUMBER, agree, fresh, make_text
from tests.core.sms.servers import TelnyxServer, TwilioServer, VonageServer

pytestmark = pytest.mark.django_db


def sent(provider) -> tuple[OutgoingText, dict[str, str]]:
    text = make_text()
    delivery.deliver(text.pk)
    return text, provider.taken[-1]


def test_a_delivered_text_says_when_and_what_it_cost(provider, client):
    text, taken = sent(provider)
    call = provider.report(taken, provider.delivered)
    assert client.post(**call).status_code == 200
    first = fresh(text).delivered_at
    assert first is not None
    assert client.post(**call).status_code == 200  # told again
    assert fresh(text).delivered_at == first
    assert (fresh(text).cost is None) == (provider.name == "twilio")


def test_what_could_not_be_delivered_says_why_and_marks_its_number(provider, client, caplog):
    for what, code in provider.reported.items():
        PhoneState.objects.all().delete()
        text, taken = sent(provider)
        assert client.post(**provider.report(taken, provider.undelivered, code)).status_code == 200
        row, state = fresh(text), phone_states.of(NUMBER)
        assert row.undelivered_at is not None
        assert code in row.undelivered_reason
        unreachable = what if what in PhoneState.Unreachable.values else ""
        assert (state.unreachable, state.stopped) == (unreachable, what == "stopped")
        assert "6155550142" not in row.undelivered_reason + caplog.text


def test_one_that_arrived_after_all_counts_as_arrived(provider, client):
    text, taken = sent(provider)
    client.post(**provider.report(taken, provider.undelivered, provider.reported["wrong_number"]))
    assert not phone_states.of(NUMBER).takes_texts
    client.post(**provider.report(taken, provider.delivered))
    client.post(**provider.report(taken, provider.undelivered, "1"))  # late, and of no meaning
    assert fresh(text).undelivered_at is None
    assert phone_states.of(NUMBER).takes_texts


def test_stop_is_honoured_at_once_and_start_takes_it_back(provider, client):
    agree()
    waiting = make_text("appointment_ready", link="https://a.example/t/x")
    assert client.post(**provider.inbound(NUMBER, " Stop! ")).status_code == 200
    assert fresh(waiting).status == OutboxStatus.DROPPED
    assert not consents.in_force(NUMBER)
    assert phone_states.of(NUMBER).stopped
    assert client.post(**provider.inbound(NUMBER, "START")).status_code == 200
    assert consents.in_force(NUMBER)
    kinds = SmsConsent.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["given", "stopped", "started"]


def test_an_old_start_played_again_does_not_undo_a_stop(provider, client):
    agree()
    start = provider.inbound(NUMBER, "START", name="same")
    for call in (start, provider.inbound(NUMBER, "STOP"), start):
        assert client.post(**call).status_code == 200
    assert not consents.in_force(NUMBER)
    assert phone_states.of(NUMBER).stopped


def test_start_alone_is_no_consent(provider, client):
    client.post(**provider.inbound(NUMBER, "START"))
    assert not consents.in_force(NUMBER)


@pytest.mark.parametrize(
    ("words", "answer", "agreed_in"),
    [
        ("ALTO", "stop_answer", "es"),
        ("¡Ayuda!", "help_answer", "es"),
        ("Información", "help_answer", "en"),
        ("no más", "stop_answer", "en"),
        ("empezar", "start_answer", "es"),
        ("Can I come at nine?", "nobody_reads", "en"),
    ],
)
def test_each_word_is_answered_once_in_its_language(provider, client, words, answer, agreed_in):
    agree(language=agreed_in)
    call = provider.inbound(NUMBER, words)
    for _ in range(2):
        assert client.post(**call).status_code == 200
    [row] = OutgoingText.objects.all()
    assert (row.template, row.to, row.zone) == (answer, NUMBER, "")
    assert ("988" in row.text) == (answer == "nobody_reads")
    assert words not in str(list(OutgoingText.objects.values()) + list(SmsConsent.objects.values()))
    delivery.deliver(row.pk)
    assert fresh(row).status == OutboxStatus.SENT  # after STOP too: it says that it was heard


def test_who_writes_to_nobody_hears_of_it_once_a_day(provider, client):
    for words in ("Can I come at nine?", "Hello?"):
        assert client.post(**provider.inbound(NUMBER, words)).status_code == 200
    assert OutgoingText.objects.count() == 1


def test_what_the_provider_has_answered_itself_we_do_not_answer_again(provider, client):
    agree()
    also = {"twilio": {"OptOutType": "STOP"}, "telnyx": {"autoresponse_type": "STOP"}}
    client.post(**provider.inbound(NUMBER, "STOP", **also.get(provider.name, {})))
    assert not consents.in_force(NUMBER)
    expected = ["stop_answer"] if provider.name == "vonage" else []
    assert list(OutgoingText.objects.values_list("template", flat=True)) == expected


def test_who_is_not_the_provider_is_not_heard(provider, client):
    text, taken = sent(provider)
    good = provider.report(taken, provider.delivered)
    name, signature = next(iter(good["headers"].items()))
    for broken in (signature[:-8] + "AAAAAAA=", "", "Bearer a.b.c", "é", signature * 2):
        call = good | {"headers": good["headers"] | {name: broken}}
        assert client.post(**call).status_code == 403, broken
    assert client.post(**good | {"headers": {}}).status_code == 403
    data = good["data"]
    if isinstance(data, str):
        changed = good | {"data": data.replace(taken["ref"], "0" * 32)}
    else:
        changed = good | {"data": data | {"MessageStatus": "failed"}}
    assert client.post(**changed).status_code == 403
    assert fresh(text).delivered_at is None


def test_telnyx_signatures_end_after_five_minutes(client, settings, db):
    with TelnyxServer() as server:
        settings.SMS_PROVIDERS = [server.url]
        payload = json.loads(server.inbound(NUMBER, "STOP")["data"])["data"]["payload"]
        late = server._call("message.received", payload, ago=301)
        early = server._call("message.received", payload, ago=-330)
        assert [client.post(**call).status_code for call in (late, early)] == [403, 403]
        assert client.post(**server._call("message.received", payload, ago=200)).status_code == 200


def test_vonage_tokens_are_read_by_one_algorithm_and_for_one_body(client, settings, db):
    with VonageServer() as server:
        settings.SMS_PROVIDERS = [server.url]
        told = json.loads(server.inbound(NUMBER, "STOP")["data"])
        body = json.dumps(told)
        for token in (
            server.token(body, alg="none"),
            server.token(body, alg="HS512"),
            server.token(body, payload_hash=""),
            server.token(body, payload_hash=None),
            server.token(body + " "),
            server.token(body, iat=0),
            server.token(body, iat="now"),
            server.token(body).rpartition(".")[0] + ".",
        ):
            call = server.inbound(NUMBER, "STOP") | {"data": body}
            call["headers"] = {"Authorization": f"Bearer {token}"}
            assert client.post(**call).status_code == 403
        assert not SmsConsent.objects.exists()


def test_of_two_accounts_each_is_read_by_its_own_secret(client, settings, db):
    """The clinic has changed its provider: STOP to the former number holds."""
    with TwilioServer() as new, TelnyxServer() as old:
        settings.SMS_PROVIDERS = [new.url, old.url]
        agree()
        assert client.post(**old.inbound(NUMBER, "STOP")).status_code == 200
        text = make_text("stop_answer")
        delivery.deliver(text.pk)
    assert not consents.in_force(NUMBER)
    assert (len(new.taken), len(old.taken)) == (1, 0)


@pytest.mark.parametrize("body", ["", "[]", "{}", "x", '{"data": {}}', '{"data": 1}', "[" * 5000])
def test_what_nobody_can_read_is_refused_not_a_fault(client, settings, db, body):
    with TelnyxServer() as server:
        settings.SMS_PROVIDERS = [server.url]
        call = server.inbound(NUMBER, "STOP") | {"data": body}
        moment = str(int(time.time()))
        signature = base64.b64encode(server.private.sign(f"{moment}|{body}".encode())).decode()
        call["headers"] = {"Telnyx-Signature-Ed25519": signature, "Telnyx-Timestamp": moment}
        assert client.post(**call).status_code == 400


def test_a_provider_that_is_not_set_up_is_nobodys_address(client, settings, db):
    settings.SMS_PROVIDERS = []
    assert client.post("/texts/webhooks/twilio/").status_code == 404
    assert client.post("/texts/webhooks/nobody/").status_code == 404


def test_a_report_of_a_text_whose_row_is_emptied_brings_nothing_back(provider, client):
    text, taken = sent(provider)
    with time_machine.travel(timezone.now() + timedelta(days=60)):
        OutgoingText.objects.update(created_at=timezone.now() - timedelta(days=90))
        assert delivery.purge(timedelta(days=30)) == 1
    client.post(**provider.report(taken, provider.undelivered, provider.reported["wrong_number"]))
    row = fresh(text)
    assert (row.to, row.text, row.undelivered_reason) == ("", "", "")
    assert phone_states.of(NUMBER).takes_texts

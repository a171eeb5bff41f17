"""What becomes of a text at each provider: taken, refused, in doubt. By a local server."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from core.outbox.rows import OutboxStatus
from core.sms import delivery, phone_states, tasks
from core.sms.models import OutgoingText, PhoneState
from tests.core.sms.factories import NUMBER, OTHER_NUMBER, fresh, make_text

pytestmark = pytest.mark.django_db


def test_a_text_is_taken_once_with_our_reference(provider):
    text = make_text(code="424242")
    delivery.deliver(text.pk)
    delivery.deliver(text.pk)
    [taken] = provider.taken
    assert (taken["to"], taken["ref"]) == (NUMBER, text.reference)
    assert "424242" in taken["text"]
    sent = fresh(text)
    assert (sent.status, sent.provider, sent.provider_id) == ("sent", provider.name, taken["id"])
    assert sent.text == ""  # it was a code


def test_a_number_that_takes_no_texts_is_known_by_the_answer(provider, caplog):
    for what in PhoneState.Unreachable.values & provider.codes.keys():
        PhoneState.objects.all().delete()
        provider.refusals[NUMBER] = provider.refusal(what)
        text = make_text()
        delivery.deliver(text.pk)
        failed = fresh(text)
        assert failed.status == OutboxStatus.FAILED
        assert phone_states.of(NUMBER).unreachable == what
        assert "6155550142" not in failed.last_error + caplog.text


def test_a_number_that_said_stop_to_the_provider_has_said_it_to_us(provider):
    if "stopped" not in provider.codes:  # it says so later, in a report
        return
    provider.refusals[NUMBER] = provider.refusal("stopped")
    text, waits = make_text(), make_text()
    delivery.deliver(text.pk)
    assert fresh(text).status == OutboxStatus.DROPPED
    assert phone_states.of(NUMBER).stopped
    provider.refusals.clear()
    delivery.deliver(waits.pk)
    assert (fresh(waits).status, provider.taken) == (OutboxStatus.DROPPED, [])


def test_what_is_refused_for_good_is_given_up_and_says_why(provider):
    provider.refusals[NUMBER] = provider.refusal("refused")
    text = make_text()
    delivery.deliver(text.pk)
    failed = fresh(text)
    assert (failed.status, failed.attempts) == ("failed", 1)
    assert provider.codes["refused"] in failed.last_error
    assert phone_states.of(NUMBER).takes_texts


@pytest.mark.parametrize("what", ["account", "moment"])
def test_what_is_about_us_or_the_moment_is_tried_again(provider, what):
    provider.refusals[NUMBER] = provider.refusal(what)
    text = make_text()
    delivery.deliver(text.pk)
    waiting = fresh(text)
    assert (waiting.status, waiting.attempts) == ("waiting", 1)
    del provider.refusals[NUMBER]
    delivery.deliver(text.pk)
    assert fresh(text).status == OutboxStatus.SENT


def test_a_wrong_password_gives_no_text_up(provider, settings):
    settings.SMS_PROVIDERS = [provider.url.replace("://", "://x", 1)]
    text = make_text()
    delivery.deliver(text.pk)
    assert fresh(text).status == OutboxStatus.WAITING
    assert provider.taken == []


@pytest.mark.parametrize("trouble", ["lost", 500, 503])
def test_a_text_in_doubt_waits_for_what_the_provider_reports(provider, client, trouble):
    """Its answer was lost. The report says that it was taken: it is not sent a second time."""
    text = make_text()
    if trouble == "lost":
        provider.loses = 1
    else:
        provider.busy = (trouble, {})
        provider.take(NUMBER, text.text, text.reference)
    delivery.deliver(text.pk)
    waiting = fresh(text)
    assert waiting.status == OutboxStatus.WAITING
    assert waiting.due_at - waiting.created_at > timedelta(seconds=110)
    assert client.post(**provider.report(provider.taken[0], provider.on_its_way)).status_code == 200
    assert (fresh(text).status, fresh(text).text) == (OutboxStatus.SENT, "")
    delivery.deliver(text.pk)
    assert len(provider.taken) == 1


def test_where_nothing_is_heard_of_it_it_is_sent_again(provider):
    provider.loses = 1
    text = make_text()
    delivery.deliver(text.pk)
    delivery.deliver(text.pk)
    assert [taken["ref"] for taken in provider.taken] == [text.reference] * 2
    assert fresh(text).status == OutboxStatus.SENT


def test_a_provider_that_is_away_is_asked_again_in_a_minute(provider):
    text = make_text()
    provider.__exit__()
    delivery.deliver(text.pk)
    waiting = fresh(text)
    assert waiting.status == OutboxStatus.WAITING
    assert waiting.due_at - waiting.created_at < timedelta(seconds=90)
    provider.__enter__()


def test_a_report_that_comes_before_the_answer_and_the_answer_agree(provider, client):
    text = make_text()
    provider.before_answer = lambda taken: delivered.append(
        client.post(**provider.report(taken, provider.on_its_way)).status_code
    )
    delivered: list[int] = []
    delivery.deliver(text.pk)
    assert delivered == [200]
    assert (fresh(text).status, fresh(text).provider_id) == ("sent", provider.taken[0]["id"])


def test_a_killed_worker_loses_nothing_and_doubles_nothing(provider, client):
    """One text was taken, and the worker died before it knew; of another it had sent nothing."""
    taken, lost = make_text(), make_text(to=OTHER_NUMBER)
    for text in (taken, lost):
        OutgoingText.objects.claim(text.pk)
    name = provider.take(NUMBER, taken.text, taken.reference)
    report = {"id": name, "to": NUMBER, "text": taken.text, "ref": taken.reference}
    assert client.post(**provider.report(report, provider.delivered)).status_code == 200
    OutgoingText.objects.filter(status="sending").update(lease_until=Now() - timedelta(seconds=1))
    tasks.sweep()
    for text in (taken, lost):
        delivery.deliver(text.pk)
    assert sorted(each["to"] for each in provider.taken) == [NUMBER, OTHER_NUMBER]
    assert {fresh(taken).status, fresh(lost).status} == {OutboxStatus.SENT}


def test_no_secret_of_an_address_is_in_what_prints_it(provider):
    from core.sms.provider_address import parse

    address = parse(provider.url)
    assert address.password not in repr(address) or not address.password
    assert address.user not in repr(address)

"""What other apps get when they ask for a text: one row, or none and why."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from core import sms
from core.outbox.rows import OutboxStatus
from core.sms import consents, outbox, phone_states
from core.sms.models import OutgoingText, PhoneState
from tests.core.sms.factories import NUMBER, OTHER_NUMBER, agree, fresh, make_text

pytestmark = pytest.mark.django_db


def test_a_site_without_a_provider_writes_none(settings):
    settings.SMS_PROVIDERS = []
    assert not sms.is_configured()
    assert outbox.enqueue("code", key="a", to=NUMBER, secret=True, code="1", minutes=1) is None
    assert not OutgoingText.objects.exists()


def test_a_key_is_written_once(texts):
    first = make_text(key="once", code="111111")
    assert outbox.enqueue("code", key="once", to=NUMBER, secret=True, code="2", minutes=1) is None
    assert "111111" in fresh(first).text


def test_a_code_needs_no_consent_and_what_we_tell_of_ourselves_does(texts):
    assert make_text("code").status == OutboxStatus.WAITING
    told = {"to": NUMBER, "quiet_hours": False}
    assert (
        outbox.enqueue("appointment_ready", key="b", link="https://a.example/t/x", **told) is None
    )
    agree()
    assert outbox.enqueue("appointment_ready", key="b", link="https://a.example/t/x", **told)


@pytest.mark.parametrize(
    "number",
    ["", "615", "615-555-0142 ext. 12", "+442079460958", "+18765550142", "911", "nobody"],
)
def test_numbers_that_cannot_get_texts_from_us_get_none(texts, number):
    """No country outside of SMS_COUNTRIES: nobody earns from codes to premium numbers."""
    assert outbox.enqueue("code", key="c", to=number, secret=True, code="1", minutes=1) is None


@pytest.mark.parametrize("number", ["615-555-0142", "(615) 555-0142", "1 615 555 0142"])
def test_one_number_is_one_however_it_is_written(texts, number):
    agree(number)
    assert consents.in_force(NUMBER)
    assert not consents.in_force(OTHER_NUMBER)
    assert make_text(to=number).to == NUMBER


def test_a_number_that_said_stop_gets_no_code_either(texts):
    agree()
    consents.stop(NUMBER, event="e1")
    assert outbox.enqueue("code", key="d", to=NUMBER, secret=True, code="1", minutes=1) is None
    agree()  # somebody has ticked the box for this number
    assert not consents.in_force(NUMBER)


def test_who_takes_it_back_on_a_page_gets_none_that_waits(texts):
    agree()
    waits = make_text("appointment_ready", link="https://a.example/t/x")
    assert consents.withdraw(NUMBER, page="portal:preferences")
    assert fresh(waits).status == OutboxStatus.DROPPED


@pytest.mark.parametrize("what", PhoneState.Unreachable.values)
def test_a_number_where_nothing_arrives_is_tried_again_after_ninety_days(texts, what):
    phone_states.record_unreachable(NUMBER, what)
    asked = {"to": NUMBER, "secret": True, "code": "1", "minutes": 1}
    assert outbox.enqueue("code", key="e", **asked) is None
    PhoneState.objects.update(unreachable_at=datetime.now(UTC) - timedelta(days=91))
    assert outbox.enqueue("code", key="e", **asked)


def test_a_later_text_about_the_same_thing_overtakes_what_waits(texts):
    earlier = make_text(about="appointment:1")
    other = make_text(about="appointment:2")
    make_text(about="appointment:1", overtakes=True)
    assert (fresh(earlier).status, fresh(earlier).overtaken) == (OutboxStatus.DROPPED, True)
    assert fresh(other).status == OutboxStatus.WAITING


def test_at_night_a_text_waits_for_eight_on_the_clock_of_who_reads_it(texts):
    agree()
    night = datetime(2027, 1, 15, 4, 30, tzinfo=UTC)  # 22:30 in Chicago, 20:30 in Los Angeles
    told = {"to": NUMBER, "link": "https://a.example/t/x"}
    with time_machine.travel(night, tick=False):
        OutgoingText.objects.all().delete()
        here = make_text("appointment_ready", zone="America/Chicago", **told)
        there = make_text("appointment_ready", zone="America/Los_Angeles", **told)
        late = outbox.enqueue(
            "appointment_ready",
            key="too late",
            zone="America/Chicago",
            not_after=night + timedelta(hours=9),
            **told,
        )
        code = make_text("code", zone="America/Chicago")
    assert (here.due_at - night, late) == (timedelta(hours=9, minutes=30), None)
    assert there.due_at - night < timedelta(minutes=1) > code.due_at - night

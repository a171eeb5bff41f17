"""How many texts go to one number, from one network, and in all: more wait, and none is lost."""

import pytest

from core.outbox.rows import OutboxStatus
from core.sms import delivery, outbox
from core.sms.models import OutgoingText
from tests.core.sms.factories import NUMBER, OTHER_NUMBER, fresh, make_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def limits(texts, settings):
    settings.LIMITS = settings.LIMITS | {"texts_per_address": "2/hour", "texts_in_all": "3/hour"}


def send(to: str) -> str:
    text = make_text(to=to)
    delivery.deliver(text.pk)
    return fresh(text).status


def test_past_its_limit_a_number_waits_and_holds_nobody_else_up(limits, mailoutbox):
    assert [send(NUMBER) for _ in range(3)] == ["sent", "sent", "waiting"]
    assert send(OTHER_NUMBER) == "sent"
    assert send("+16155550144") == "waiting"  # three an hour are all
    assert len(mailoutbox) == 3
    later = OutgoingText.objects.filter(status=OutboxStatus.WAITING)
    assert set(later.values_list("attempts", flat=True)) == {0}


def test_one_network_cannot_make_us_text_the_world(texts, settings):
    settings.LIMITS = settings.LIMITS | {"texts_asked": "2/hour"}
    written = [
        outbox.enqueue(
            "code",
            key=f"ask:{nth}",
            to=f"+161555501{nth:02}",
            secret=True,
            network="192.0.2.7",
            code="1",
            minutes=1,
        )
        for nth in range(42, 45)
    ]
    assert [row is not None for row in written] == [True, True, False]

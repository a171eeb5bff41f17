"""The page of a visit shows its steps in one line, and all that is known of it in one timeline."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from appointments.booking import attendance, visits
from appointments.models import Appointment
from tests.appointments.booking_steps import GRACE
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_admin_visits import page_of
from tests.factories import (
    make_appointment,
    make_consent_texts,
    make_hold,
    make_patient,
    make_provider,
)

pytestmark = pytest.mark.django_db
START = datetime(2030, 11, 12, 14, 30, tzinfo=ZoneInfo("America/Chicago"))
MINUTE = timedelta(minutes=1)
BY = "staff: Robin Example"


@pytest.fixture(autouse=True)
def without_second_factor(settings):
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def clock():
    with time_machine.travel(START - MINUTE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def visit(clock) -> Appointment:
    return fresh(make_appointment(starts_at=START, patient=make_patient()))


def fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def steps(page: str) -> list[str]:
    """The steps of the line: "Booked", those ahead in brackets, the current one with a star."""
    line = page.partition('<ol class="status-line"')[2].partition("</ol>")[0]
    found = []
    for item in re.findall(r"<li.*?</li>", line, re.S):
        label = re.search(r"<b>(.*?)</b>", item)[1]
        label = f"({label})" if "is-ahead" in item else label
        found.append(label + "*" if "aria-current" in item else label)
    return found


def seen(client: Client, visit: Appointment) -> list[str]:
    return steps(client.get(page_of(visit)).text)


def test_the_line_of_steps_shows_where_a_visit_stands_and_what_lies_ahead(visit, clock):
    desk = signed_in("front desk")
    assert seen(desk, visit) == ["Booked*", "(Checked in)", "(Completed)"]
    attendance.check_in(visit, by=BY)
    assert seen(desk, visit) == ["Booked", "Checked in*", "(Completed)"]
    attendance.undo(fresh(visit), by=BY)
    assert seen(desk, visit) == ["Booked*", "(Checked in)", "(Completed)"]
    clock.shift(2 * MINUTE)
    attendance.complete(fresh(visit), by=BY)
    assert seen(desk, visit) == ["Booked", "Completed*"]


def test_the_line_begins_where_the_patient_chose_a_time():
    hold = make_hold()
    assert seen(signed_in("front desk"), fresh(hold))[0] == "Time chosen*"
    visits.book(hold=hold, details=GRACE)
    line = seen(signed_in("front desk"), fresh(hold))
    assert line == ["Time chosen", "Booked*", "(Checked in)", "(Completed)"]


def test_the_line_ends_where_nothing_lies_ahead(visit, clock):
    desk = signed_in("front desk")
    visits.cancel(visit, by=BY)
    assert seen(desk, visit) == ["Booked", "Cancelled*"]


def test_steps_mails_and_consents_stand_in_one_timeline_newest_first():
    hold = make_hold()
    texts = [text.pk for text in make_consent_texts()]
    visits.book(hold=hold, details=replace(GRACE, consent_texts=texts))
    visits.cancel(fresh(hold), by=BY)
    page = signed_in("front desk").get(page_of(hold)).text
    rows = page.partition('<ol class="timeline">')[2].partition("</ol>")[0]
    kinds = re.findall(r'<li class="entry-(\w+)"', rows)
    assert kinds[-1] == "step"
    assert (kinds.count("consent"), kinds.count("mail")) == (2, 2)
    assert rows.index("Booked → Cancelled") < rows.index("Held → Booked")
    assert rows.index("Held → Booked") < rows.index("Time chosen")


def test_who_opened_a_visit_is_read_by_managers_alone(visit):
    desk, boss = signed_in("front desk", name="Robin Example"), signed_in("manager")
    desk.get(page_of(visit))
    desk.get(page_of(visit))
    assert "Opened it" not in desk.get(page_of(visit)).text
    page = boss.get(page_of(visit)).text
    assert "<b>Robin Example</b>" in page
    assert "Opened it 3 times" in page


def test_the_card_says_what_is_to_know_of_the_patient(clock):
    patient = make_patient(birth_date=datetime(2000, 11, 13).date())
    provider = make_provider()
    for days in (7, 14):
        earlier = make_appointment(
            starts_at=START - timedelta(days=days), patient=patient, provider=provider
        )
        Appointment.objects.filter(pk=earlier.pk).update(status="no_show")
    visit = fresh(make_appointment(starts_at=START, patient=patient, provider=provider))
    page = signed_in("front desk").get(page_of(visit)).text
    assert "29 years" in page, "the birthday is tomorrow"
    assert "0 completed, 2 missed, 0 cancelled late" in page
    assert f'href="{visit.phone.link}"' in page if visit.phone else "–" in page

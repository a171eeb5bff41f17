"""Staff say why a visit was cancelled or missed, from a list that managers keep."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.apps import apps
from django.urls import reverse

from appointments.booking import visits
from appointments.migrations import _status_reasons
from appointments.models import Appointment, StatusReason
from core.mail.models import OutgoingEmail
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_admin_visits import chosen, page_of, take
from tests.factories import make_appointment, make_patient, make_service

pytestmark = pytest.mark.django_db
NOW = datetime(2030, 11, 12, 14, 30, tzinfo=ZoneInfo("America/Chicago"))
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(settings):
    settings.STAFF_MFA_REQUIRED = False
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk():
    return signed_in("front desk", name="Robin Example")


def reason(kind: str, text: str = "Snow", **also) -> StatusReason:
    return StatusReason.objects.create(kind=kind, text=text, **also)


def visit_at(starts_at: datetime) -> Appointment:
    made = make_appointment(
        starts_at=starts_at,
        patient=make_patient(),
        service=make_service(cutoff_hours=24),
    )
    return Appointment.objects.get(pk=made.pk)


def fresh(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def test_a_clinic_begins_with_reasons_of_each_kind():
    StatusReason.objects.all().delete()
    _status_reasons.write(apps, None)
    for kind in StatusReason.Kind:
        assert StatusReason.objects.offered(kind).count() >= 3


def test_a_cancelled_visit_says_which_reason_was_chosen_and_what_was_typed(desk):
    visit, snow = visit_at(NOW + 72 * HOUR), reason("cancelled")
    answer = take(desk, visit, "cancel", listed=snow.pk, reason="The pass is closed")
    assert fresh(visit).status_reason == snow
    assert "Snow" in answer.text
    assert "The pass is closed" in answer.text
    mail = OutgoingEmail.objects.get(template="appointment_cancelled_by_us")
    assert not any(word in mail.text for word in ("Snow", "pass")), "it is for staff"


@pytest.mark.parametrize(
    ("ahead", "late"), [(25 * HOUR, False), (24 * HOUR, True), (1 * HOUR, True), (-HOUR / 2, True)]
)
def test_reasons_for_a_late_cancellation_are_offered_once_patients_cannot_cancel(desk, ahead, late):
    reason("late", "Overslept")
    reason("cancelled", "The provider is ill")
    page = desk.get(page_of(visit_at(NOW + ahead))).text
    assert ("Overslept" in page) is late
    assert "The provider is ill" in page, "whoever is late, we may be the cause"


def test_a_reason_of_another_kind_or_off_the_list_is_refused_and_nothing_is_cancelled(desk):
    visit = visit_at(NOW + 72 * HOUR)
    for wrong in (reason("no_show"), reason("cancelled", "Gone", is_offered=False)):
        answer = take(desk, visit, "cancel", listed=wrong.pk)
        assert "not one of the available choices" in answer.text
        assert fresh(visit).status == "booked"


def test_a_missed_visit_takes_a_reason_and_undo_takes_it_back(desk):
    visit, asleep = visit_at(NOW - HOUR), reason("no_show", "Asleep")
    take(desk, visit, "no-show", listed=asleep.pk, reason="Called at 3")
    assert (fresh(visit).status_reason, fresh(visit).cancel_reason) == (asleep, "Called at 3")
    take(desk, visit, "undo")
    assert (fresh(visit).status_reason, fresh(visit).cancel_reason) == (None, "")


def test_one_reason_goes_with_all_that_are_cancelled_from_the_list(desk):
    several, snow = [visit_at(NOW + h * HOUR) for h in (48, 72)], reason("cancelled")
    chosen(desk, "cancel_chosen", *several, sure="yes", listed=snow.pk)
    assert {fresh(visit).status_reason for visit in several} == {snow}


def test_a_patient_who_cancels_chooses_no_reason_of_ours():
    visit = visit_at(NOW + 72 * HOUR)
    visits.cancel(visit, reason="I found another clinic")
    assert fresh(visit).status_reason is None


def test_managers_keep_the_list_and_others_only_read_it(desk):
    snow = reason("cancelled")
    url = reverse("admin:appointments_statusreason_change", args=[snow.pk])
    data = {"text": "Heavy snow", "position": 1, "is_offered": "on"}
    assert desk.post(url, data).status_code == 403
    boss = signed_in("manager")
    boss.post(url, data | {"kind": "late"})
    snow.refresh_from_db()
    assert (snow.text, snow.kind) == ("Heavy snow", "cancelled"), "past visits keep their heading"
    delete = reverse("admin:appointments_statusreason_delete", args=[snow.pk])
    assert boss.post(delete, {"post": "yes"}).status_code == 403
    again = boss.post(
        reverse("admin:appointments_statusreason_add"), data | {"kind": "cancelled", "text": "SNOW"}
    )
    assert again.status_code == 302
    twice = data | {"kind": "cancelled", "text": "snow"}
    answer = boss.post(reverse("admin:appointments_statusreason_add"), twice)
    assert "stands in the list already" in answer.text

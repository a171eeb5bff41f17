"""The day by provider and a provider's week."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import Status
from core.staff.models import AuditEvent
from tests.appointments.staff_clients import signed_in
from tests.factories import (
    at,
    make_appointment,
    make_hold,
    make_patient,
    make_provider,
    make_service,
    make_time_off,
    monday,
)

pytestmark = pytest.mark.django_db
TODAY = reverse("admin:appointments_appointment_today")
THIS_WEEK = reverse("admin:appointments_appointment_this_week")


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk")


def day_page(day) -> str:
    return reverse("admin:appointments_appointment_day", args=[f"{day:%Y-%m-%d}"])


def week_page(provider, day) -> str:
    args = [provider.pk, f"{day:%Y-%m-%d}"]
    return reverse("admin:appointments_appointment_week", args=args)


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def columns_of(answer) -> dict:
    return {column.provider: column for column in answer.context_data["board"].columns}


def bands_of(column, kind: str) -> list[str]:
    """What stands in the bands of that kind, each with the clocks from and to."""
    begin = at(column.frame.day, "00:00").timestamp()

    def clock(row: int) -> str:
        minutes = int(column.frame.begin - begin) // 60 + row * 5
        return f"{minutes // 60}:{minutes % 60:02}"

    return [
        f"{band.words} {clock(band.rows.t)}-{clock(band.rows.t + band.rows.d)}".strip()
        for band in column.bands
        if band.kind == kind
    ]


def test_the_day_shows_each_providers_visits_in_order_with_links(desk):
    one, other = make_provider(name="Anna Berg"), make_provider(name="Bo Lin")
    service = make_service(providers=[one, other])
    late = make_appointment(service=service, provider=one, starts_at=monday("14:00"))
    early = make_appointment(service=service, provider=one, starts_at=monday("09:00"))
    make_appointment(service=service, provider=other, starts_at=monday() + timedelta(days=1))
    answer = desk.get(day_page(monday()))
    found = columns_of(answer)
    assert [card.visit for card in found[one].cards] == [early, late]
    assert found[other].cards == []
    assert reverse("admin:appointments_appointment_change", args=[early.pk]) in text_of(answer)
    assert "2:00 pm" in text_of(answer)


def test_holds_time_off_and_closures_show(desk):
    hold = make_hold()
    make_hold(service=hold.service, starts_at=monday("11:00"), minutes=-1)
    make_time_off(hold.provider, monday().date(), hours="13:00-15:00")
    make_time_off(None, monday().date(), hours="16:00-17:00")
    answer = desk.get(day_page(monday()))
    column = columns_of(answer)[hold.provider]
    assert [card.visit for card in column.cards] == [hold]
    assert column.visits == 0
    assert bands_of(column, "open") == ["9:00-13:00", "15:00-16:00"]
    assert sorted(bands_of(column, "off")) == ["Closed 16:00-17:00", "Time off 13:00-15:00"]
    assert "Held until" in text_of(answer)


def test_a_cancelled_visit_takes_no_place(desk):
    visit = make_appointment(status=Status.CANCELLED)
    assert columns_of(desk.get(day_page(monday())))[visit.provider].cards == []


def test_a_provider_in_another_zone_shows_both_clocks(desk):
    west = make_provider(time_zone="America/Los_Angeles")
    make_appointment(service=make_service(providers=[west]), starts_at=monday("12:00"))
    make_time_off(west, monday().date(), hours="13:00-14:00")
    column = columns_of(desk.get(day_page(monday())))[west]
    assert bands_of(column, "off") == ["Time off 15:00-16:00"]
    noon = next(hour for rows, hour in column.their_hours if rows.t == column.cards[0].rows.t)
    assert (column.cards[0].when, noon) == ("12:00 pm", "10:00 am")
    assert "Pacific Time" in text_of(desk.get(day_page(monday())))
    assert "keeps Pacific Time" in text_of(desk.get(week_page(west, monday())))


def test_who_no_longer_sees_patients_shows_only_on_days_with_visits(desk):
    gone = make_provider(active=False)
    make_appointment(service=make_service(providers=[gone]))
    assert gone in columns_of(desk.get(day_page(monday())))
    assert gone not in columns_of(desk.get(day_page(monday() + timedelta(days=1))))


def test_the_week_runs_from_monday_and_leads_on(desk):
    visit = make_appointment(patient=make_patient(last_name="Okafor"))
    answer = desk.get(week_page(visit.provider, monday() + timedelta(days=3)))
    days = [column.frame.day for column in answer.context_data["board"].columns]
    assert days == [monday().date() + timedelta(days=n) for n in range(7)]
    page = text_of(answer)
    assert "Okafor" in page
    assert week_page(visit.provider, monday() + timedelta(days=7)) in page
    assert week_page(visit.provider, monday() - timedelta(days=7)) in page


def test_today_is_a_day_of_the_practice(desk, time_machine):
    time_machine.move_to("2026-11-25T03:00:00+00:00", tick=True)
    desk = signed_in("front desk")
    make_provider()
    assert desk.get(TODAY).headers["Location"].endswith("/2026-11-24/")
    assert "/2026-11-24/" in desk.get(THIS_WEEK).headers["Location"]
    assert "/2026-12-01/" in desk.get(TODAY, {"day": "2026-12-01"}).headers["Location"]


@pytest.mark.parametrize("day", ["today", "2026-13-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_not_found(desk, day):
    assert desk.get(reverse("admin:appointments_appointment_day", args=[day])).status_code == 404


@pytest.mark.parametrize("page", ["day", "week"])
def test_many_visits_cost_as_many_queries_as_one(
    desk, page, django_assert_num_queries, django_assert_max_num_queries
):
    provider = make_appointment().provider
    address = day_page(monday()) if page == "day" else week_page(provider, monday())
    desk.get(address)
    with django_assert_max_num_queries(30) as first:
        desk.get(address)
    service = make_service(providers=[provider])
    for clock in ("12:00", "13:00", "14:00"):
        make_appointment(service=service, provider=provider, starts_at=monday(clock))
        make_appointment()
    with django_assert_num_queries(len(first)):
        assert "2:00 pm" in text_of(desk.get(address))


def test_the_audit_trail_keeps_whose_visits_were_shown(desk):
    visit = make_appointment()
    desk.get(day_page(monday()))
    row = AuditEvent.objects.get(action="act:day_view")
    assert row.object_pks == [str(visit.pk)]


def test_an_editor_sees_no_day():
    editor, provider = signed_in("editor"), make_provider()
    assert editor.get(day_page(monday())).status_code == 403
    assert editor.get(week_page(provider, monday())).status_code == 403

"""A provider's week: several spans a day, copied, without lunch, from a day on, on its clock."""

import html
from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from appointments.models import Provider
from appointments.scheduling import weeks
from appointments.scheduling.weeks import Span
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_conflicts import change_hours
from tests.factories import make_appointment, make_hours, make_provider, monday
from tests.page_forms import Form, read_forms
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk")


def page(provider: Provider) -> str:
    return reverse("admin:appointments_provider_hours", args=[provider.pk])


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def form_on(answer) -> Form:
    [form] = [form for form in read_forms(answer.content.decode()) if "seen" in form.fields]
    return form


def filled(form: Form, week: dict[int, list[tuple[str, str]]], **also) -> dict:
    """What a browser sends once these hours are typed into the rows of their days."""
    typed = {}
    for weekday, spans in week.items():
        places = [
            name.removesuffix("weekday")
            for name, value in form.fields.items()
            if name.endswith("-weekday") and value == f"{weekday}"
        ]
        for place, (opens, closes) in zip(places, spans, strict=False):
            typed |= {f"{place}opens": opens, f"{place}closes": closes}
    return form.sent(**(typed | also))


def in_force(provider: Provider, day: date | None = None) -> list[Span]:
    day = day or weeks.today_of(provider)
    return weeks.spans_on(provider.weekly_hours.all(), day)


def shown(form: Form, weekday: int) -> list[tuple[str, str]]:
    places = [
        name.removesuffix("weekday")
        for name, value in form.fields.items()
        if name.endswith("-weekday") and value == f"{weekday}"
    ]
    return [(form.fields[f"{place}opens"], form.fields[f"{place}closes"]) for place in places]


def test_five_days_with_lunch_are_one_day_typed_copied_and_lunch_taken_out(desk):
    provider = make_provider(hours="")
    form = form_on(desk.get(page(provider)))
    typed = filled(form, {0: [("9 am", "5:30 PM")]})
    form = form_on(desk.post(page(provider), typed | {"copy": "yes"}))
    form = form_on(desk.post(page(provider), form.sent(lunch="yes")))
    assert shown(form, 4) == [("9 am", "12:00 PM"), ("01:00 PM", "5:30 PM")]
    assert shown(form, 5) == [("", ""), ("", "")]
    assert in_force(provider) == []  # nothing is saved before it is said
    assert desk.post(page(provider), form.sent(save="yes")).status_code == 302
    morning, afternoon = (time(9), time(12)), (time(13), time(17, 30))
    assert in_force(provider) == [Span(d, *s) for d in range(5) for s in (morning, afternoon)]
    assert {row.valid_from for row in provider.weekly_hours.all()} == {None}


def test_more_times_of_a_day_are_there_when_asked_for_and_all_are_kept(desk):
    provider = make_provider(hours="")
    form = form_on(desk.get(page(provider)))
    two = [("8 am", "10 am"), ("11 am", "1 pm")]
    form = form_on(desk.post(page(provider), filled(form, {2: two}, more="2")))
    assert shown(form, 2) == [*two, ("", "")]
    data = filled(form, {2: [*two, ("8 pm", "12 am")]}, save="yes")
    assert desk.post(page(provider), data).status_code == 302
    assert in_force(provider)[-1] == Span(2, time(20), time(0))
    assert len(in_force(provider)) == 3


@pytest.mark.parametrize(
    ("spans", "sentence"),
    [
        ([("5 pm", "9 am")], "The closing time must be later than the opening time."),
        ([("9 am", "")], "Give both times."),
        ([("nine", "5 pm")], "Enter a valid time."),
        ([("9 am", "1 pm"), ("12 pm", "5 pm")], "It overlaps with the hours before it."),
        ([("9 am", "12 am"), ("9 pm", "10 pm")], "It overlaps with the hours before it."),
    ],
)
def test_hours_that_make_no_sense_are_told_beside_what_was_typed(desk, spans, sentence):
    provider = make_provider(hours="")
    form = form_on(desk.get(page(provider)))
    answer = desk.post(page(provider), filled(form, {3: spans}, save="yes"))
    assert sentence in text_of(answer)
    assert shown(form_on(answer), 3)[: len(spans)] == spans
    assert not provider.weekly_hours.exists()


def test_hours_that_only_follow_one_another_are_no_overlap(desk):
    provider = make_provider(hours="")
    form = form_on(desk.get(page(provider)))
    data = filled(form, {0: [("9 am", "12 pm"), ("12 pm", "5 pm")]}, save="yes")
    assert desk.post(page(provider), data).status_code == 302


def test_a_week_from_a_later_day_leaves_the_one_before_as_it_is(desk):
    provider = make_provider(hours="")
    make_hours(provider, "09:00-17:00", weekdays=range(5))
    today, later = weeks.today_of(provider), weeks.today_of(provider) + timedelta(days=40)
    assert change_hours(desk, provider, "10 am-4 pm", since=f"{later}").status_code == 302
    assert in_force(provider, later - DAY)[0] == Span(0, time(9), time(17))
    assert in_force(provider, later)[0] == Span(0, time(10), time(16))
    assert in_force(provider, later)[1] == Span(1, time(9), time(17))
    answer = desk.get(page(provider))
    assert f"?since={later}" in text_of(answer)
    planned = form_on(desk.get(f"{page(provider)}?since={later}"))
    assert shown(planned, 0)[0] == ("10:00 AM", "04:00 PM")
    # What is in force now ends where the later one begins, and that one stays.
    assert change_hours(desk, provider, "8 am-2 pm", since=f"{today}").status_code == 302
    assert in_force(provider, today)[0] == Span(0, time(8), time(14))
    assert in_force(provider, later)[0] == Span(0, time(10), time(16))
    assert in_force(provider, today - DAY)[0] == Span(0, time(9), time(17)), "what was, stays"


def test_hours_that_come_back_as_they_were_leave_no_trace_of_the_change(desk):
    provider = make_provider(hours="")
    make_hours(provider, "09:00-17:00", weekdays=[0])
    for hours in ("10 am-4 pm", "9 am-5 pm"):
        assert change_hours(desk, provider, hours).status_code == 302
    row = provider.weekly_hours.get()
    assert (row.opens, row.closes, row.valid_from, row.valid_to) == (time(9), time(17), None, None)


def test_no_hours_are_changed_for_a_day_that_is_over(desk):
    provider = make_provider()
    answer = change_hours(desk, provider, "", since=f"{weeks.today_of(provider) - DAY}")
    assert "Choose today or a later day" in text_of(answer)
    assert len(in_force(provider)) == 7


def test_of_two_who_change_the_same_hours_the_second_sees_what_the_first_did(desk):
    provider = make_provider(hours="")
    make_hours(provider, "09:00-17:00", weekdays=[0])
    older = form_on(desk.get(page(provider)))
    change_hours(signed_in("manager"), provider, "10 am-6 pm")
    answer = desk.post(page(provider), filled(older, {1: [("9 am", "5 pm")]}, save="yes"))
    assert answer.status_code == 409
    assert "Somebody else changed these hours" in text_of(answer)
    assert "Monday: 10:00 am – 6:00 pm" in text_of(answer)
    assert len(in_force(provider)) == 1
    assert desk.post(page(provider), form_on(answer).sent(save="yes")).status_code == 302
    assert len(in_force(provider)) == 2


def test_filling_in_quickly_does_not_hide_what_a_colleague_has_saved_meanwhile(desk):
    provider = make_provider(hours="")
    make_hours(provider, "09:00-17:00", weekdays=[0])
    older = form_on(desk.get(page(provider)))
    change_hours(signed_in("manager"), provider, "10 am-6 pm")
    filled_in = form_on(desk.post(page(provider), older.sent(copy="yes")))
    assert desk.post(page(provider), filled_in.sent(save="yes")).status_code == 409
    assert in_force(provider) == [Span(0, time(10), time(18))]


def test_the_page_names_whose_clock_it_is_and_how_far_that_is_from_ours(desk):
    make_practice(time_zone="America/Chicago")
    west = make_provider(name="West Wind", time_zone="America/Los_Angeles")
    answer = text_of(desk.get(page(west)))
    assert "Times here are on West Wind’s clock:" in answer
    assert "Pacific Time, 2 h behind the practice." in answer
    assert 'data-theirs="America/Los_Angeles"' in answer


def test_the_conflicts_of_shorter_hours_are_shown_and_settled_with_the_change(desk):
    visit = make_appointment()
    answer = change_hours(desk, visit.provider, "11 am-5 pm")
    assert f"visit-{visit.pk}" in text_of(answer)
    assert in_force(visit.provider, monday().date())[0].opens == time(9)


# ── who may ──


def test_a_clinician_changes_their_own_week_and_reads_a_colleagues():
    client, own, other = signed_in("clinician"), make_provider(), make_provider()
    Provider.objects.filter(pk=own.pk).update(account=client.get("/admin/").wsgi_request.user)
    assert change_hours(client, own, "10 am-4 pm").status_code == 302
    read = client.get(page(other))
    assert read.status_code == 200
    assert 'name="save"' not in text_of(read)
    for data in ({}, {"copy": "yes"}, filled(form_on(read), {0: [("1 pm", "2 pm")]}, save="yes")):
        assert client.post(page(other), data).status_code == 403
    assert in_force(other)[0] == Span(0, time(9), time(17))


@pytest.mark.parametrize("role", ["editor", "newsletter editor"])
def test_hours_are_no_page_of_whoever_writes(role):
    assert signed_in(role).get(page(make_provider())).status_code == 403


def test_a_form_that_is_no_form_of_ours_changes_nothing(desk):
    provider = make_provider()
    for data in ({"save": "yes"}, {"more": "9"}, {"copy": "yes", "copy_from": "x"}, {"lunch": "1"}):
        assert desk.post(page(provider), data).status_code in (200, 409)
    assert len(in_force(provider)) == 7

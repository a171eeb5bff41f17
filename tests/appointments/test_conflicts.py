"""A change that disturbs booked visits shows them first, and is saved with what becomes of them."""

import html
import re
from datetime import date, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from appointments import cookies
from appointments.emails import visit_outbox
from appointments.models import Appointment, HoursException, Provider, Status
from core.mail.models import OutgoingEmail
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_many_visits import typed
from tests.factories import (
    at,
    make_appointment,
    make_extra_hours,
    make_hold,
    make_patient,
    make_provider,
    make_service,
    make_time_off,
    monday,
)
from tests.page_forms import read_forms

pytestmark = pytest.mark.django_db
EXCEPTION = reverse("admin:appointments_hoursexception_add")
STANDING = reverse("admin:appointments_appointment_conflicts")
HEADING = "Booked visits that this disturbs"


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk", name="Robin Example")


@pytest.fixture
def manager(db) -> Client:
    return signed_in("manager")


def off(day: date | None = None, **values) -> dict:
    day = day or monday().date()
    return {
        "provider": "clinic",
        "kind": "time_off",
        "first_day": f"{day}",
        "last_day": f"{day}",
    } | values


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def fields_of(answer) -> dict[str, list[str]]:
    """What the page would send back: hidden fields, and the first choice of each list."""
    page = text_of(answer)
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    nothing = r"(?:<option value=\"\"[^>]*>[^<]*</option>\s*)?"
    first = rf'<select name="([^"]+)"[^>]*>\s*{nothing}<option value="([^"]+)"'
    for name, choice in re.findall(first, page):
        found[name] = [choice]
    return found


def choose(client: Client, answer, for_all: str = "each", **chosen: str):
    data = fields_of(answer) | {"conflicts-all": for_all} | chosen
    return client.post(answer.request["PATH_INFO"], data)


def mails(visit: Appointment) -> list[str]:
    return [mail.template for mail in OutgoingEmail.objects.about(visit_outbox.about(visit))]


def two_providers(**values):
    one, other = make_provider(), make_provider(**values)
    return one, other, make_service(providers=[one, other])


def test_time_off_over_a_visit_is_not_saved_before_somebody_has_chosen(desk):
    visit = make_appointment(patient=make_patient(last_name="Okafor"))
    answer = desk.post(EXCEPTION, off(provider=visit.provider.pk))
    assert HEADING in text_of(answer)
    assert "Okafor" in text_of(answer)
    assert not HoursException.objects.exists()
    assert mails(visit) == []
    assert "was added successfully" not in text_of(answer)
    assert "was added successfully" not in text_of(desk.get("/admin/to-do/"))


def test_the_visit_goes_to_a_colleague_at_the_same_time_together_with_the_change(desk):
    one, other, service = two_providers()
    visit = make_appointment(service=service, provider=one)
    answer = desk.post(EXCEPTION, off(provider=one.pk))
    assert f"Same time with {other.name}" in text_of(answer)
    assert choose(desk, answer).status_code == 302
    visit.refresh_from_db()
    assert (visit.provider, visit.starts_at) == (other, monday())
    assert visit.changed_by == "staff: Robin Example"
    assert HoursException.objects.get().provider == one
    assert mails(visit) == ["appointment_moved"]


def test_nobody_without_a_license_or_with_a_visit_then_is_offered(desk):
    one, other, service = two_providers(states=["KY"])
    busy = make_provider()
    service.providers.add(busy)
    visit = make_appointment(service=service, provider=one)
    make_appointment(service=service, provider=busy)
    page = text_of(desk.post(EXCEPTION, off(provider=one.pk)))
    assert f"Same time with {other.name}" not in page
    assert f"Same time with {busy.name}" not in page
    assert f"visit-{visit.pk}" in page


def test_two_visits_are_never_offered_the_same_time(desk):
    one, other, service = two_providers()
    third = make_provider()
    service.providers.add(third)
    visits = [make_appointment(service=service, provider=who) for who in (one, other)]
    answer = desk.post(EXCEPTION, off(opens="10:00 am", closes="10:30 am"))
    assert choose(desk, answer, "move").status_code == 302
    times = {(visit.provider_id, visit.starts_at) for visit in Appointment.objects.all()}
    assert len(times) == len(visits)


def test_all_are_cancelled_with_a_kind_mail_in_one_step(desk):
    visits = [make_appointment(starts_at=monday(clock)) for clock in ("10:00", "11:00")]
    answer = desk.post(EXCEPTION, off())
    choose(desk, answer, "cancel", **{"conflicts-reason": "Storm"})
    for visit in visits:
        visit.refresh_from_db()
        assert (visit.status, visit.cancel_reason) == (Status.CANCELLED, "Storm")
        assert mails(visit) == ["appointment_cancelled_by_us"]
    assert HoursException.objects.count() == 1


def test_when_the_last_one_fails_nothing_is_saved_moved_or_cancelled(desk):
    one, other, service = two_providers()
    first = make_appointment(service=service, provider=one)
    last = make_appointment(service=service, provider=one, starts_at=monday("15:00"))
    answer = desk.post(EXCEPTION, off(provider=one.pk))
    make_appointment(service=service, provider=other, starts_at=monday("15:00"))
    answer = choose(desk, answer)
    assert answer.status_code == 409
    assert "cannot be had" in text_of(answer)
    for visit in (first, last):
        visit.refresh_from_db()
        assert (visit.provider, visit.status) == (one, Status.BOOKED)
        assert mails(visit) == []
    assert not HoursException.objects.exists()


def test_a_visit_booked_meanwhile_is_shown_before_anything_is_done(desk):
    service = make_service()
    make_appointment(service=service)
    answer = desk.post(EXCEPTION, off())
    make_appointment(service=service, starts_at=monday("11:00"))
    answer = choose(desk, answer, "cancel")
    assert answer.status_code == 409
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 2
    assert choose(desk, answer, "cancel").status_code == 302


def test_a_visit_is_kept_only_with_a_reason(desk):
    visit = make_appointment()
    answer = desk.post(EXCEPTION, off())
    refused = choose(desk, answer, "keep")
    assert "write why visits are kept" in text_of(refused)
    assert not HoursException.objects.exists()
    choose(desk, refused, "keep", **{"conflicts-reason": "Comes in for it"})
    visit.refresh_from_db()
    assert visit.staff_reason == "Comes in for it"
    assert HoursException.objects.exists()
    assert "cannot take place" not in text_of(desk.get("/admin/to-do/"))


def test_what_is_left_for_later_stands_on_the_first_page_until_it_is_settled(desk):
    visit = make_appointment(patient=make_patient(last_name="Okafor"))
    answer = desk.post(EXCEPTION, off())
    choose(desk, answer, **{f"conflicts-visit-{visit.pk}": "later"})
    first_page = text_of(desk.get("/admin/to-do/"))
    assert "Visits that cannot take place as booked" in first_page
    assert "Okafor" not in first_page
    standing = desk.get(STANDING)
    assert "Okafor" in text_of(standing)
    assert choose(desk, standing, "cancel").status_code == 302
    assert "cannot take place" not in text_of(desk.get("/admin/to-do/"))


def test_time_off_catches_only_its_own_provider_at_its_own_hours(desk):
    day = monday().date()
    west = make_provider(time_zone="America/Los_Angeles")
    service = make_service(providers=[west])
    visit = make_appointment(service=service, starts_at=at(day, "12:30", "America/Los_Angeles"))
    make_appointment(starts_at=at(day, "12:30"))
    touching = off(provider=west.pk, opens="12:45 pm", closes="1:00 pm")
    page = text_of(desk.post(EXCEPTION, touching))
    assert page.count("conflicts-seen") == 1
    assert f"visit-{visit.pk}" in page
    free = off(provider=west.pk, opens="1:00 pm", closes="2:00 pm")
    assert desk.post(EXCEPTION, free).status_code == 302


def provider_form(provider: Provider, **changes) -> dict:
    data = {
        "name": provider.name,
        "credentials": provider.credentials,
        "slug": provider.slug,
        "time_zone": provider.time_zone,
        "languages": "English",
        "active": "on",
        "services": [service.pk for service in provider.services.all()],
    }
    for prefix, rows in {
        "licenses": [
            {"id": row.pk, "state": row.state, "number": row.number, "expires": row.expires}
            for row in provider.licenses.all()
        ],
    }.items():
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(rows)}
        for place, row in enumerate(rows):
            data |= {f"{prefix}-{place}-{name}": value for name, value in row.items()}
            data[f"{prefix}-{place}-provider"] = provider.pk
    return {name: value for name, value in (data | changes).items() if value is not None}


def change(client: Client, provider: Provider, **changes):
    address = reverse("admin:appointments_provider_change", args=[provider.pk])
    return client.post(address, provider_form(provider, **changes))


def change_hours(client: Client, provider: Provider, hours: str, *, weekday: int = 0, **also):
    """Give that weekday these hours, like "09:00-17:00", from today on; the others stay."""
    page = reverse("admin:appointments_provider_hours", args=[provider.pk])
    [form] = [form for form in read_forms(client.get(page).text) if "seen" in form.fields]
    [place] = [
        name.removesuffix("weekday")
        for name, value in form.fields.items()
        if name.endswith("-weekday") and value == f"{weekday}"
    ][:1]
    opens, closes = hours.split("-") if hours else ("", "")
    typed = {f"{place}opens": opens, f"{place}closes": closes, "save": "yes"}
    return client.post(page, form.sent(**(typed | also)))


def test_a_provider_who_leaves_leaves_no_visit_behind(manager):
    one, other, service = two_providers()
    visit = make_appointment(service=service, provider=one)
    answer = change(manager, one, active=None)
    assert "The provider sees no patients any more" in text_of(answer)
    one.refresh_from_db()
    assert one.active
    assert choose(manager, answer, "move").status_code == 302
    one.refresh_from_db()
    visit.refresh_from_db()
    assert not one.active
    assert visit.provider == other


def test_nobody_keeps_a_visit_without_its_license(manager):
    visit = make_appointment()
    ends = monday().date() - timedelta(days=1)
    answer = change(manager, visit.provider, **{"licenses-0-expires": ends})
    assert "The license has ended by then" in text_of(answer)
    assert 'value="keep">' not in text_of(answer)
    refused = choose(manager, answer, "keep", **{"conflicts-reason": "Please"})
    assert refused.status_code == 409
    assert visit.provider.licenses.get().expires != ends


def test_shorter_weekly_hours_show_the_visits_outside_them(manager):
    visit = make_appointment()
    answer = change_hours(manager, visit.provider, "11:00 am-5 pm")
    assert "Outside the hours" in text_of(answer)
    assert choose(manager, answer, "cancel").status_code == 302
    assert (0, time(11)) in visit.provider.weekly_hours.values_list("weekday", "opens")


def test_weekly_hours_that_disturb_nobody_are_just_saved(manager):
    visit = make_appointment()
    assert change_hours(manager, visit.provider, "9 am-4 pm").status_code == 302
    assert (0, time(16)) in visit.provider.weekly_hours.values_list("weekday", "closes")


def test_a_visit_that_stood_outside_the_hours_before_is_not_asked_about_again(manager):
    visit = make_appointment(starts_at=monday("20:00"), staff_reason="By day they work")
    assert change(manager, visit.provider, about="Kind").status_code == 302
    assert "cannot take place" not in text_of(manager.get("/admin/to-do/"))


def test_deleting_extra_hours_shows_who_was_booked_in_them(desk):
    provider = make_provider(hours="")
    extra = make_extra_hours(provider, monday().date())
    make_appointment(service=make_service(providers=[provider]))
    address = reverse("admin:appointments_hoursexception_delete", args=[extra.pk])
    assert desk.get(address).status_code == 200
    answer = desk.post(address, {"post": "yes"})
    assert HEADING in text_of(answer)
    assert HoursException.objects.exists()
    choose(desk, answer, "cancel")
    assert not HoursException.objects.exists()


def test_the_standing_list_costs_as_many_queries_for_many_visits_as_for_one(
    desk, django_assert_max_num_queries, django_assert_num_queries
):
    def add(count: int) -> None:
        for _ in range(count):
            make_time_off(make_appointment().provider, monday().date())

    add(1)
    desk.get("/admin/to-do/")
    with django_assert_max_num_queries(40) as first:
        desk.get("/admin/to-do/")
    add(9)
    with django_assert_num_queries(len(first)):
        desk.get("/admin/to-do/")


def test_an_editor_sees_no_such_list():
    assert signed_in("editor").get(STANDING).status_code == 403


def test_who_fills_in_the_form_for_a_time_that_the_clinic_closes_is_told_and_loses_nothing(desk):
    provider = make_provider(name="Anna Berg")
    service = make_service(providers=[provider])
    hold = make_hold(visitor="visitor-number-1", service=service, provider=provider)
    patient = Client()
    patient.cookies[cookies.cookie_name(cookies.COOKIE)] = "visitor-number-1"
    assert desk.post(EXCEPTION, off(provider=provider.pk)).status_code == 302
    answer = patient.post(reverse("appointments:details", args=[hold.uid]), typed(hold))
    assert answer.status_code == 409
    assert "that time is not open any more" in answer.text
    assert 'name="typed-first_name" value="Grace"' in answer.text
    hold.refresh_from_db()
    assert hold.status == Status.RELEASED


# ── what is proposed ──


def preset(answer) -> list[str]:
    """What each list would send if nobody touched it."""
    found = []
    for options in re.findall(r"<select name=[^>]*>(.*?)</select>", text_of(answer), re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found.append(chosen[1] if chosen else re.search(r'value="([^"]*)"', options)[1])
    return found


def offered_times(answer) -> list[str]:
    return re.findall(r'<option value="(2[^"]+)"', text_of(answer))


def test_nothing_is_moved_or_cancelled_because_somebody_overlooked_it(desk):
    one, _other, service = two_providers()
    visit = make_appointment(service=service, provider=one)
    answer = desk.post(EXCEPTION, off(provider=one.pk))
    assert preset(answer) == ["later"]
    fields = fields_of(answer) | {"conflicts-all": "each"}
    sent = fields | {f"conflicts-visit-{visit.pk}": preset(answer)[0]}
    assert desk.post(EXCEPTION, sent).status_code == 302
    visit.refresh_from_db()
    assert (visit.starts_at, visit.status, visit.provider) == (monday(), Status.BOOKED, one)
    assert mails(visit) == []


def test_the_list_says_whom_to_call_and_when_it_is_for_them(desk):
    visit = make_appointment(zone="America/Los_Angeles")
    text = text_of(desk.post(EXCEPTION, off(provider=visit.provider_id)))
    assert 'href="tel:+16155550117"' in text
    assert "8:00 am Pacific Time" in text


def test_later_times_come_before_earlier_ones_and_another_profession_never(desk):
    one = make_provider(credentials="PMHNP-BC")
    alike, other = make_provider(credentials="MSN, PMHNP"), make_provider(credentials="LCSW")
    service = make_service(providers=[one, alike, other])
    make_appointment(service=service, provider=one)
    times = offered_times(desk.post(EXCEPTION, off(provider=one.pk)))
    assert times[0] == f"{monday():%Y-%m-%dT%H:%MZ}/{alike.pk}"
    starts = [time.partition("/")[0] for time in times[1:]]
    later = [start > f"{monday():%Y-%m-%dT%H:%MZ}" for start in starts]
    assert later == sorted(later, reverse=True)
    assert any(later)
    assert {time.partition("/")[2] for time in times} == {str(one.pk), str(alike.pk)}


def test_no_time_is_offered_that_the_change_itself_closes(desk):
    visit = make_appointment()
    every = {time[:10] for time in offered_times(desk.post(EXCEPTION, off()))}
    assert every
    assert f"{visit.starts_at:%Y-%m-%d}" not in every


def test_what_an_earlier_page_did_does_not_stand_over_what_is_not_saved(desk):
    one, _other, service = two_providers()
    make_appointment(service=service, provider=one)
    desk.post(EXCEPTION, off(monday(weeks=3).date(), provider=one.pk))
    answer = desk.post(EXCEPTION, off(provider=one.pk))
    assert "Nothing is saved yet" in text_of(answer)
    assert "successfully" not in text_of(answer)

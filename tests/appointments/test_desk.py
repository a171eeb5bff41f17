"""The desk: the day as a board on the admin's first page, and what is done on it in place."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.admin import practice_time
from appointments.emails import visit_outbox
from appointments.models import Appointment, HoursException, Status
from appointments.models.patient_records import PatientNote
from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent
from tests.appointments.staff_clients import signed_in
from tests.core.mail.factories import make_email
from tests.factories import (
    at,
    make_appointment,
    make_entry,
    make_license,
    make_patient,
    make_provider,
    make_service,
    make_time_off,
    monday,
)
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db
NOW = timezone.now


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk")


def day_page(day=None) -> str:
    return reverse("admin:appointments_appointment_day", args=[f"{day or monday():%Y-%m-%d}"])


def step(visit: Appointment, name: str) -> str:
    return reverse("admin:appointments_appointment_desk_step", args=[visit.pk, name])


def today() -> str:
    """The day that it is at the practice, as the board names it."""
    return f"{practice_time.today()}"


def soon(minutes: int, **values) -> Appointment:
    """A visit of today that starts in so many minutes, or started so many ago."""
    return make_appointment(starts_at=NOW() + timedelta(minutes=minutes), **values)


@pytest.fixture
def midday(time_machine):
    """Noon at the practice: minutes before and after lie on the same day."""
    time_machine.move_to(at(NOW().date(), "12:00"), tick=True)


# ── whose first page it is ──


@pytest.mark.parametrize("role", ["front desk", "clinician", "manager"])
def test_the_day_stands_first_for_who_sees_patients(role):
    make_provider(name="Anna Berg")
    page = signed_in(role).get("/admin/")
    assert "Anna Berg" in page.text
    assert page.context_data["board"].columns


@pytest.mark.parametrize("role", ["editor", "newsletter editor"])
def test_writers_keep_a_first_page_of_their_own(role):
    make_appointment(patient=make_patient(last_name="Unmistakable"))
    page = signed_in(role).get("/admin/")
    assert "board" not in page.context_data
    assert "app_list" in page.context_data
    assert "Unmistakable" not in page.text


def test_the_list_of_records_stands_behind_its_own_link(desk):
    assert reverse("admin:records") in desk.get("/admin/").text
    page = desk.get(reverse("admin:records")).text
    assert reverse("admin:appointments_patient_changelist") in page


def test_what_there_is_to_do_has_a_page_and_a_part_of_the_desk(desk):
    visit = make_appointment()
    failed_mail(visit)
    assert reverse("admin:to_do_part") in desk.get("/admin/").text
    for name in ("admin:to_do", "admin:to_do_part"):
        assert f"/{visit.pk}/change/" in desk.get(reverse(name)).text


def test_a_license_that_ends_within_sixty_days_is_something_to_do(desk):
    make_practice()
    make_service()  # with somebody who can be booked
    soon_over, long = make_provider(name="Soon Over"), make_provider(name="Renewed")
    for days in (20, 400):
        make_license(long, "NY", expires=practice_time.today() + timedelta(days=days))
    make_license(soon_over, "NY", expires=practice_time.today() + timedelta(days=20))
    page = signed_in("manager").get(reverse("admin:to_do")).text
    panel = page.partition("Licenses that end soon")[2].partition("</section>")[0]
    assert "Soon Over" in panel
    assert "Renewed" not in panel
    assert "Licenses that end soon" not in desk.get(reverse("admin:to_do")).text


def failed_mail(visit: Appointment) -> None:
    email = make_email(about=visit_outbox.about(visit))
    OutgoingEmail.objects.filter(pk=email.pk).update(status="failed", due_at=None, last_error="550")


# ── what a card says ──


def test_a_card_says_all_that_the_desk_needs_to_know(desk):
    patient = make_patient(first_name="Otis", last_name="Chavez", phone="+16155550117")
    visit = make_appointment(patient=patient, staff_reason="Knows the stairs")
    failed_mail(visit)
    page = desk.get(day_page()).text
    for text in ("10:00 am", "Otis Chavez", "tel:+16155550117", "Mail failed", "Knows the stairs"):
        assert text in page
    assert ">new<" in page


def test_who_was_here_before_is_not_new(desk):
    patient = make_patient()
    make_appointment(patient=patient, starts_at=monday(weeks=-2), status=Status.COMPLETED)
    make_appointment(patient=patient)
    assert ">new<" not in desk.get(day_page()).text


def test_a_free_time_leads_to_booking_and_counts_who_waits_for_it(desk):
    provider = make_provider(name="Aaron Ash", hours="09:00-17:00")
    service = make_service(providers=[provider], notice_hours=1)  # Monday may be tomorrow
    make_appointment(service=service, provider=provider, starts_at=monday("09:00"))
    make_entry(service=service)
    make_entry(service=service, parts=["evening"])
    make_entry(service=service, state="NY")  # no license
    make_entry(service=service, provider=make_provider())
    make_entry(service=make_service(providers=[provider], notice_hours=24 * 14))  # too soon
    make_entry(service=make_service(providers=[provider], minutes=435, buffer_after=30))  # too long
    [gap] = desk.get(day_page()).context_data["board"].columns[0].gaps
    assert gap.words == "suits 1 who waits"
    starts_at = f"{monday('09:30'):%Y-%m-%dT%H:%M:%S}+00:00"
    assert gap.query == urlencode({"provider": provider.pk, "starts_at": starts_at})


def test_visits_that_share_a_time_stand_side_by_side(desk):
    provider = make_provider()
    service = make_service(providers=[provider])
    for status in (Status.NO_SHOW, Status.BOOKED):
        make_appointment(service=service, provider=provider, status=status)
    cards = desk.get(day_page()).context_data["board"].columns[0].cards
    assert {(card.lane, card.lanes) for card in cards} == {(1, 2), (2, 2)}


def test_a_note_of_time_off_stands_on_the_board(desk):
    row = make_time_off(make_provider(), monday().date(), hours="13:00-15:00")
    HoursException.objects.filter(pk=row.pk).update(note="Training")
    assert "Time off: Training" in desk.get(day_page()).text


# ── late, now, next hour, done ──


def lists_of(answer) -> dict[str, list[Appointment]]:
    found = answer.context_data["attention"]
    late = [card for card, _minutes, _called in found.late]
    named = {"late": late, "here": found.here, "next": found.next, "done": found.done}
    return {name: [card.visit for card in cards] for name, cards in named.items()}


@pytest.mark.usefixtures("midday")
def test_the_lists_say_who_is_late_here_next_and_through(desk):
    late, soonest, here = soon(-15), soon(30), soon(-20, status=Status.CHECKED_IN)
    done, _later = soon(-90, status=Status.COMPLETED), soon(100)
    answer = signed_in("front desk").get("/admin/")
    assert lists_of(answer) == {"late": [late], "here": [here], "next": [soonest], "done": [done]}
    assert "15 min late" in answer.text


@pytest.mark.usefixtures("midday")
def test_who_walked_in_is_here_and_not_late():
    walked_in = soon(-2, created=NOW())
    just_now = soon(0)
    found = lists_of(signed_in("front desk").get("/admin/"))
    assert (found["here"], found["late"]) == ([walked_in, just_now], [])


@pytest.mark.usefixtures("midday")
def test_what_is_pinned_to_the_patient_stands_on_the_card_and_renews_it():
    desk, visit = signed_in("front desk"), soon(30)
    renewal = f"{reverse('admin:appointments_appointment_renewal')}?scope={today()}"
    tag = desk.get(renewal)["ETag"]
    note = PatientNote(patient=visit.patient, text="Needs an interpreter", pinned=True)
    note.written_at, note.written_by = NOW(), "Robin Vale"
    note.save()
    assert "Needs an interpreter" in desk.get("/admin/").text
    again = desk.get(renewal, headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert "Needs an interpreter" in again.text


def test_another_day_has_no_such_lists(desk):
    make_appointment()
    assert desk.get(day_page()).context_data["attention"] is None


@pytest.mark.usefixtures("midday")
def test_called_is_noted_with_its_time_and_ends_a_failed_mail():
    desk, visit = signed_in("front desk"), soon(-15)
    failed_mail(visit)
    assert "Mail failed" in desk.get("/admin/").text
    desk.post(step(visit, "called"), {"scope": today()})
    page = desk.get("/admin/").text
    assert "Called 12:0" in page
    assert "Called, done" not in page
    assert "Mail failed" not in page
    assert f"/{visit.pk}/change/" not in desk.get(reverse("admin:to_do")).text


# ── steps in place ──


@pytest.mark.usefixtures("midday")
def test_a_step_answers_with_the_card_and_a_way_back():
    desk, visit = signed_in("front desk"), soon(-5)
    answer = desk.post(step(visit, "check-in"), {"scope": today()})
    visit.refresh_from_db()
    assert visit.status == Status.CHECKED_IN
    assert f'id="visit-{visit.pk}"' in answer.text
    assert "Checked in" in answer.text
    assert step(visit, "undo") in answer.text
    back = desk.post(step(visit, "undo"), {"scope": today()})
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED
    assert "Check in" in back.text


@pytest.mark.usefixtures("midday")
def test_a_step_that_is_too_late_shows_the_card_as_it_stands():
    desk, visit = signed_in("front desk"), soon(-5, status=Status.COMPLETED)
    answer = desk.post(step(visit, "check-in"), {"scope": today()})
    assert answer.status_code == 409
    assert "not changed" in answer.text
    assert "Completed" in answer.text


@pytest.mark.usefixtures("midday")
def test_without_scripts_a_step_leads_back_to_the_board():
    desk, visit = signed_in("front desk"), soon(-5)
    address = reverse("admin:appointments_appointment_action", args=[visit.pk, "check-in"])
    assert desk.post(address, {"next": "/admin/"})["Location"] == "/admin/"
    elsewhere = desk.post(address, {"next": "https://elsewhere.example/"})["Location"]
    assert elsewhere == reverse("admin:appointments_appointment_change", args=[visit.pk])


def test_more_offers_what_else_can_be_done(desk):
    visit = make_appointment()
    address = reverse("admin:appointments_appointment_desk_more", args=[visit.pk])
    page = desk.get(address, {"scope": f"{monday():%Y-%m-%d}"})
    assert reverse("admin:appointments_appointment_move", args=[visit.pk]) in page.text
    assert reverse("admin:appointments_patient_change", args=[visit.patient_id]) in page.text


# ── renewal ──


def renewal(client: Client, tag: str = "", has: str = "", scope: str = ""):
    query = {"scope": scope or f"{monday():%Y-%m-%d}", "has": has}
    headers = {"X-Passive": "1"} | ({"If-None-Match": tag} if tag else {})
    return client.get(reverse("admin:appointments_appointment_renewal"), query, headers=headers)


def test_renewal_answers_only_what_has_changed(desk, django_assert_max_num_queries):
    one, other = make_provider(name="Anna Berg"), make_provider(name="Bo Lin")
    service = make_service(providers=[one, other])
    visit = make_appointment(service=service, provider=one)
    unchanged = make_appointment(service=service, provider=other)
    first = renewal(desk)
    has = ",".join(each.version for each in first.context_data["columns"])
    with django_assert_max_num_queries(6):  # who asks, which practice, and one of the board
        assert renewal(desk, first["ETag"], has).status_code == 304
    Appointment.objects.filter(pk=visit.pk).update(status=Status.NO_SHOW)
    then = renewal(desk, first["ETag"], has)
    assert f'id="visit-{visit.pk}"' in then.text
    assert f'id="visit-{unchanged.pk}"' not in then.text


def test_renewal_leaves_a_trail_of_what_it_showed_and_none_of_nothing(desk):
    visit = make_appointment()
    first = renewal(desk)
    rows = AuditEvent.objects.filter(action="act:renewal_view")
    assert rows.get().object_pks == [str(visit.pk)]
    renewal(desk, first["ETag"])
    assert rows.count() == 1


@pytest.mark.parametrize("what", ["patient", "mail", "time off", "waitlist"])
def test_renewal_notices_what_changes_beside_the_visit(desk, what):
    visit = make_appointment()
    tag = renewal(desk)["ETag"]
    if what == "patient":
        type(visit.patient).objects.update(last_name="Corrected")
    elif what == "mail":
        failed_mail(visit)
    elif what == "time off":
        make_time_off(visit.provider, monday().date(), hours="13:00-15:00")
    else:
        make_entry(service=visit.service)
    assert renewal(desk, tag).status_code == 200


def test_renewal_keeps_nobody_signed_in(desk, settings, time_machine):
    make_provider()
    begin = NOW()
    time_machine.move_to(begin, tick=False)
    desk = signed_in("front desk")
    desk.get("/admin/")
    for minutes in (5, 10, 14):
        time_machine.move_to(begin + timedelta(minutes=minutes), tick=False)
        assert renewal(desk).status_code == 200
    time_machine.move_to(begin + timedelta(minutes=16), tick=False)
    assert renewal(desk).status_code == 302


# ── moving by hand ──


def drop(client: Client, visit: Appointment, clock: str, **values):
    address = reverse("admin:appointments_appointment_desk_move", args=[visit.pk])
    asked = {
        "scope": f"{monday():%Y-%m-%d}",
        "provider": visit.provider_id,
        "starts_at": f"{monday(clock):%Y-%m-%dT%H:%M:%S}+0000",
    }
    return address, asked | values


def test_a_dropped_card_asks_with_the_patients_clock_and_changes_nothing(desk):
    visit = make_appointment(zone="America/Los_Angeles")
    address, asked = drop(desk, visit, "14:00")
    page = desk.get(address, asked)
    assert "2:00 pm" in page.text
    assert "12:00 pm Pacific Time" in page.text
    visit.refresh_from_db()
    assert visit.starts_at == monday()


def test_a_dropped_card_moves_and_tells_the_patient_unless_told_not_to(
    desk, django_capture_on_commit_callbacks
):
    visit = make_appointment()
    address, asked = drop(desk, visit, "14:00", tell="on")
    assert desk.post(address, asked).status_code == 200
    visit.refresh_from_db()
    assert visit.starts_at == monday("14:00")
    mails = OutgoingEmail.objects.filter(template="appointment_moved", status="waiting")
    assert mails.count() == 1
    address, asked = drop(desk, visit, "15:00")
    desk.post(address, asked)
    visit.refresh_from_db()
    assert visit.starts_at == monday("15:00")
    assert not mails.exists()  # what waited names a time that is none any more


def test_a_card_dropped_outside_the_rules_asks_why(desk):
    visit = make_appointment()
    address, asked = drop(desk, visit, "18:00", tell="on")
    refused = desk.post(address, asked)
    assert refused.status_code == 409
    assert "Please write why" in refused.text
    assert desk.post(address, asked | {"reason": "Agreed by phone"}).status_code == 200
    visit.refresh_from_db()
    assert visit.starts_at == monday("18:00")


def test_a_card_dropped_on_another_is_refused(desk):
    provider = make_provider()
    service = make_service(providers=[provider])
    visit = make_appointment(service=service, provider=provider)
    make_appointment(service=service, provider=provider, starts_at=monday("11:00"))
    address, asked = drop(desk, visit, "11:00")
    refused = desk.post(address, asked)
    assert refused.status_code == 409
    assert "Somebody has this time" in refused.text


@pytest.mark.parametrize("starts_at", ["", "soon", "9999-12-31T00:00:00+0000"])
def test_a_drop_that_is_none_is_refused_in_words(desk, starts_at):
    visit = make_appointment()
    address, asked = drop(desk, visit, "14:00", starts_at=starts_at)
    assert desk.get(address, asked).status_code == 400
    assert desk.post(address, asked).status_code == 409


# ── closing and opening by hand ──


def stretch(provider, begin: str, end: str, **values) -> dict:
    return {
        "scope": f"{monday():%Y-%m-%d}",
        "provider": provider.pk,
        "starts_at": f"{monday(begin):%Y-%m-%dT%H:%M:%S}+0000",
        "ends_at": f"{monday(end):%Y-%m-%dT%H:%M:%S}+0000",
    } | values


HOURS = reverse("admin:desk_hours")


def test_a_dragged_free_time_becomes_time_off_on_the_providers_clock(desk):
    west = make_provider(time_zone="America/Los_Angeles", hours="07:00-17:00")
    asked = stretch(west, "13:00", "15:00")
    assert "Close: time off" in desk.get(HOURS, asked).text
    answer = desk.post(HOURS, asked | {"kind": "time_off", "note": "Training"})
    assert answer["Location"] == day_page()
    row = HoursException.objects.get(provider=west)
    assert (f"{row.opens:%H:%M}", f"{row.closes:%H:%M}", row.note) == ("11:00", "13:00", "Training")


def test_an_hour_more_leaves_the_weekly_hours_open(desk):
    provider = make_provider(hours="09:00-17:00")
    asked = stretch(provider, "17:00", "18:00")
    assert "Open: extra hours" in desk.get(HOURS, asked).text
    desk.post(HOURS, asked | {"kind": "extra_hours"})
    column = desk.get(day_page()).context_data["board"].columns[0]
    [band] = [band for band in column.bands if band.kind == "open"]
    assert band.rows.d == 9 * 12


def test_closing_over_booked_visits_asks_about_them_first(desk):
    visit = make_appointment()
    asked = stretch(visit.provider, "09:00", "12:00", kind="time_off")
    page = desk.post(HOURS, asked)
    assert page.status_code == 200
    assert "Booked visits that this disturbs" in page.text
    assert not HoursException.objects.exists()


@pytest.mark.parametrize(
    ("begin", "end", "more", "said"),
    [
        ("15:00", "13:00", {}, "The end must be later than the beginning."),
        ("13:00", "13:00", {}, "The end must be later than the beginning."),
        ("13:00", "15:00", {"provider": ""}, ""),
        ("13:00", "15:00", {"starts_at": "noon"}, ""),
        ("13:00", "15:00", {"ends_at": "2101-01-01T00:00:00+0000"}, "The end must be later"),
        ("13:00", "15:00", {"ends_at": "tomorrow"}, "That is two days on the provider’s clock."),
    ],
)
def test_what_is_no_stretch_of_a_day_is_refused_and_closes_nothing(desk, begin, end, more, said):
    if more.get("ends_at") == "tomorrow":
        more = {"ends_at": f"{monday(end) + timedelta(days=1):%Y-%m-%dT%H:%M:%S}+0000"}
    asked = stretch(make_provider(), begin, end) | more
    for answer in (desk.get(HOURS, asked), desk.post(HOURS, asked | {"kind": "time_off"})):
        assert answer.status_code == 400
        assert said in answer.text
    assert not HoursException.objects.exists()


def test_without_a_choice_a_stretch_becomes_nothing(desk):
    asked = stretch(make_provider(), "13:00", "15:00")
    assert desk.post(HOURS, asked).status_code == 400
    assert not HoursException.objects.exists()


def test_a_stretch_may_last_until_midnight_and_hours_of_a_day_are_kept_once(desk):
    provider = make_provider(hours="09:00-17:00")
    midnight = f"{monday('00:00') + timedelta(days=1):%Y-%m-%dT%H:%M:%S}+0000"
    desk.post(HOURS, stretch(provider, "20:00", "21:00", ends_at=midnight, kind="extra_hours"))
    desk.post(HOURS, stretch(provider, "18:00", "19:00", kind="extra_hours"))
    spans = HoursException.objects.order_by("opens").values_list("opens", "closes")
    assert [f"{opens:%H}-{closes:%H}" for opens, closes in spans] == ["09-17", "18-19", "20-00"]


def test_the_week_is_that_of_whoever_was_asked_for_or_comes_first(desk):
    address = reverse("admin:appointments_appointment_this_week")
    assert desk.get(address).status_code == 404
    first, second = make_provider(name="Ada First"), make_provider(name="Ben Second")
    for asked, provider in ({}, first), ({"provider": second.pk}, second):
        led_to = desk.get(address, {"day": f"{monday():%Y-%m-%d}"} | asked)["Location"]
        assert f"/{provider.pk}/" in led_to
    nobody = reverse("admin:appointments_appointment_week", args=[0, f"{monday():%Y-%m-%d}"])
    assert desk.get(nobody).status_code == 404


def test_who_keeps_no_hours_closes_none():
    provider = make_provider()
    asked = stretch(provider, "13:00", "15:00", kind="time_off")
    assert signed_in("editor").post(HOURS, asked).status_code == 403


# ── on paper ──


def test_the_printed_day_has_a_page_a_provider_with_phone_and_birth_date(desk):
    visit = make_appointment()
    make_provider(name="Has Nobody")
    address = reverse("admin:appointments_appointment_print", args=[f"{monday():%Y-%m-%d}"])
    page = desk.get(address).text
    assert "04/17/1988" in page
    assert "(615) 555-0117" in page
    assert "Has Nobody" not in page
    row = AuditEvent.objects.get(action="act:print_view")
    assert row.object_pks == [str(visit.pk)]


# ── who may ──


def test_nobody_else_sees_or_changes_anything_by_the_parts_of_the_desk():
    visit = make_appointment()
    editor, scope = signed_in("editor"), {"scope": f"{monday():%Y-%m-%d}"}
    more = reverse("admin:appointments_appointment_desk_more", args=[visit.pk])
    move, asked = drop(editor, visit, "14:00")
    for address in (more, move, HOURS, reverse("admin:appointments_appointment_renewal")):
        assert editor.get(address, asked | scope).status_code == 403
    assert editor.post(move, asked).status_code == 403
    assert editor.post(step(visit, "check-in"), scope).status_code == 403
    assert f"/{visit.pk}/" not in editor.get(reverse("admin:to_do")).text
    visit.refresh_from_db()
    assert (visit.status, visit.starts_at) == (Status.BOOKED, monday())

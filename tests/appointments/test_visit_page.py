"""The patient's own page: who may open it, its calendar file, moving and cancelling."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.signing import Signer
from icalendar import Calendar

from appointments import links
from appointments.booking import moves, visits
from appointments.booking.rules import NotChangeable
from appointments.calendars.ics import Method, calendar_file
from appointments.models import Appointment, Status
from appointments.patient_records import erasure
from core.mail.attachments import Attachment
from core.mail.models import EmailStatus, OutgoingEmail
from core.practice.models import Practice
from tests.appointments import booking_steps
from tests.factories import (
    at,
    make_appointment,
    make_hold,
    make_patient,
    make_provider,
    make_service,
    monday,
)
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
STEPS = ["visit", "calendar", "reschedule", "reschedule_fragment", "cancel", "confirm", "done"]


@pytest.fixture
def visitor():
    return in_process()


@pytest.fixture
def visit():
    return make_appointment(starts_at=monday())


def status_of(visit: Appointment) -> str:
    visit.refresh_from_db()
    return visit.status


# ── who may open it ───────────────────────────────────────────────────────────


def test_the_link_shows_the_visit_on_the_patients_clock(visitor, visit):
    page = visitor.get(links.page(visit))
    assert page.status == 200
    assert "10:00 am to 10:30 am" in page.text
    assert "Central Time" in page.text
    assert visit.provider.name in page.text


def token_in(path: str) -> str:
    return max(path.split("/"), key=len)


def tampered(visit: Appointment, step: str) -> list[str]:
    key, signature = token_in(booking_steps.page_of(visit, step)).split(".")
    other = make_appointment(starts_at=monday("15:00"))
    return [
        f"{key}.{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}",
        f"{'A' if key[0] != 'A' else 'B'}{key[1:]}.{signature}",
        f"{other.key}.{signature}",
        Signer(sep=".", salt="another purpose", algorithm="sha256").sign(key),
        Signer(sep=".", salt="appointments.visit", key="another key", algorithm="sha256").sign(key),
        Signer(sep=".", salt="appointments.visit", algorithm="sha256").sign("A" * 22),
        key,
        str(visit.uid),
        str(visit.pk),
    ]


@pytest.mark.parametrize("step", STEPS)
def test_a_link_that_is_wrong_or_changed_is_not_found(visitor, visit, step):
    path = booking_steps.page_of(visit, step)
    assert visitor.get(path).status == 200
    for wrong in tampered(visit, step):
        assert visitor.get(path.replace(token_in(path), wrong)).status == 404


def test_a_hold_has_no_page(visitor):
    hold = make_hold()
    for step in STEPS:
        assert visitor.get(booking_steps.page_of(hold, step)).status == 404


def test_a_link_signed_with_an_older_key_opens_while_that_key_is_kept(visitor, visit, settings):
    path = links.page(visit)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "a newer key"
    assert visitor.get(path).status == 404
    settings.SECRET_KEY_FALLBACKS = [old]
    assert visitor.get(path).status == 200


def test_a_link_to_a_visit_whose_record_was_erased_has_ended(visitor, visit):
    """The row stays for the clinic's books, and names nobody."""
    paths = [links.page(visit), links.page(visit, "calendar")]
    visits.cancel(visit)
    assert not erasure.erase(visit.patient, by="test")
    for path in paths:
        page = visitor.get(path)
        assert page.status == 410
        assert visit.provider.name not in page.text


def test_a_link_ends_a_month_after_the_visit_and_shows_nothing_of_it(visitor, visit):
    end = visit.ends_at + timedelta(days=31)
    for step in STEPS[:-1]:  # the done page is closed long before
        path = booking_steps.page_of(visit, step)
        with time_machine.travel(end - timedelta(minutes=1)):
            assert visitor.get(path).status == 200
        with time_machine.travel(end + timedelta(minutes=1)):
            page = visitor.get(path)
            assert page.status == 410
            assert visit.patient.first_name not in page.text
            assert visit.provider.name not in page.text


def test_a_link_holds_at_least_128_random_bits(visit):
    keys = {make_appointment(starts_at=monday(f"{hour}:00")).key for hour in range(11, 16)}
    assert len(keys) == 5
    assert all(len(key) >= 22 for key in keys)  # 6 bits each


# ── the calendar file ─────────────────────────────────────────────────────────


def read(octets: bytes | str):
    """The method and the one event of a calendar file."""
    calendar = Calendar.from_ical(octets)
    [event] = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


def mailed(kind: str):
    mail = OutgoingEmail.objects.get(template=kind)
    [stored] = mail.attachments
    file = Attachment.from_json(stored)
    return file, read(file.octets)


def test_the_download_is_published_and_neutral(client, visit):
    response = client.get(links.page(visit, "calendar"))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="visit.ics"'
    method, event = read(response.content)
    assert method == "PUBLISH"
    assert "ATTENDEE" not in event
    assert str(event["SUMMARY"]) == "Visit"
    assert event["CLASS"] == "PRIVATE"


def test_the_file_says_nothing_telling(visit):
    for method in Method:
        text = calendar_file(visit, method, Practice.current()).decode().lower()
        for telling in (
            visit.provider.name,
            visit.service.name,
            visit.patient.last_name,
            "opioid",
            "alcohol",
            "recovery",
            "treat",
            "clinic",
            "first visit",
            "video",
        ):
            assert telling.lower() not in text.replace("//curednation//appointments//", "")
        assert not {"DESCRIPTION", "LOCATION", "COMMENT", "URL", "CATEGORIES"} & set(
            read(text.upper())[1]
        )


def test_the_file_keeps_to_the_letter_of_the_standard(visit):
    octets = calendar_file(visit, Method.REQUEST, Practice.current())
    assert octets.count(b"\n") == octets.count(b"\r\n")
    assert octets.startswith(b"BEGIN:VCALENDAR\r\n")
    assert octets.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in octets.split(b"\r\n"))


def test_the_confirmation_invites_without_asking_for_an_answer(visitor):
    service = make_service()
    booking_steps.book(visitor, service, monday())
    file, (method, event) = mailed("appointment_booked")
    assert file.calendar_method == method == "REQUEST"
    assert file.filename == "visit.ics"
    assert event["ATTENDEE"] == "mailto:grace@example.org"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert str(event["ORGANIZER"]).startswith("mailto:")
    assert event["STATUS"] == "CONFIRMED"
    assert event["SEQUENCE"] == 0


def test_the_uid_stays_and_the_sequence_rises_with_each_change(visitor, client):
    service = make_service()
    booking_steps.book(visitor, service, monday("10:00"))
    visit = Appointment.objects.get()
    moves.move(visit, provider=None, starts_at=monday("11:00"))
    visit = Appointment.objects.get()
    moves.move(visit, provider=None, starts_at=monday("12:00"))
    visits.cancel(Appointment.objects.get())
    uid = str(mailed("appointment_booked")[1][1]["UID"])
    told = OutgoingEmail.objects.filter(template="appointment_moved").order_by("pk")
    events = [read(Attachment.from_json(m.attachments[0]).octets) for m in told]
    assert [(method, event["SEQUENCE"]) for method, event in events] == [
        ("REQUEST", 1),
        ("REQUEST", 2),
    ]
    _, (method, cancelled) = mailed("appointment_cancelled")
    assert (method, cancelled["SEQUENCE"], cancelled["STATUS"]) == ("CANCEL", 3, "CANCELLED")
    download = read(client.get(links.page(visit, "calendar")).content)[1]
    assert {str(event["UID"]) for event in (events[0][1], events[1][1], cancelled, download)} == {
        uid
    }
    assert str(visit.pk) != uid.split("@")[0]


@pytest.mark.parametrize(
    ("zone", "day", "offset"),
    [
        ("America/New_York", date(2027, 3, 12), -5),  # before and after the clocks go forward
        ("America/New_York", date(2027, 3, 15), -4),
        ("America/Chicago", date(2027, 11, 8), -6),  # and after they go back
        ("America/Phoenix", date(2027, 6, 1), -7),
    ],
)
def test_the_file_shows_the_right_time_across_changes_of_the_clocks(zone, day, offset):
    visit = make_appointment(starts_at=at(day, "09:00", zone), zone=zone)
    _, event = read(calendar_file(visit, Method.PUBLISH, Practice.current()))
    start, end = event["DTSTART"].dt, event["DTEND"].dt
    assert start.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "09:00"
    assert start.astimezone(ZoneInfo(zone)).utcoffset() == timedelta(hours=offset)
    assert start == visit.starts_at
    assert end - start == timedelta(minutes=30)


@pytest.mark.parametrize("method", Method)
def test_times_are_written_in_utc_which_every_calendar_reads_alike(visit, method):
    """Desktop Outlook reads no RDATE: with such a VTIMEZONE summer visits came an hour late."""
    text = calendar_file(visit, method, Practice.current()).decode()
    assert f"DTSTART:{visit.starts_at:%Y%m%dT%H%M%SZ}\r\n" in text
    assert f"DTEND:{visit.ends_at:%Y%m%dT%H%M%SZ}\r\n" in text
    assert "VTIMEZONE" not in text
    assert "TZID" not in text


@pytest.mark.parametrize(
    "sender",
    [
        "office@clinic.example",
        "Riverside <office@clinic.example>",
        '"A, B" <office@clinic.example>',
    ],
)
def test_the_organizer_is_a_bare_address(visit, settings, sender):
    settings.DEFAULT_FROM_EMAIL = sender.format("office@clinic.example")
    _, event = read(calendar_file(visit, Method.REQUEST, Practice.current()))
    assert str(event["ORGANIZER"]) == "mailto:office@clinic.example"


def test_an_invitation_is_for_one_visit(visit):
    other = make_appointment(starts_at=monday("15:00"))
    for method in (Method.REQUEST, Method.CANCEL):
        with pytest.raises(ValueError, match="one visit"):
            calendar_file(visit, method, Practice.current(), also=[other])


# ── cancelling ────────────────────────────────────────────────────────────────


def test_opening_the_cancel_page_cancels_nothing_and_pressing_its_button_does(visitor, visit):
    page = visitor.get(links.page(visit, "cancel"))
    assert status_of(visit) == Status.BOOKED
    page = visitor.submit(page, press="Cancel this visit", reason="A conflict at work")
    assert page.path == links.page(visit)
    assert "This visit is cancelled." in page.text
    assert status_of(visit) == Status.CANCELLED
    assert visit.cancel_reason == "A conflict at work"
    assert visit.changed_by == "patient"
    [mail] = OutgoingEmail.objects.filter(template="appointment_cancelled")
    assert "A conflict at work" not in mail.text + mail.html


def test_cancelling_twice_cancels_once(visitor, visit):
    page = visitor.get(links.page(visit, "cancel"))
    for _ in range(2):
        again = visitor.press(page, "Cancel this visit")
        assert "This visit is cancelled." in again.text
    visit.refresh_from_db()
    assert visit.sequence == 1
    assert OutgoingEmail.objects.count() == 1


def test_a_cancelled_time_is_free_at_once(visitor, visit):
    visitor.press(visitor.get(links.page(visit, "cancel")), "Cancel this visit")
    assert booking_steps.hold_time(in_process(), visit.service, visit.starts_at).status == 200


@pytest.mark.parametrize("minutes", [1, 31])
def test_a_visit_that_has_begun_is_neither_cancelled_nor_moved(visitor, visit, minutes):
    cancel, move = (
        visitor.get(booking_steps.page_of(visit, step)) for step in ("cancel", "reschedule")
    )
    with time_machine.travel(visit.starts_at + timedelta(minutes=minutes)):
        visitor.press(cancel, "Cancel this visit")
        visitor.press(move, "Take this time")
        assert visitor.get(links.page(visit, "cancel")).path == links.page(visit)
    assert status_of(visit) == Status.BOOKED
    assert not OutgoingEmail.objects.exists()


def test_past_the_cut_off_the_patient_is_asked_to_call(visitor):
    visit = make_appointment(service=make_service(cutoff_hours=24), starts_at=monday())
    cancel = visitor.get(links.page(visit, "cancel"))
    with time_machine.travel(visit.starts_at - timedelta(hours=23)):
        page = visitor.press(cancel, "Cancel this visit")
        assert "It begins soon, so please call us" in page.text
        assert "Cancel this visit" not in page.text
    assert status_of(visit) == Status.BOOKED


# ── moving ────────────────────────────────────────────────────────────────────


def move(visitor, visit, starts_at):
    page = visitor.get(links.page(visit, "reschedule"))
    form = page.form_with("csrfmiddlewaretoken")
    return visitor.post(page.url, form.fields | {"slot": booking_steps.slot(starts_at)})


def test_a_visit_moves_to_the_time_that_was_pressed(visitor, visit):
    page = move(visitor, visit, monday("14:00"))
    assert page.path == links.page(visit)
    assert "Moved. This is your new time" in page.text
    assert "2:00 pm to 2:30 pm" in page.text
    visit.refresh_from_db()
    assert visit.starts_at == monday("14:00")
    [mail] = OutgoingEmail.objects.all()
    assert "2:00 pm Central Time" in mail.subject


def test_the_old_time_is_free_in_the_moment_the_new_one_is_set(visitor, visit):
    assert booking_steps.hold_time(in_process(), visit.service, monday()).status == 409
    move(visitor, visit, monday("14:00"))
    assert booking_steps.hold_time(in_process(), visit.service, monday()).status == 200


def test_a_visit_may_move_over_its_own_old_time(visitor):
    service = make_service(minutes=60, step=30)
    visit = make_appointment(service=service, starts_at=monday("10:00"))
    assert move(visitor, visit, monday("10:30")).status == 200
    visit.refresh_from_db()
    assert visit.starts_at == monday("10:30")


def test_a_move_to_a_time_that_is_taken_keeps_the_old_one_and_offers_others(visitor, visit):
    make_appointment(service=visit.service, starts_at=monday("14:00"))
    page = move(visitor, visit, monday("14:00"))
    assert page.status == 409
    page = visitor.press(page, "Take ")
    assert "Moved. This is your new time" in page.text
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 2


def test_a_failed_move_leaves_the_visit_as_it_was(visitor, visit):
    make_appointment(service=visit.service, starts_at=monday("14:00"))
    move(visitor, visit, monday("14:00"))
    visit.refresh_from_db()
    assert (visit.starts_at, visit.sequence) == (monday("10:00"), 0)
    assert not OutgoingEmail.objects.exists()


def test_a_visit_moves_to_another_provider_where_its_own_is_not_free(visitor):
    own, other = make_provider(), make_provider()
    service = make_service(providers=[own, other])
    visit = make_appointment(service=service, provider=own, starts_at=monday("10:00"))
    make_appointment(service=service, provider=own, starts_at=monday("14:00"))
    move(visitor, visit, monday("14:00"))
    visit.refresh_from_db()
    assert visit.provider == other


def test_a_visit_stays_with_its_provider_where_they_are_free(visitor):
    providers = [make_provider() for _ in range(3)]
    service = make_service(providers=providers)
    visit = make_appointment(service=service, provider=providers[1], starts_at=monday("10:00"))
    move(visitor, visit, monday("14:00"))
    visit.refresh_from_db()
    assert visit.provider == providers[1]


def test_a_visit_does_not_move_past_the_license_of_its_provider(visitor, visit):
    page = visitor.get(links.page(visit, "reschedule"))
    visit.provider.licenses.update(expires=monday().date() - timedelta(days=1))
    form = page.form_with("csrfmiddlewaretoken")
    page = visitor.post(page.url, form.fields | {"slot": booking_steps.slot(monday("14:00"))})
    assert page.status == 409


def test_a_change_made_on_an_old_page_does_not_undo_a_newer_one(visit):
    stale = Appointment.objects.get(pk=visit.pk)
    moves.move(visit, provider=None, starts_at=monday("14:00"))
    with pytest.raises(NotChangeable):
        moves.move(stale, provider=None, starts_at=monday("15:00"))
    visits.cancel(visit)
    with pytest.raises(NotChangeable):
        moves.move(Appointment.objects.get(), provider=None, starts_at=monday("15:00"))


# ── mails ─────────────────────────────────────────────────────────────────────


def states() -> dict[str, str]:
    return dict(OutgoingEmail.objects.values_list("template", "status"))


def test_a_mail_that_still_waits_is_overtaken_by_the_next_word_about_the_visit(visitor):
    booking_steps.book(visitor, make_service(), monday())
    moves.move(Appointment.objects.get(), provider=None, starts_at=monday("14:00"))
    assert states() == {
        "appointment_booked": EmailStatus.DROPPED,
        "appointment_moved": EmailStatus.WAITING,
    }
    visits.cancel(Appointment.objects.get())
    assert states() == {
        "appointment_booked": EmailStatus.DROPPED,
        "appointment_moved": EmailStatus.DROPPED,
        "appointment_cancelled": EmailStatus.WAITING,
    }


def test_mails_about_another_visit_are_not_overtaken(visitor):
    service = make_service()
    booking_steps.book(visitor, service, monday("10:00"))
    patient = make_patient(email="grace@example.org", first_name="George")
    other = make_appointment(service=service, starts_at=monday("14:00"), patient=patient)
    visits.cancel(other)
    assert states()["appointment_booked"] == EmailStatus.WAITING

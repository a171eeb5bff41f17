"""Texts about visits: who agreed gets them, at the right time, with a link that opens little."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from appointments import links
from appointments.booking import corrections, moves, visits
from appointments.emails import reminders, visit_emails
from appointments.models import Appointment, Status
from appointments.patient_records import erasure
from appointments.waitlist import links as waitlist_links
from appointments.waitlist import offers
from core.sms import consents
from core.sms.models import OutgoingText, ShortLink, SmsConsent
from tests.appointments import booking_steps
from tests.appointments.waitlist_setup import at_noon, booked_out, cancel_visit
from tests.core.staff.people import make_staff
from tests.factories import at, make_appointment, make_entry, make_provider, make_service, monday
from tests.visitor import in_process
from tests.visits.rooms import make_visit_now
from visits import encounter

pytestmark = pytest.mark.django_db
NUMBER = "+16155550117"


@pytest.fixture(autouse=True)
def _texts(settings):
    settings.SMS_PROVIDERS = ["development://"]


def make_visit(**values) -> Appointment:
    """A visit of who agreed to texts."""
    consents.give(NUMBER, language="en", page="appointments:details")
    return make_appointment(**{"phone": NUMBER, "by_text": True} | values)


def written() -> list[str]:
    return list(OutgoingText.objects.order_by("pk").values_list("template", flat=True))


def waiting() -> list[str]:
    rows = OutgoingText.objects.filter(status="waiting").order_by("pk")
    return list(rows.values_list("template", flat=True))


def path_in(text: OutgoingText) -> str:
    """The path of the link in a text, as a phone opens it."""
    return next(word for word in text.text.split() if "/t/" in word).partition("/t/")[2]


def opened(client: Client, text: OutgoingText) -> str:
    """Where the link of a text leads."""
    response = client.get(f"/t/{path_in(text)}")
    assert response.status_code == 302
    assert "no-store" in response["Cache-Control"]
    return response["Location"]


# ── the box on the form ──


def test_texts_are_asked_for_by_a_box_of_their_own_that_nobody_has_ticked(settings):
    visitor, service = in_process(), make_service()
    page = booking_steps.hold_time(visitor, service, monday("10:00"))
    assert "checked" not in page.text.split('name="by_text"')[1].split(">")[0]
    booking_steps.fill_in(visitor, page)
    assert not Appointment.objects.get(status=Status.BOOKED).by_text
    assert (SmsConsent.objects.count(), written()) == (0, [])
    settings.SMS_PROVIDERS = []
    page = booking_steps.hold_time(in_process(), service, monday("12:00"))
    assert "by_text" not in page.text


def test_who_ticks_it_has_agreed_to_those_words_and_gets_the_time_by_text(client):
    visitor, service = in_process(), make_service()
    booking_steps.book(visitor, service, monday("10:00"), by_text=True)
    visit, consent = Appointment.objects.get(status=Status.BOOKED), SmsConsent.objects.get()
    assert visit.by_text
    assert (consent.kind, consent.language, consent.page) == ("given", "en", "appointments:details")
    assert "I can reply STOP at any time" in consent.text.text_i18n
    assert NUMBER not in str(SmsConsent.objects.values())
    text = OutgoingText.objects.get()
    assert (text.template, text.to, text.zone) == ("appointment_booked", NUMBER, visit.zone)
    assert "STOP" in text.text
    assert opened(client, text) == links.texted_page(visit)


@pytest.mark.parametrize("phone", ["615-555-0117 ext. 4", "+44 20 7946 0958"])
def test_a_number_that_cannot_get_texts_is_said_at_the_box(phone):
    visitor, service = in_process(), make_service()
    page = booking_steps.hold_time(visitor, service, monday("10:00"))
    refused = booking_steps.fill_in(visitor, page, phone=phone, by_text=True)
    assert "mobile numbers of the United States only" in refused.text
    assert not Appointment.objects.filter(status=Status.BOOKED).exists()
    booking_steps.fill_in(visitor, refused, phone=phone, by_text=False)
    assert Appointment.objects.filter(status=Status.BOOKED, by_text=False).exists()


def test_a_box_of_older_words_is_to_be_ticked_again():
    visitor, service = in_process(), make_service()
    page = booking_steps.hold_time(visitor, service, monday("10:00"))
    form = page.form_with("by_text")
    answers = {k: v for k, v in booking_steps.DETAILS.items() if isinstance(v, str)}
    boxes = {"agree_telehealth", "agree_email"}
    sent = {**form.fields, **answers, "by_text": "999999"}
    sent |= {
        name: page.text.split(f'name="{name}"')[1].split('value="')[1].split('"')[0]
        for name in boxes
    }
    assert "We have changed this text" in visitor.post(form.action or page.path, sent).text


# ── what is told, and when ──


def test_a_visit_is_reminded_of_by_text_beside_the_mail_and_not_without_consent():
    start = at(monday().date(), "14:00")
    agreed, silent = (
        make_visit(starts_at=start),
        make_appointment(starts_at=start + timedelta(hours=2), phone="+16155550118"),
    )
    for visit in (agreed, silent):
        Appointment.objects.filter(pk=visit.pk).update(created=start - timedelta(days=30))
    with time_machine.travel(start - timedelta(hours=23), tick=False):
        reminders.write_due()
        reminders.write_due()
    assert written() == ["appointment_reminder"]
    assert "2:00 pm Central Time" in OutgoingText.objects.get().text


def test_a_move_is_one_text_with_the_last_time_and_cancelling_drops_what_waits():
    with time_machine.travel(at(timezone.now().date(), "12:00"), tick=False):
        visit = make_visit(starts_at=monday("10:00", weeks=2))
        visit_emails.booked(visit)
        moved = moves.move(visit, provider=None, starts_at=monday("11:00", weeks=2))
        moved = moves.move(moved, provider=None, starts_at=monday("13:00", weeks=2))
        assert waiting() == ["appointment_moved"]
        assert "1:00 pm" in OutgoingText.objects.get(status="waiting").text
        visits.cancel(moved)  # the patient knows
        assert waiting() == []


def test_who_is_cancelled_by_us_hears_it_by_text():
    visit = make_visit(starts_at=monday("10:00", weeks=2))
    visits.cancel(visit, by="Dana")
    assert waiting() == ["appointment_cancelled"]


def test_a_corrected_number_without_a_consent_gets_none():
    visit = make_visit()
    visit.phone = "+16155550199"
    visit_emails.booked(visit)
    assert written() == []


def test_the_patient_is_called_in_once_when_the_provider_waits():
    visit, by = make_visit_now(phone=NUMBER, by_text=True), make_staff()
    consents.give(NUMBER, language="en", page="x")
    for _ in range(3):  # the page asks for ticket after ticket
        encounter.call_in(visit)
    [text] = OutgoingText.objects.all()
    assert (text.template, text.zone, text.status) == ("appointment_ready", "", "waiting")
    assert ShortLink.objects.count() == 1
    encounter.knock(visit)
    text.refresh_from_db()
    assert text.status == "dropped"
    encounter.admit(visit, by=by)
    assert len(written()) == 1


def test_nobody_is_called_in_before_the_visit_or_while_they_are_there():
    consents.give(NUMBER, language="en", page="x")
    early = make_visit_now(begun=-5, phone=NUMBER, by_text=True)
    encounter.call_in(early)
    there = make_visit_now(phone=NUMBER, by_text=True)
    encounter.knock(there)
    encounter.call_in(there)
    assert written() == []


def test_who_waits_in_line_and_is_let_in_gets_a_text_unless_they_are_connected_by_then():
    consents.give(NUMBER, language="en", page="x")
    visit = make_visit_now(phone=NUMBER, by_text=True)
    encounter.knock(visit)
    encounter.admit(visit, by=make_staff())
    [text] = OutgoingText.objects.all()
    assert text.due_at - text.created_at == timedelta(minutes=1)
    encounter.report(visit, "patient", "connected", 900)
    text.refresh_from_db()
    assert text.status == "dropped"


def test_an_erased_patient_leaves_no_text_behind():
    visit = make_visit(starts_at=monday("10:00", weeks=2))
    visit_emails.booked(visit)
    visits.cancel(visit)
    OutgoingText.objects.filter(status="dropped").update(status="sent", sent_at=timezone.now())
    erasure.erase(visit.patient, by="Dana")
    assert NUMBER not in str(list(OutgoingText.objects.values()))
    assert set(OutgoingText.objects.values_list("to", "text")) == {("", "")}


# ── the link of a text ──


def test_a_texted_link_opens_that_visit_and_nothing_else_of_the_address(client):
    visit = make_visit(starts_at=monday("10:00", weeks=2))
    other = make_appointment(patient=visit.patient, starts_at=monday("15:00", weeks=2))
    visit_emails.booked(visit)
    page = client.get(opened(client, OutgoingText.objects.get())).text
    assert "10:00 am" in page
    assert links.page(other) not in page
    assert "3:00 pm" not in page
    assert links.page(visit) not in page  # nothing leads on to what a mail opens
    assert "closes a day after the visit" in page


def test_who_reads_the_text_moves_and_cancels_the_visit_and_proves_no_address(client):
    service = make_service()
    visit = make_visit(service=service, starts_at=monday("10:00", weeks=2))
    page = links.texted_page(visit, "reschedule")
    answer = client.post(page, {"slot": booking_steps.slot(monday("11:00", weeks=2))})
    assert answer["Location"].startswith(links.texted_page(visit))
    visit.refresh_from_db()
    assert (visit.starts_at, visit.proved) == (monday("11:00", weeks=2), False)
    client.post(links.texted_page(visit, "cancel"), {"reason": "A cold"})
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED


def test_who_reads_the_text_comes_into_the_room_and_not_to_the_forms():
    provider = make_provider(video_room="")
    visit = make_visit_now(provider=provider, phone=NUMBER, by_text=True)
    client = Client(headers={"Sec-Fetch-Site": "same-origin"})
    assert client.get(links.texted_page(visit, "visits:room")).status_code == 200
    assert client.post(links.texted_page(visit, "visits:ticket")).json()["phase"] == "waiting"
    assert "only the link in our mail" in client.get(links.texted_page(visit, "visits:forms")).text
    assert client.get(links.texted_page(visit, "visits:guests")).status_code == 302


def test_a_texted_link_ends_a_day_after_the_visit_and_a_stranger_guesses_none(client):
    visit = make_visit(starts_at=monday("10:00"))
    visit_emails.booked(visit)
    short = f"/t/{path_in(OutgoingText.objects.get())}"
    long = links.texted_page(visit)
    with time_machine.travel(visit.ends_at + timedelta(hours=23)):
        assert (client.get(short).status_code, client.get(long).status_code) == (302, 200)
    with time_machine.travel(visit.ends_at + timedelta(hours=25)):
        assert (client.get(short).status_code, client.get(long).status_code) == (404, 410)
    assert client.get(f"/t/{'A' * 22}").status_code == 404
    assert path_in(OutgoingText.objects.get()) not in str(list(ShortLink.objects.values()))


@pytest.mark.parametrize("corrected", ["phone", "email"])
def test_once_a_wrong_number_or_address_is_corrected_the_texted_link_opens_nothing(
    client, corrected
):
    """Who got the text was somebody else."""
    visit = make_visit(starts_at=monday("10:00", weeks=2))
    visit_emails.booked(visit)
    text = OutgoingText.objects.get()
    long = opened(client, text)
    patient, was = visit.patient, visit.email
    patient.phone, patient.email = "+16155550199", "right@example.org"
    patient.save()
    if corrected == "phone":
        corrections.correct_phone(patient, was=NUMBER)
    else:
        corrections.correct_address(patient, was=was, by="Dana")
    assert client.get(f"/t/{path_in(text)}").status_code == 404
    assert client.get(long).status_code in (404, 410)
    text.refresh_from_db()
    assert text.status == "dropped"


# ── the waitlist ──


@pytest.fixture
def offered():
    with at_noon():
        service, visit = booked_out()
        cancel_visit(visit)
        consents.give(NUMBER, language="en", page="appointments:waitlist_join")
        entry = make_entry(service=service, by_text=True)
        offers.offer_freed_times()
        yield entry


def test_an_offer_comes_by_text_and_is_taken_by_its_link(offered, client):
    text = OutgoingText.objects.get(template="waitlist_offer")
    assert "10:00 am" in text.text
    path = opened(client, text)
    page = client.get(path)
    assert "Take this time" in page.text
    visitor = in_process()
    taken = visitor.press(visitor.get(path), "Take this time")
    assert taken.status == 200
    visit = Appointment.objects.get(status=Status.BOOKED)
    assert (visit.by_text, visit.proved) == (True, False)


def test_the_link_of_an_offer_shows_nothing_else_of_whose_place_it_is(offered, client):
    """Who typed somebody's name, birth date and address, and a number of their own."""
    patient_visit = make_appointment(
        service=offered.service, email=offered.email, starts_at=monday("15:00", weeks=3)
    )
    other = make_entry(service=make_service(), email=offered.email)
    path = opened(client, OutgoingText.objects.get(template="waitlist_offer"))
    page = client.get(path).text
    for secret in (waitlist_links.page(other), links.page(patient_visit), "3:00 pm"):
        assert secret not in page
    for step in ("decline", "leave"):
        answer = client.post(f"{path}{step}/", {"slot": booking_steps.slot(monday("10:00"))})
        assert waitlist_links.page(offered) not in answer.get("Location", "")

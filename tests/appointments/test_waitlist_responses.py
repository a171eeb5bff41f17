"""An offer on the private page: the first who accepts has the time, the others keep their place."""

from datetime import UTC, datetime

import pytest

from appointments import links as visit_links
from appointments.booking import holds, visits
from appointments.models import Appointment, Consent, ConsentText, Status, WaitlistOffer
from appointments.scheduling import availability
from appointments.waitlist import links, offers
from tests.appointments.waitlist_setup import (
    at_noon,
    booked_out,
    cancel_visit,
    mails_to,
    open_hours,
    waiting_entries,
)
from tests.factories import make_appointment, make_entry, monday
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
TAKE, NOT_NOW = "Take this time", "Not this time"


@pytest.fixture(autouse=True)
def _noon():
    with at_noon():
        yield


@pytest.fixture
def visitor():
    return in_process()


@pytest.fixture
def offered():
    """Three who have the offer of one time; the service, and they."""
    service, visit = booked_out()
    cancel_visit(visit)
    line = waiting_entries(service)
    offers.offer_freed_times()
    return service, line


def open_page(visitor, entry):
    return visitor.get(links.page(entry))


def status_of(entry) -> str:
    entry.refresh_from_db()
    return entry.status


def stranger(path: str) -> str:
    """The same address with another signature."""
    return path.replace(path[-5:-1], "AAAA")


# ── the page ──────────────────────────────────────────────────────────────────


def test_the_page_shows_the_time_on_the_patients_clock_and_until_when_it_is_kept(visitor):
    service, visit = booked_out()
    cancel_visit(visit)
    entry = make_entry(service=service, zone="America/New_York")
    offers.offer_freed_times()
    text = open_page(visitor, entry).text
    for words in ("11:00 am", "Eastern Time", "60 minutes", "We keep it until 1:15 pm"):
        assert words in text


def test_the_page_without_an_offer_shows_what_is_waited_for(visitor):
    service, _ = booked_out()
    entry = make_entry(service=service, weekdays=[0, 4], parts=["evening"])
    page = open_page(visitor, entry)
    assert page.status == 200
    for words in ("You are on the waitlist, Grace.", "Monday, Friday, evening", "Central Time"):
        assert words in page.text
    assert page.headers["Cache-Control"].endswith("private")


def test_a_strangers_link_is_not_found(visitor, offered):
    _, line = offered
    path = links.page(line[0])
    assert visitor.get(stranger(path)).status == 404


def test_a_link_serves_one_purpose(visitor, offered):
    service, line = offered
    visit = make_appointment(service=service, starts_at=monday(weeks=2), key=line[0].key)
    assert visitor.get(links.page(line[0])).status == 200
    assert visitor.get(f"/appointments/{links.token(line[0])}/").status == 404
    assert visitor.get(f"/appointments/waitlist/{visit_links.token(visit)}/").status == 404


def test_the_link_of_a_deleted_place_says_that_it_has_ended(visitor, offered):
    _, line = offered
    line[0].delete()
    page = open_page(visitor, line[0])
    assert page.status == 410
    assert "Nothing is wrong." in page.text


def test_the_page_lists_other_places_of_the_same_address_only(visitor):
    service, _ = booked_out()
    mine = make_entry(service=service)
    ours = make_entry(service=service, email=mine.email.upper(), first_name="Ada")
    other = make_entry(service=service)
    text = open_page(visitor, mine).text
    assert links.page(ours) in text
    assert links.page(other) not in text


# ── accepting ─────────────────────────────────────────────────────────────────


def test_who_accepts_has_the_visit_and_its_confirmation(visitor, offered):
    service, line = offered
    page = visitor.press(open_page(visitor, line[1]), TAKE)
    assert (page.status, page.path.split("/")[2]) == (200, "done")
    visit = Appointment.objects.get(status=Status.BOOKED)
    assert (visit.starts_at, visit.service, visit.email) == (
        monday("10:00"),
        service,
        line[1].email,
    )
    assert visit.patient.first_name == "Grace"
    assert status_of(line[1]) == "fulfilled"
    assert line[1].appointment == visit
    assert mails_to(line[1]) == ["waitlist_offer", "appointment_booked"]


def test_the_consents_are_those_given_when_joining(visitor, offered):
    _, line = offered
    visitor.press(open_page(visitor, line[0]), TAKE)
    consents = Consent.objects.all()
    assert {consent.given for consent in consents} == {line[0].agreed_at}
    assert {consent.page for consent in consents} == {"appointments:waitlist_join"}
    assert {consent.text.kind for consent in consents} == {"email", "telehealth"}


def test_a_text_that_changed_meanwhile_is_agreed_to_again(visitor, offered):
    _, line = offered
    new = ConsentText.objects.create(kind="email", version=3, text="Other words.")
    page = open_page(visitor, line[0])
    assert "Other words." in page.text
    page = visitor.press(page, TAKE)
    assert "We need your yes" in page.text
    assert not Appointment.objects.filter(status=Status.BOOKED).exists()
    page = visitor.submit(page, press=TAKE, agree_email=True, agree_telehealth=True)
    assert page.path.startswith("/book/done/")
    assert Consent.objects.filter(text=new, given=datetime.now(UTC)).exists()


def test_the_others_are_told_once_and_keep_their_place(visitor, offered):
    _, line = offered
    pages = [open_page(visitor, entry) for entry in line]
    visitor.press(pages[2], TAKE)
    for entry, page in zip(line[:2], pages[:2], strict=True):
        answer = visitor.press(page, TAKE)
        assert answer.status == 409
        assert "Someone was a moment faster." in answer.text
        assert "You keep your place" in answer.text
        assert TAKE not in answer.text
        assert status_of(entry) == "waiting"
        assert mails_to(entry) == ["waitlist_offer", "waitlist_offer_taken"]
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 1


def test_accepting_twice_gives_the_same_visit(visitor, offered):
    _, line = offered
    page = open_page(visitor, line[0])
    first, second = visitor.press(page, TAKE), visitor.press(page, TAKE)
    assert first.path == second.path
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 1
    text = open_page(visitor, line[0]).text
    assert "You have a time." in text


def test_an_offer_that_ran_out_cannot_be_accepted(visitor, offered):
    _, line = offered
    page = open_page(visitor, line[0])
    with at_noon(minutes=15):
        answer = visitor.press(page, TAKE)
        assert answer.status == 409
        assert "That offer has ended." in answer.text
    assert status_of(line[0]) == "waiting"
    assert not Appointment.objects.filter(status=Status.BOOKED).exists()
    assert mails_to(line[0]) == ["waitlist_offer"]


def test_a_provider_without_a_license_by_now_is_not_booked(visitor, offered):
    service, line = offered
    page = open_page(visitor, line[0])
    service.providers.get().licenses.all().delete()
    assert visitor.press(page, TAKE).status == 409
    assert status_of(line[0]) == "waiting"
    assert TAKE not in open_page(visitor, line[0]).text


def test_a_time_that_staff_gave_back_is_not_booked(visitor, offered):
    service, line = offered
    page = open_page(visitor, line[0])
    holds.release(Appointment.objects.get(status=Status.HELD))
    assert visitor.press(page, TAKE).status == 409
    assert status_of(line[0]) == "waiting"
    assert availability.grid(service, "TN").first() is not None


def test_an_address_with_many_visits_confirms_by_mail_as_always(visitor, offered):
    service, line = offered
    for weeks in (2, 3, 4, 5):
        make_appointment(service=service, starts_at=monday(weeks=weeks), email=line[0].email)
    page = visitor.press(open_page(visitor, line[0]), TAKE)
    assert page.path.startswith("/book/done/")
    assert mails_to(line[0])[-1] == "appointment_confirm"
    with at_noon(minutes=30):
        offers.offer_freed_times()
        assert Appointment.objects.filter(status=Status.HELD).count() == 1


# ── declining and leaving ─────────────────────────────────────────────────────


def test_who_declines_keeps_the_place(visitor, offered):
    _, line = offered
    page = visitor.press(open_page(visitor, line[0]), NOT_NOW)
    assert "You are on the waitlist, Grace." in page.text
    assert status_of(line[0]) == "waiting"


def test_the_time_is_free_at_once_when_all_have_declined(visitor, offered):
    service, line = offered
    for left, entry in zip((2, 1, 0), line, strict=True):
        assert availability.grid(service, "TN").first() is None
        visitor.press(open_page(visitor, entry), NOT_NOW)
        assert WaitlistOffer.objects.filter(status="open").count() == left
    assert availability.grid(service, "TN").first().starts_at == monday("10:00")


def test_declining_an_old_offer_leaves_a_new_one_alone(visitor, offered):
    service, line = offered
    old = open_page(visitor, line[0])
    with at_noon(minutes=20):
        make_appointment(service=service, starts_at=monday("10:00", weeks=2))
        offers.offer_freed_times()
        open_hours(service, "15:00-16:00")
        offers.offer_freed_times()
        visitor.press(old, NOT_NOW)
        assert line[0].offers.get(status="open").starts_at == monday("15:00")


def test_who_leaves_is_asked_no_more_and_gives_the_offer_back(visitor, offered):
    service, line = offered
    for entry in line:
        page = visitor.press(open_page(visitor, entry), "Leave the waitlist")
        assert "You have left the waitlist." in page.text
    assert availability.grid(service, "TN").first() is not None
    offers.offer_freed_times()
    assert not WaitlistOffer.objects.filter(status="open").exists()


def test_an_offer_cannot_be_accepted_after_leaving(visitor, offered):
    _, line = offered
    page = open_page(visitor, line[0])
    visitor.press(page, "Leave the waitlist")
    assert visitor.press(page, TAKE).status == 409
    assert not Appointment.objects.filter(status=Status.BOOKED).exists()


def test_another_patients_offer_cannot_be_accepted(visitor, offered):
    service, line = offered
    entry = make_entry(service=service)
    page = open_page(visitor, line[0])
    token = page.form_with("csrfmiddlewaretoken").fields["csrfmiddlewaretoken"]
    sent = {"csrfmiddlewaretoken": token, "slot": monday("10:00").strftime("%Y-%m-%dT%H:%MZ")}
    visitor.post(links.page(entry, "waitlist_accept"), sent)
    assert not Appointment.objects.filter(status=Status.BOOKED).exists()


@pytest.mark.parametrize("slot", ["", "nonsense", "2026-99-99T00:00Z", "2020-01-01T00:00Z"])
def test_a_button_that_does_not_exist_changes_nothing(visitor, offered, slot):
    _, line = offered
    page = open_page(visitor, line[0])
    token = page.form_with("csrfmiddlewaretoken").fields["csrfmiddlewaretoken"]
    for name in ("waitlist_accept", "waitlist_decline"):
        sent = {"csrfmiddlewaretoken": token, "slot": slot}
        assert visitor.post(links.page(line[0], name), sent).status == 200
    assert WaitlistOffer.objects.filter(status="open").count() == 3


def test_the_patient_can_move_and_cancel_the_visit_like_any_other(visitor, offered):
    _, line = offered
    visitor.press(open_page(visitor, line[0]), TAKE)
    visit = Appointment.objects.get(status=Status.BOOKED)
    visits.cancel(visit)
    text = open_page(visitor, line[0]).text
    assert "Open your visit" in text

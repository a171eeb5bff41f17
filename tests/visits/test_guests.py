"""Others in the room: a link of their own, after the patient's yes, until it is taken back."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments import links
from appointments.booking import moves
from appointments.booking.rules import NotChangeable
from appointments.models import Appointment, Status
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_provider, make_service, monday
from tests.page_forms import read_forms
from tests.visitor import Page, in_process
from tests.visits.clinicians import client_of, clinician, room, visit_of
from visits import encounter, guests
from visits.models import Guest
from visits.signalling import channel, publish

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def visit() -> Appointment:
    provider = make_provider(name="Anna Berg", video_room="")
    return make_appointment(service=make_service(providers=[provider]), starts_at=monday("10:00"))


def page_of(visit: Appointment) -> str:
    return reverse("visits:guests", args=[links.token(visit)])


def opened(token: str, moment) -> Page:
    with time_machine.travel(moment, tick=False):
        return in_process().get(reverse("visits:guest", args=[token]))


def invite(visitor, visit: Appointment, name: str = "Luz Ortega", role: str = "interpreter") -> str:
    """Invite somebody as a patient does; the token of their link."""
    made = visitor.submit(visitor.get(page_of(visit)), name=name, role=role, agrees=True)
    assert made.status == 200, made.text
    return made.text.partition("/visits/guest/")[2].partition("/")[0]


def test_the_patient_makes_a_link_that_is_shown_once_and_opens_the_guests_page(visit):
    visitor = in_process()
    token = invite(visitor, visit)
    guest = guests.find(token)
    assert (guest.name, guest.role, guest.seat) == ("Luz Ortega", "interpreter", "guest-1")
    assert guest.agreed_at
    later = visitor.get(page_of(visit))
    assert "Luz Ortega" in later.text
    assert token not in later.text
    page = opened(token, visit.starts_at - HOUR)
    assert page.status == 200
    assert "You can come in from 9:45 am" in page.text
    for secret in ("Grace", "Whitfield", "Anna Berg", links.token(visit)):
        assert secret not in page.text, "it names nobody"
    assert "no-store" in page.headers["Cache-Control"]


def test_without_the_yes_no_link_is_made(visit):
    visitor = in_process()
    page = visitor.submit(visitor.get(page_of(visit)), name="Luz", role="relative", agrees=False)
    assert page.status == 200
    assert "They can only come if you agree." in page.text
    assert 'value="Luz"' in page.text
    assert not Guest.objects.exists()


def test_whom_the_clinic_asks_waits_for_the_patients_yes(visit):
    staff = make_staff("clinician")
    guest, token = guests.ask(visit, name="Luz", role="interpreter", by=staff)
    assert "We wait for a yes" in opened(token, visit.starts_at - MINUTE).text
    with pytest.raises(NotChangeable), time_machine.travel(visit.starts_at - MINUTE):
        encounter.admit_guest(guest, by=staff)
    visitor = in_process()
    visitor.press(visitor.get(page_of(visit)), "Yes, I agree")
    assert guests.find(token).agreed_at
    assert "We wait for a yes" not in opened(token, visit.starts_at - HOUR).text


@pytest.mark.parametrize("asked_by_staff", [True, False])
def test_a_no_and_taking_it_back_end_the_link_at_once(visit, asked_by_staff):
    by = make_staff("clinician") if asked_by_staff else None
    guest, token = guests.ask(visit, name="Luz", role="relative", by=by)
    visitor = in_process()
    visitor.press(visitor.get(page_of(visit)), "No" if asked_by_staff else "Take the link back")
    with pytest.raises(NotChangeable):
        guests.agree(guest)  # from a page that was open meanwhile
    page = opened(token, visit.starts_at - HOUR)
    assert page.status == 410
    assert "This link has ended" in page.text
    assert "Luz" not in visitor.get(page_of(visit)).text


def test_two_can_come_along_and_a_third_only_for_one_of_them(visit):
    visitor = in_process()
    invite(visitor, visit)
    invite(visitor, visit, "Sam")
    full = visitor.get(page_of(visit))
    assert "There is room for two people beside you" in full.text
    with pytest.raises(guests.NoSeat):
        guests.ask(visit, name="Kim", role="relative")
    visitor.press(full, "Take the link back")
    invite(visitor, visit, "Kim", "relative")
    assert {guest.seat for guest in guests.of_visit(visit)} == {"guest-1", "guest-2"}


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW])
def test_nobody_is_invited_into_a_visit_that_is_over_and_its_links_have_ended(visit, status):
    _guest, token = guests.ask(visit, name="Luz", role="relative")
    Appointment.objects.filter(pk=visit.pk).update(status=status)
    visit.refresh_from_db()
    assert in_process().get(page_of(visit)).path == links.page(visit)
    assert opened(token, visit.starts_at - MINUTE).status == 410
    with pytest.raises(NotChangeable):
        guests.ask(visit, name="Sam", role="relative")


def test_who_proved_no_address_invites_nobody(visit):
    handed = links.handed_page(visit, "visit")
    token = handed.strip("/").split("/")[-1]
    page = in_process().get(reverse("visits:guests", args=[token]))
    assert page.path == handed


def test_another_visits_guest_is_not_taken_back_from_here(visit):
    other = make_appointment(
        service=make_service(providers=[visit.provider]), starts_at=monday("14:00")
    )
    guest, _token = guests.ask(other, name="Sam", role="relative")
    visitor = in_process()
    page = visitor.get(page_of(visit))
    [form] = [form for form in read_forms(page.text) if "agrees" in form.choices]
    visitor.post(page.url, form.fields | {"guest": str(guest.pk), "step": "revoke"})
    guest.refresh_from_db()
    assert guest.revoked_at is None


@pytest.mark.parametrize("token", ["A" * 22, "A" * 21])
def test_a_link_that_nobody_was_given_opens_nothing(token, db):
    assert in_process().get(f"/visits/guest/{token}/").status == 404


def test_a_link_goes_on_with_its_visit_to_another_day(visit):
    guest, token = guests.ask(visit, name="Luz", role="relative")
    visit = moves.move(visit, provider=None, starts_at=monday("10:00", weeks=2))
    assert opened(token, visit.starts_at - HOUR).status == 200
    assert opened(token, visit.ends_at + 25 * HOUR).status == 410
    guest = guests.find(token)
    with time_machine.travel(visit.starts_at):
        encounter.admit_guest(guest, by=make_staff("clinician"))
    with time_machine.travel(visit.ends_at + 25 * HOUR), pytest.raises(NotChangeable):
        encounter.admit_guest(guest, by=make_staff("clinician"))
    moves.move(visit, provider=None, starts_at=monday("14:00", weeks=2))
    assert guests.find(token).admitted_at is None  # another room, and they are let in anew


def test_a_guest_comes_to_the_door_by_a_page_of_ours_and_after_the_patients_yes(visit):
    staff = make_staff("clinician")
    guest, token = guests.ask(visit, name="Luz", role="relative", by=staff)
    path, ours = reverse("visits:guest_ticket", args=[token]), {"Sec-Fetch-Site": "same-origin"}
    with time_machine.travel(visit.starts_at, tick=False):
        assert Client().post(path, headers=ours).status_code == 404
        guests.agree(guest)
        for headers in ({}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.test"}):
            assert Client().post(path, headers=headers).status_code == 403
        encounter.knock(visit)
        encounter.admit(visit, by=staff)
        name = encounter.find(visit).room
        publish._client().hset(channel.here_key(), name, "clinician,patient")
        outside = Client().post(path, headers=ours).json()
        encounter.admit_guest(guest, by=staff)
        inside = Client().post(path, headers=ours).json()
        guests.revoke(guest)
        assert Client().post(path, headers=ours).status_code == 410
        assert encounter.enter(visit, guest.seat, now=timezone.now()).phase == "waiting"
    assert outside["ticket"]
    assert (outside["seat"], outside["phase"], outside["here"]) == ("guest-1", "waiting", [])
    assert (inside["phase"], inside["here"]) == ("admitted", ["clinician", "patient"])


# ── asked by staff ───────────────────────────────────────────────────────────────────


def test_staff_ask_from_the_room_and_hand_the_link_on(settings):
    settings.STAFF_MFA_REQUIRED = False
    user = clinician()
    visit, desk = visit_of(user), client_of(user)
    refused = desk.post(room(visit, "guests"), {"name": "https://example.org", "role": "relative"})
    assert "field-error" in refused.text
    assert not Guest.objects.exists()
    made = desk.post(room(visit, "guests"), {"name": "Luz Ortega", "role": "interpreter"})
    token = made.text.partition("/visits/guest/")[2].partition("/")[0]
    assert "We wait for a yes" in in_process().get(reverse("visits:guest", args=[token])).text
    page = desk.get(room(visit)).text
    assert "waits for the patient’s yes" in page
    assert token not in page, "it is shown once"
    visitor = in_process()
    visitor.press(visitor.get(page_of(visit)), "Yes, I agree")
    assert "has not come yet" in desk.get(room(visit)).text
    desk.post(room(visit, "guests"), {"revoke": guests.find(token).pk})
    assert guests.has_ended(guests.find(token))
    again = desk.post(room(visit, "guests"), {"revoke": guests.find(token).pk})
    assert "taken back already" in again.text
    for _nth in range(2):
        desk.post(room(visit, "guests"), {"name": "Sam", "role": "relative"})
    full = desk.post(room(visit, "guests"), {"name": "Kim", "role": "relative"})
    assert "Two others take part already." in full.text
    other = client_of(clinician())
    assert other.post(room(visit, "guests"), {"name": "Eve", "role": "relative"}).status_code == 403


def test_in_the_room_the_patient_reaches_who_takes_part_in_another_tab(visit):
    with time_machine.travel(visit.starts_at - MINUTE, tick=False):
        page = in_process().get(reverse("visits:room", args=[links.token(visit)]))
    link = page.text.partition(f'href="{page_of(visit)}"')[2].partition(">")[0]
    assert 'target="_blank"' in link

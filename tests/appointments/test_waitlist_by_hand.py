"""The waitlist by hand: callers are added, times offered by mail or phone, and booked for them."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.models import (
    Appointment,
    Call,
    CallStatus,
    ConsentText,
    EntryStatus,
    OfferStatus,
    Patient,
    Service,
    Status,
    WaitlistEntry,
    WaitlistOffer,
)
from appointments.waitlist import by_hand
from core.mail.models import OutgoingEmail
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_staff_book import page_for, typed, when
from tests.appointments.waitlist_setup import at_noon
from tests.factories import (
    make_appointment,
    make_entry,
    make_patient,
    make_provider,
    make_service,
    monday,
)

pytestmark = pytest.mark.django_db
ADD = reverse("admin:appointments_waitlistentry_add_caller")
SUITS = reverse("admin:appointments_waitlistentry_suits")
TEN, ELEVEN = monday("10:00"), monday("11:00")


@pytest.fixture(autouse=True)
def _noon(settings):
    settings.STAFF_MFA_REQUIRED = False
    with at_noon():
        yield


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk", name="Robin Example")


@pytest.fixture
def service() -> Service:
    return make_service(providers=[make_provider(name="Anna Berg")])


def caller(offered: Service, /, **changes) -> dict:
    said = {f"agree_{text.kind}": str(text.pk) for text in ConsentText.current()}
    who = {"first_name": "Noor", "last_name": "Haddad", "birth_date": "04/17/1988"}
    how = {"phone": "615-555-0117", "email": "", "contact": "call"}
    return who | how | said | {"service": offered.pk, "state": "TN", "weekdays": [0]} | changes


def offer_page(entry: WaitlistEntry) -> str:
    return reverse("admin:appointments_waitlistentry_offer", args=[entry.pk])


def slot(service: Service, at=TEN) -> dict[str, str]:
    return when(at, service.providers.get())


def templates() -> list[str]:
    return list(OutgoingEmail.objects.order_by("pk").values_list("template", flat=True))


def test_a_caller_is_put_in_line_and_one_who_calls_again_keeps_the_turn(desk, service):
    desk.post(ADD, caller(service))
    entry = WaitlistEntry.objects.get()
    assert (str(entry), entry.status, entry.weekdays) == ("Noor Haddad", EntryStatus.WAITING, [0])
    kinds = ConsentText.objects.filter(pk__in=entry.consent_texts).values_list("kind", flat=True)
    assert list(kinds) == ["telehealth"]
    desk.post(ADD, caller(service, weekdays=[1, 2]))
    again = WaitlistEntry.objects.get()
    assert (again.pk, again.created, again.weekdays) == (entry.pk, entry.created, [1, 2])
    assert templates() == []
    desk.post(ADD, caller(service, email="noor@example.org"))
    assert templates() == ["waitlist_joined"]


def test_who_asked_to_be_left_alone_is_not_put_in_line_and_the_desk_is_told_why(desk, service):
    restricted = make_patient(first_name="Noor", last_name="Haddad", email="", phone="+16155550117")
    Patient.objects.filter(pk=restricted.pk).update(restricted_at=timezone.now())
    answer = desk.post(ADD, caller(service))
    assert "The record of this person is restricted" in answer.text
    assert "Haddad" in answer.text, "what was typed is kept"
    answer = desk.get(ADD, {"patient": restricted.pk})
    assert (answer.status_code, "Haddad" in answer.text) == (403, False)
    assert not WaitlistEntry.objects.exists()


def test_a_known_patient_is_put_in_line_as_they_stand(desk, service):
    patient = make_patient(first_name="Emmett")
    page = f"{ADD}?patient={patient.pk}"
    assert "Emmett" in desk.get(page).text
    desk.post(page, caller(service))
    entry = WaitlistEntry.objects.get()
    assert (entry.first_name, entry.email) == ("Emmett", patient.email)
    assert entry.person == patient.match_key


@pytest.mark.parametrize("field", ["first_name", "birth_date", "phone", "service", "state"])
def test_what_is_missing_is_said_beside_it_and_nothing_typed_is_lost(desk, service, field):
    text = desk.post(ADD, caller(service, **{field: ""})).text
    assert f'id="id_{field}_error"' in text
    assert "Noor" in text or field == "first_name"
    assert not WaitlistEntry.objects.exists()


def test_whom_a_gap_suits_are_those_who_can_take_it_in_their_turn(service):
    provider = service.providers.get()
    long = make_service(providers=[provider], minutes=60)
    first = make_entry(service=service)
    second = make_entry(service=service, provider=provider)
    make_entry(service=service, parts=["evening"])
    make_entry(service=service, weekdays=[2])
    make_entry(service=long)
    make_entry(service=service, state="KY", zone="America/New_York")
    make_entry(service=service, provider=make_provider())
    found = by_hand.suits(provider, TEN, TEN + timedelta(minutes=30))
    assert [each.entry for each in found] == [first, second]
    assert {each.starts_at for each in found} == {TEN}
    assert len(by_hand.suits(provider, TEN, TEN + timedelta(minutes=60))) == 3
    make_appointment(service=service, starts_at=TEN)
    assert by_hand.suits(provider, TEN, TEN + timedelta(minutes=30)) == []


def test_a_gap_ends_where_the_next_visit_begins_or_the_day_does(service):
    provider = service.providers.get()
    assert by_hand.gap_end(provider, TEN) == monday("17:00")
    make_appointment(service=service, starts_at=ELEVEN)
    assert by_hand.gap_end(provider, TEN) == ELEVEN
    assert by_hand.gap_end(provider, monday("20:00")) == monday("20:00")


def test_a_gap_is_offered_by_mail_or_by_the_call_list(desk, service):
    by_mail, by_phone = make_entry(service=service), make_entry(service=service, email="")
    at = {"provider": service.providers.get().pk, "starts_at": TEN.isoformat()}
    page = f"{SUITS}?{urlencode(at)}"
    text = desk.get(page).text
    assert text.count("Grace Whitfield</h2>") == 2
    assert desk.post(page, {"entry": by_mail.pk} | slot(service)).status_code == 302
    assert desk.post(page, {"entry": by_phone.pk} | slot(service)).status_code == 409
    assert desk.post(page, {"entry": by_phone.pk} | slot(service, ELEVEN)).status_code == 302
    assert templates() == ["waitlist_offer"]
    [call] = Call.objects.all()
    assert (call.kind, call.offer.entry) == ("waitlist_offer", by_phone)
    held = Appointment.objects.filter(status=Status.HELD).values_list("starts_at", flat=True)
    assert sorted(held) == [TEN, ELEVEN]
    told = desk.get(reverse("admin:call_list")).text
    assert "A time has become free" in told


def test_their_yes_on_the_phone_books_it_and_takes_them_off_both_lists(desk, service):
    entry = make_entry(service=service, email="", weekdays=[0])
    assert slot(service)["slot"] in desk.get(offer_page(entry)).text
    desk.post(offer_page(entry), slot(service))
    assert WaitlistOffer.objects.get().status == OfferStatus.OPEN
    desk.post(offer_page(entry), {"did": "accept"})
    entry.refresh_from_db()
    visit = Appointment.objects.get(status=Status.BOOKED)
    assert (entry.status, entry.appointment) == (EntryStatus.FULFILLED, visit)
    assert (visit.starts_at, visit.email, str(visit.patient)) == (TEN, "", "Grace Whitfield")
    open_calls = Call.objects.filter(status=CallStatus.WAITING)
    assert "waitlist_offer" not in open_calls.values_list("kind", flat=True)


def test_their_no_frees_the_time_and_the_call(desk, service):
    entry = make_entry(service=service, email="")
    desk.post(offer_page(entry), slot(service))
    desk.post(offer_page(entry), {"did": "decline"})
    entry.refresh_from_db()
    assert entry.status == EntryStatus.WAITING
    assert not Appointment.objects.filter(status=Status.HELD).exists()
    assert not Call.objects.filter(status=CallStatus.WAITING).exists()


@pytest.mark.parametrize("wrong", ["", "soon", "2026-11-10T14:30Z/x"])
def test_a_wrong_time_is_offered_to_nobody(desk, service, wrong):
    entry = make_entry(service=service)
    assert desk.post(offer_page(entry), {"slot": wrong}).status_code == 409
    make_appointment(service=service, starts_at=TEN)
    answer = desk.post(offer_page(entry), slot(service))
    assert "Somebody has this time" in answer.text
    assert not WaitlistOffer.objects.exists()


def test_a_time_booked_for_who_waits_fulfils_their_place(desk, service):
    entry = make_entry(service=service, last_name="Quist")
    page = f"{page_for(service)}&entry={entry.pk}"
    answer = desk.post(page, typed(last_name="Quist", **slot(service)))
    assert answer.status_code == 302
    entry.refresh_from_db()
    assert entry.status == EntryStatus.FULFILLED
    assert entry.appointment.starts_at == TEN


def test_who_may_only_look_adds_and_offers_nothing(service):
    entry = make_entry(service=service)
    at = {"provider": service.providers.get().pk, "starts_at": TEN.isoformat()}
    for role in ("clinician", "editor"):
        client = signed_in(role)
        for page in (ADD, offer_page(entry), f"{SUITS}?{urlencode(at)}"):
            assert client.get(page).status_code == 403
            assert client.post(page, caller(service) | slot(service)).status_code == 403
    assert WaitlistEntry.objects.count() == 1
    assert not WaitlistOffer.objects.exists()


def test_the_list_and_the_gap_lead_there(desk, service):
    make_entry(service=service)
    assert ADD in desk.get(reverse("admin:appointments_waitlistentry_changelist")).text
    at = {"provider": service.providers.get().pk, "starts_at": TEN.isoformat()}
    text = desk.get(f"{reverse('admin:appointments_appointment_book')}?{urlencode(at)}").text
    link = text.split("waitlistentry/suits/")[1].split('"')[0].replace("&amp;", "&")
    assert desk.get(f"{SUITS}{link}").status_code == 200

"""Whose visits an account sees: name, date of birth and a proved address have to fit."""

from datetime import date, timedelta

import pytest
import time_machine
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.booking import corrections, record_merging
from appointments.models import Patient, Status
from appointments.patient_records import erasure, export, restriction
from core.mail.models import OutgoingEmail
from core.staff.models import User
from portal import gathering, retention
from portal.access import appointment_of
from portal.gathering import Person
from portal.models import AccountPatient, ContactPoint, Device, PatientAccount
from portal.sign_in import browsers, codes, entering, sessions
from portal.sign_in.codes import Reached
from tests.factories import make_appointment, make_patient
from tests.portal.signing_in import make_account, sign_in
from tests.portal.test_door import ask, code_sent

WHO, HOME, CODE = (reverse(f"portal:{name}") for name in ("gather", "home", "code"))
GRACE, NUMBER = "grace@example.org", "+16155550117"
BORN = date(1988, 4, 17)
ME = {"first_name": "Grace", "last_name": "Whitfield", "birth_date": "04171988"}

pytestmark = pytest.mark.django_db


def enter(email: str = GRACE) -> tuple[Client, str]:
    """A new browser whose reader has proved the address, and where it was led."""
    browser = Client()
    ask(browser, email)
    return browser, browser.post(CODE, {"code": code_sent()}).url


def records(browser: Client) -> list[Patient]:
    device = Device.objects.exclude(session="").latest("signed_in_at")
    assert browser.get(HOME).status_code == 200
    return device.account.records


def by_phone(number: str = NUMBER, browser: Client | None = None) -> Client:
    """A browser that has proved this number."""
    browser = browser or Client()
    request = browser.get(reverse("portal:sign_in")).wsgi_request
    account = entering.enter(request, Reached(ContactPoint.Kind.PHONE, number))
    request.session.save()
    browser.cookies["sessionid"] = request.session.session_key
    browser.entered = account
    return browser


# ── all three have to fit ──


@pytest.mark.parametrize(
    "said",
    [
        {"first_name": "Graça"},
        {"last_name": "Whitford"},
        {"birth_date": "04181988"},
    ],
)
def test_one_thing_that_does_not_fit_finds_nothing_and_says_the_same(said):
    make_appointment(patient=make_patient(email=GRACE))
    browser, place = enter()
    assert place == WHO
    page = browser.post(WHO, ME | said).content.decode()
    assert "We found nothing that fits all of this" in page
    assert records(browser) == []


def test_the_right_words_at_another_address_find_nothing():
    patient = make_patient(email=GRACE)
    make_appointment(patient=patient)
    for _ in ("as a guest", "with an account"):
        browser, _place = enter("another@example.org")
        assert "We found nothing" in browser.post(WHO, ME).content.decode()
        assert records(browser) == []
        make_account(patient)


def test_what_fits_appears_however_the_name_is_spelled_and_opens_at_once_next_time():
    patient = make_patient(email=GRACE.title(), first_name="José", last_name="O'Hara-Díaz")
    visit = make_appointment(patient=patient)
    browser, _place = enter()
    said = ME | {"first_name": "jose", "last_name": "ohara diaz"}
    assert browser.post(f"{WHO}?next=/me/devices/", said).url == "/me/devices/"
    assert records(browser) == [patient]
    again, place = enter()
    assert place == HOME
    assert records(again) == [patient]
    request = again.get(HOME).wsgi_request
    assert appointment_of(request, visit.pk) == visit


def test_too_many_tries_of_one_address_are_over_for_the_day(refusals_unlogged):
    make_appointment(patient=make_patient(email=GRACE))
    browser, _place = enter()
    for day in range(1, 11):
        browser.post(WHO, ME | {"birth_date": f"05{day:02}1988"})
    page = browser.post(WHO, ME).content.decode()
    assert "too many tries for today" in page
    assert records(browser) == []


# ── several people at one address ──


def test_a_shared_address_is_asked_and_nobody_on_it_is_shown_to_another():
    grace = make_patient(email=GRACE)
    adam = make_patient(email=GRACE, first_name="Adam", birth_date=date(1985, 1, 2))
    browser, _place = enter()
    browser.post(WHO, ME)
    assert records(browser) == [grace]
    second, place = enter()
    assert place == WHO  # Adam may read it
    page = second.get(WHO).content.decode()
    assert "date of birth" in page
    assert "Adam" not in page
    assert "Grace" not in page
    assert second.post(WHO, {"birth_date": "01021985"}).url == WHO
    second.post(WHO, ME | {"first_name": "Adam", "birth_date": "01021985"})
    assert records(second) == [adam]
    third, _place = enter()
    assert third.post(WHO, {"birth_date": "04/17/1988"}).url == HOME
    assert records(third) == [grace]
    assert PatientAccount.objects.count() == 2


def test_who_mistypes_the_birth_date_comes_into_the_own_account_by_name():
    grace = make_patient(email=GRACE)
    make_patient(email=GRACE, first_name="Adam", birth_date=date(1985, 1, 2))
    browser, _place = enter()
    browser.post(WHO, ME)
    again, _place = enter()
    again.post(WHO, {"birth_date": "01011990"})
    assert again.post(WHO, ME).url == HOME
    assert records(again) == [grace]
    assert PatientAccount.objects.count() == 1
    assert User.patients.count() == 1


def test_an_account_is_one_persons_and_takes_nobody_else_in_as_its_own():
    grace = make_patient(email=GRACE)
    make_patient(email=GRACE, first_name="Adam", birth_date=date(1985, 1, 2))
    browser, _place = enter()
    browser.post(WHO, ME)
    page = browser.post(WHO, ME | {"first_name": "Adam", "birth_date": "01021985"})
    assert "This is somebody else" in page.content.decode()
    assert records(browser) == [grace]


# ── numbers ──


def test_a_number_that_changed_hands_opens_nothing_of_who_had_it_before():
    patient = make_patient(email="")
    account = make_account(patient, by_phone=True)
    browser = by_phone()
    assert browser.entered is None
    assert "date of birth" in browser.get(WHO).content.decode()
    assert browser.post(WHO, {"birth_date": "01011990"}).url == WHO
    page = browser.get(WHO).content.decode()
    assert "Whitfield" not in page
    assert browser.post(WHO, ME | {"birth_date": "01011990"}).status_code == 200
    assert records(browser) == []
    assert account.patients[0].record == patient
    owner = by_phone()
    assert owner.post(WHO, {"birth_date": "04171988"}).url == HOME
    assert records(owner) == [patient]


def test_a_new_number_is_asked_the_same_as_a_known_one():
    browser = by_phone("+16155550199")
    assert browser.entered is None
    assert browser.post(WHO, {"birth_date": "04171988"}).url == WHO


def test_a_browser_that_signed_in_by_that_number_before_is_not_asked():
    account = make_account(make_patient(email=""), by_phone=True)
    browser = Client()
    browser.cookies[browsers.cookie_name()] = key = "k" * 32
    device = {"first_at": timezone.now(), "seen_at": timezone.now()}
    account.devices.create(
        browser=browsers.hash_of(key), way="phone", signed_in_at=timezone.now(), **device
    )
    assert by_phone(browser=browser).entered == account
    sessions.end_all(account)
    assert by_phone(browser=browser).entered is None  # a phone that was lost is a stranger's


def test_who_thinks_for_too_long_of_who_they_are_proves_the_number_again():
    make_account(make_patient(email=""), by_phone=True)
    browser = by_phone()
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        answer = browser.post(WHO, {"birth_date": "04171988"})
    assert answer.url.startswith(reverse("portal:sign_in"))


def phone_account() -> PatientAccount:
    account = make_account()
    account.points.create(kind="phone", value=NUMBER, proved_at=timezone.now())
    return account


def test_a_number_that_a_stranger_typed_in_somebody_elses_name_opens_nothing_of_theirs():
    """The stranger booked first; then the patient, with a number of their own."""
    patient = make_patient(email=GRACE, phone=NUMBER)
    make_appointment(patient=patient, phone=NUMBER, status=Status.CANCELLED)
    stranger = phone_account()
    assert gathering.gather(stranger, Person("Grace", "Whitfield", BORN))
    [mail] = OutgoingEmail.objects.all()
    assert (mail.template, mail.to) == ("portal_opened_by_phone", GRACE)
    assert "0117" in mail.text
    make_appointment(patient=patient, phone="+16155550142")
    stranger.forget_cached()
    assert stranger.patients == []
    late = phone_account()
    assert not gathering.gather(late, Person("Grace", "Whitfield", BORN))
    assert not AccountPatient.objects.filter(account=late).exists()


def test_a_number_at_which_the_clinic_met_the_patient_opens_the_record():
    patient = make_patient(email=GRACE, phone=NUMBER)
    make_appointment(patient=patient, phone="+16155550142")
    make_appointment(patient=patient, phone=NUMBER, status=Status.COMPLETED)
    account = phone_account()
    assert gathering.gather(account, Person("Grace", "Whitfield", BORN))
    assert account.records == [patient]


# ── what staff do with a record ──


def test_a_merged_record_is_seen_as_the_one_that_has_the_visits():
    patient, other = make_patient(email=GRACE), make_patient(phone="+16155550142")
    visit = make_appointment(patient=other)
    account = make_account(patient)
    seen = record_merging.seen(patient, other)
    record_merging.merge(patient, into=other, as_seen=seen, by="Desk")
    account.forget_cached()
    assert account.records == [other]
    assert account.may_see(visit)


def test_a_corrected_address_closes_the_place_to_who_reads_the_wrong_one():
    patient = make_patient(email="wrong@example.org")
    visit = make_appointment(patient=patient)
    account = make_account(patient)
    assert account.may_see(visit)
    Patient.objects.filter(pk=patient.pk).update(email=GRACE)
    patient.refresh_from_db()
    corrections.correct_address(patient, was="wrong@example.org", by="Desk")
    account.forget_cached()
    assert account.patients == []
    right, place = enter()
    assert place == WHO
    right.post(WHO, ME)
    assert records(right) == [patient]


def test_a_restricted_record_is_as_one_that_there_is_not(client):
    patient = make_patient(email=GRACE)
    visit = make_appointment(patient=patient, status=Status.COMPLETED)
    account = sign_in(client, patient)
    restriction.restrict(patient)
    assert "There is nothing here yet" in client.get(HOME).content.decode()
    account.forget_cached()
    assert not account.may_see(visit)
    browser, _place = enter()
    assert "We found nothing" in browser.post(WHO, ME).content.decode()
    assert not OutgoingEmail.objects.filter(template="portal_changed").exists()


def test_an_erased_record_takes_its_account_along_and_an_export_names_it_before(client):
    patient = make_patient(email=GRACE)
    make_appointment(patient=patient, status=Status.CANCELLED)
    account = sign_in(client, patient)
    codes.ask(client.get(HOME).wsgi_request, Reached("email", GRACE))
    [told] = export.collect(patient, by="Desk")["accounts"]
    assert told["addresses and numbers"] == [GRACE]
    assert told["devices"][0]["device"] == "Firefox, Linux"
    assert not erasure.erase(patient, by="Desk")
    assert not PatientAccount.objects.exists()
    assert not User.patients.filter(pk=account.user_id).exists()
    assert not ContactPoint.objects.exists()
    assert client.get(HOME).status_code == 302
    assert not OutgoingEmail.objects.exclude(to="").exists()


def test_another_patients_visit_is_as_one_that_there_is_not(client):
    sign_in(client, make_patient())
    other = make_appointment()
    request = client.get(HOME).wsgi_request
    for number in (other.pk, 999_999, "x", -1):
        with pytest.raises(Http404):
            appointment_of(request, number)


# ── how long ──


def test_accounts_of_nobody_old_devices_and_codes_are_forgotten(client):
    used = sign_in(client, make_patient())
    empty, waits = make_account(), sign_in(Client())
    codes.ask(client.get(HOME).wsgi_request, Reached("email", GRACE))
    retention.forget(timezone.now() + timedelta(hours=2))
    assert not codes.SignInCode.objects.exists()
    assert PatientAccount.objects.count() == 3
    waits.devices.update(seen_at=timezone.now() + timedelta(days=20))
    retention.forget(timezone.now() + timedelta(days=31))
    assert set(PatientAccount.objects.all()) == {used, waits}
    assert not User.patients.filter(pk=empty.user_id).exists()
    retention.forget(timezone.now() + timedelta(days=181))
    assert not Device.objects.exists()
    assert list(PatientAccount.objects.all()) == [used]

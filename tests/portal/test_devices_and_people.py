"""Devices, passkeys, addresses and people of an account, and what staff can end of it."""

import json
from datetime import date, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments.patient_records import export, restriction
from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent
from portal import after_restore
from portal.calendar import subscriptions
from portal.models import (
    AccessRequest,
    AccountPatient,
    CalendarSubscription,
    ContactPoint,
    Device,
    PatientAccount,
    Relation,
)
from portal.sign_in import passkeys
from tests.core.staff.people import make_staff
from tests.core.staff.people import sign_in as sign_in_staff
from tests.factories import make_appointment, make_patient
from tests.portal.signing_in import add_patient, make_account, make_idle, sign_in, sign_in_to
from tests.portal.test_door import CODE, DOOR, ask, code_sent

HOME, DEVICES, PEOPLE = (reverse(f"portal:{name}") for name in ("home", "devices", "people"))
ADD = reverse("portal:add_point")
PROVE = reverse("portal:prove_point")

pytestmark = pytest.mark.django_db


def is_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def mails(template: str) -> list[str]:
    return sorted(OutgoingEmail.objects.filter(template=template).values_list("to", flat=True))


# ── devices ──


def test_one_device_is_ended_by_another_and_none_by_a_stranger(client):
    account = sign_in(client, make_patient())
    phone, stranger = Client(), Client()
    device = sign_in_to(phone, account)
    sign_in(stranger, make_patient())
    end = reverse("portal:end_device", args=[device.pk])
    assert stranger.post(end).status_code == 404
    assert is_in(phone)
    assert "(this one)" in client.get(DEVICES).content.decode()
    client.post(end)
    assert not is_in(phone)
    assert is_in(client)


def test_a_new_browser_is_told_to_every_address_by_mail_and_the_first_is_not(client):
    account = make_account(make_patient(email="grace@example.org"))
    ask(client)
    client.post(CODE, {"code": code_sent()})
    assert mails("portal_changed") == []
    other = Client()
    ask(other)
    other.post(CODE, {"code": code_sent()})
    assert mails("portal_changed") == ["grace@example.org"]
    other.post(reverse("portal:sign_out"))
    ask(other)
    other.post(CODE, {"code": code_sent()})
    assert len(mails("portal_changed")) == 1  # it is known by now
    assert account.devices.count() == 2


def test_an_idle_phone_is_asked_for_a_code_before_it_opens_the_place_for_good(client):
    account = sign_in(client, make_patient())
    assert client.get(reverse("portal:add_passkey")).status_code == 200
    Device.objects.update(signed_in_at=timezone.now() - timedelta(minutes=16))
    for name in ("add_passkey", "add_point"):
        place = client.get(reverse(f"portal:{name}"))
        assert place.url.startswith(reverse("portal:sign_in"))
        assert "again=1" in place.url
    assert "Please sign in once more" in client.get(place.url).content.decode()
    make_idle(account.devices.get(), minutes=31)
    assert not is_in(client)


def test_nonsense_is_no_passkey(client):
    sign_in(client, make_patient())
    add, use = reverse("portal:add_passkey"), reverse("portal:passkey")
    for answer in ("", "x", "[]", "{}", '{"response": {"userHandle": "AA"}}', "{" * 20_000):
        assert client.post(add, {"name": "Phone", "credential": answer}).status_code == 200
        assert Client().post(use, {"credential": answer}).url == reverse("portal:sign_in")


# ── addresses ──


def test_a_second_address_is_added_by_its_code_and_brings_what_was_booked_with_it(client):
    account = sign_in(client, make_patient(email="grace@example.org"))
    other = make_patient(email="work@example.org")
    named_else = make_patient(email="work@example.org", first_name="Adam")
    client.post(ADD, {"email": "Work@example.org"})
    client.post(PROVE, {"code": "000000"})
    account.forget_cached()
    assert len(account.proved) == 1
    client.post(PROVE, {"code": code_sent()})
    account.forget_cached()
    assert [point.value for point in account.proved] == ["grace@example.org", "work@example.org"]
    assert other in account.records
    assert named_else not in account.records
    assert mails("portal_changed") == ["grace@example.org"]


def test_the_code_that_adds_an_address_signs_nobody_in_and_the_other_way_round(client):
    sign_in(client, make_patient())
    client.post(ADD, {"email": "work@example.org"})
    assert client.post(CODE, {"code": code_sent()}).url == reverse("portal:sign_in")
    client.post(f"{DOOR}?again=1", {"email": "thief@example.org"})  # who signed in long ago may
    assert client.post(PROVE, {"code": code_sent()}).url == DEVICES
    assert not PatientAccount.objects.filter(points__value="thief@example.org").exists()


def test_the_last_address_stays(client):
    account = sign_in(client, make_patient())
    remove = reverse("portal:remove_point", args=[account.proved[0].pk])
    stranger = Client()
    sign_in(stranger, make_patient())
    assert stranger.post(remove).status_code == 404
    assert "This is the last one" in client.post(remove, follow=True).content.decode()
    client.post(ADD, {"email": "work@example.org"})
    client.post(PROVE, {"code": code_sent()})
    assert "It was removed" in client.post(remove, follow=True).content.decode()
    account.forget_cached()
    assert [point.value for point in account.proved] == ["work@example.org"]
    assert account.patients == []  # what it saw was reached by the other one


# ── people ──


def test_a_child_is_added_by_name_and_date_until_it_decides_itself(client):
    patient = make_patient(email="grace@example.org")
    account = sign_in(client, patient)
    today = timezone.now().date()
    child = make_patient(
        email="grace@example.org", first_name="Mia", birth_date=date(today.year - 5, 1, 1)
    )
    said = {"first_name": "Mia", "last_name": "Whitfield", "birth_date": f"0101{today.year - 5}"}
    page = reverse("portal:add_child")
    wrong = client.post(page, said | {"birth_date": f"0102{today.year - 5}"}).content.decode()
    assert "We found nothing" in wrong
    client.post(page, said)
    account.forget_cached()
    assert account.records == [patient, child]
    assert account.own_record == patient
    assert "Mia" in client.get(PEOPLE).content.decode()
    old = {"birth_date": f"0101{today.year - 12}"}
    assert "they decide themselves" in client.post(page, said | old).content.decode()
    child.birth_date = date(today.year - 12, 1, 1)
    child.save()
    account.forget_cached()
    assert account.records == [patient]


def test_an_adult_is_asked_says_yes_in_their_own_place_and_either_ends_it(client):
    grace = make_patient(email="grace@example.org")
    account = sign_in(client, grace)
    adam = make_patient(email="adam@example.org", first_name="Adam")
    visit = make_appointment(patient=adam)
    ask_page = reverse("portal:ask_someone")
    client.post(ask_page, {"email": "adam@example.org"})
    [mail] = OutgoingEmail.objects.all()
    assert (mail.to, mail.template) == ("adam@example.org", "portal_access_asked")
    assert "Grace" not in mail.text + mail.subject
    assert not account.may_see(visit)
    his, stranger = Client(), Client()
    child = make_patient(email="adam@example.org", first_name="Mia")
    add_patient(sign_in(his, adam), child, relation=Relation.WARD, basis="staff")
    sign_in(stranger, make_patient())
    assert "Grace Whitfield asks to book visits for you" in his.get(PEOPLE).content.decode()
    assert "Grace" not in stranger.get(PEOPLE).content.decode()
    answer = reverse("portal:answer", args=[AccessRequest.objects.get().pk])
    assert stranger.post(answer, {"answer": "yes"}).status_code == 404
    assert client.post(answer, {"answer": "yes"}).status_code == 404
    his.post(answer, {"answer": "yes"})
    account.forget_cached()
    assert account.may_see(visit)
    assert account.own_record == grace
    assert child not in account.records
    assert "Adam Whitfield" in client.get(PEOPLE).content.decode()
    link = AccountPatient.objects.get(relation=Relation.OTHER)
    end = reverse("portal:end_person", args=[link.pk])
    assert stranger.post(end).status_code == 404
    his.post(end)
    account.forget_cached()
    assert not account.may_see(visit)
    client.post(ask_page, {"email": "adam@example.org"})
    again = AccessRequest.objects.latest("pk")
    his.post(reverse("portal:answer", args=[again.pk]), {"answer": "no"})
    account.forget_cached()
    assert not account.may_see(visit)


def test_what_was_asked_long_ago_is_asked_no_more(client):
    sign_in(client, make_patient())
    client.post(reverse("portal:ask_someone"), {"email": "adam@example.org"})
    his, account = Client(), make_account(make_patient(email="adam@example.org"))
    answer = reverse("portal:answer", args=[AccessRequest.objects.get().pk])
    with time_machine.travel(timezone.now() + timedelta(days=14, minutes=1)):
        sign_in_to(his, account)
        assert "asks to book" not in his.get(PEOPLE).content.decode()
        assert his.post(answer, {"answer": "yes"}).status_code == 404


def test_somebody_who_is_asked_and_not_known_here_costs_the_same_and_sees_nothing(client):
    sign_in(client, make_patient())
    assert client.post(reverse("portal:ask_someone"), {"email": "no@example.org"}).url == PEOPLE
    assert mails("portal_access_asked") == ["no@example.org"]
    theirs = Client()
    reader = sign_in(theirs)
    reader.points.create(kind="email", value="no@example.org", proved_at=timezone.now())
    assert "asks to book" not in theirs.get(PEOPLE).content.decode()


# ── staff ──


def test_staff_see_that_there_is_an_account_and_end_it_and_never_enter(client):
    patient = make_patient(email="grace@example.org")
    account = sign_in(client, patient)
    desk = Client()
    sign_in_staff(desk, make_staff("front desk"))
    page = reverse("admin:patient_accounts", args=[patient.pk])
    assert (
        page
        in desk.get(
            reverse("admin:appointments_patient_change", args=[patient.pk])
        ).content.decode()
    )
    shown = desk.get(page).content.decode()
    assert "g•••••@example.org" in shown
    assert "grace@example.org" not in shown
    link = account.links.get()
    desk.post(page, {"link": link.pk, "step": "sign-out"})
    assert not is_in(client)
    assert AuditEvent.objects.filter(action="act:account sign-out").exists()
    sign_in_to(client, account)
    desk.post(page, {"link": link.pk, "step": "end-access"})
    assert "There is nothing here yet" in client.get(HOME).content.decode()
    desk.post(page, {"link": link.pk, "step": "end-account"})
    assert not is_in(client)
    ask(client)
    client.post(CODE, {"code": code_sent()})
    assert PatientAccount.objects.get(ended_at=None) != account  # and may begin anew
    assert is_in(client)
    assert desk.post(page, {"link": link.pk, "step": "enter"}).status_code == 404
    seen = Client()
    sign_in_staff(seen, make_staff("privacy officer"))
    assert seen.get(page).status_code == 200
    assert seen.post(page, {"link": link.pk, "step": "sign-out"}).status_code == 403
    other = Client()
    sign_in_staff(other, make_staff("editor"))
    assert other.get(page).status_code == 403


def test_a_guardian_sees_a_record_once_staff_have_looked_at_the_papers(client):
    guardian, ward = make_patient(), make_patient(email="")
    account = sign_in(client, guardian)
    desk = Client()
    sign_in_staff(desk, make_staff("front desk"))
    page = reverse("admin:patient_accounts", args=[ward.pk])
    nobody = desk.post(page, {"step": "guardian", "record": "999999"}, follow=True)
    assert "Nobody with that record has an account" in nobody.content.decode()
    desk.post(page, {"step": "guardian", "record": str(guardian.pk)})
    account.forget_cached()
    assert account.records == [guardian, ward]
    [told] = export.collect(ward, by="Desk")["accounts"]
    assert (told["addresses and numbers"], told["devices"]) == ([], [])  # they are the guardian's
    third = make_patient(email="", first_name="Theo")
    desk.post(
        reverse("admin:patient_accounts", args=[third.pk]),
        {"step": "guardian", "record": str(ward.pk)},
    )
    account.forget_cached()
    assert third not in account.records  # by their own record alone a guardian is found
    restriction.restrict(third)
    assert desk.get(reverse("admin:patient_accounts", args=[third.pk])).status_code == 404


def test_an_account_has_a_person_or_none_and_says_so():
    account = make_account(make_patient())
    add_patient(account, make_patient(), relation=Relation.WARD, basis="staff")
    assert account.own_record == account.records[0]
    assert make_account().own_record is None


def test_what_was_ended_stays_ended_after_a_restore(client):
    account, other = sign_in(client, make_patient()), make_account(make_patient())
    PatientAccount.objects.filter(pk=account.pk).update(ended_at=timezone.now())
    other.links.update(ended_at=timezone.now())
    known = after_restore.ended_accounts(), after_restore.ended_links()
    PatientAccount.objects.update(ended_at=None)
    AccountPatient.objects.update(ended_at=None)
    assert after_restore.end_again(*known) == 2
    assert PatientAccount.objects.exclude(ended_at=None).get() == account
    assert not is_in(client)
    other.forget_cached()
    assert other.records == []


def test_what_a_patient_took_away_opens_nothing_after_a_restore(client):
    backup = timezone.now()
    untouched = make_account(make_patient())
    account = sign_in(client, make_patient())
    values = {"account": account, "proved_at": backup}
    lost = ContactPoint.objects.create(kind="email", value="lost@example.org", **values)
    passkey = {"user": account.user, "type": "webauthn", "data": {}}
    stolen, kept = (Authenticator.objects.create(**passkey) for _ in range(2))
    subscriptions.make(account)
    phone = sign_in_to(Client(), account)

    def rows() -> dict[type[Model], list[Model]]:
        tables = (ContactPoint, Authenticator, CalendarSubscription, Device)
        return {table: list(table.objects.order_by("pk")) for table in tables}

    before = rows()
    calendar = account.calendar_subscriptions.get()
    for page, sent in (
        (reverse("portal:remove_point", args=[lost.pk]), {}),
        (reverse("portal:remove_passkey", args=[stolen.pk]), {}),
        (reverse("portal:calendar_revoke"), {"stop": calendar.pk}),
    ):
        PatientAccount.objects.update(removed_at=None)
        client.post(page, sent)
        assert after_restore.left_since(backup), page
    client.post(reverse("portal:end_device", args=[phone.pk]))
    after = rows()
    assert [len(before[table]) - len(after[table]) for table in before] == [1, 1, 1, 0]
    told = after_restore.left_since(backup), after_restore.ended_devices(backup)
    assert "example.org" not in json.dumps(told)  # it names nobody

    for table, was in before.items():  # the backup is restored
        for row in was:
            row.save() if table is Device else row.save(force_insert=row not in after[table])
    assert Device.objects.known().filter(pk=phone.pk).exists()
    assert after_restore.take_away_again(*told) == 4
    assert after_restore.take_away_again(*told) == 0
    assert {table: [row.pk for row in was] for table, was in rows().items()} == {
        table: [row.pk for row in was] for table, was in after.items()
    }
    assert not Device.objects.known().filter(pk=phone.pk).exists()
    assert untouched.points.count() == 1
    assert list(passkeys.of(account)) == [kept]

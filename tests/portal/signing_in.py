"""Patients who are signed in to their own place, made through the database."""

import secrets
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from appointments.models import Patient
from core.people import email_addresses
from core.staff.models import User
from portal.models import AccountPatient, Basis, ContactPoint, Device, PatientAccount, Relation
from portal.sign_in import sessions


def make_account(patient: Patient | None = None, *, by_phone: bool = False) -> PatientAccount:
    """An account whose person has proved the patient's e-mail address, or number, and sees it."""
    now = timezone.now()
    account = PatientAccount.objects.create(user=User.patients.make(), created_at=now)
    if patient is not None:
        kind = ContactPoint.Kind.PHONE if by_phone else ContactPoint.Kind.EMAIL
        email = email_addresses.normalized(patient.email)
        value = patient.phone.as_e164 if by_phone else email
        point = ContactPoint.objects.create(account=account, kind=kind, value=value, proved_at=now)
        add_patient(account, patient, via=point)
    return account


def add_patient(
    account: PatientAccount,
    patient: Patient,
    *,
    relation: str = Relation.SELF,
    basis: str = Basis.POINT,
    via: ContactPoint | None = None,
) -> AccountPatient:
    """Let the account see this record."""
    return AccountPatient.objects.create(
        account=account,
        patient=patient,
        relation=relation,
        basis=basis,
        via=via,
        added_at=timezone.now(),
    )


def sign_in(client: Client, patient: Patient | None = None, **made: bool) -> PatientAccount:
    """Sign a new account of this patient in, in the browser that `client` is."""
    account = make_account(patient, **made)
    sign_in_to(client, account)
    return account


def sign_in_to(client: Client, account: PatientAccount) -> Device:
    """Sign this account in."""
    now = timezone.now()
    key = secrets.token_urlsafe(24)
    device = Device.objects.create(
        account=account,
        browser=sessions.hashed(secrets.token_urlsafe(24)),
        session=sessions.hashed(key),
        name="Firefox, Linux",
        way=Device.Way.EMAIL,
        first_at=now,
        signed_in_at=now,
        seen_at=now,
    )
    client.force_login(account.user, backend=sessions.BACKEND)
    session = client.session
    session[sessions.SESSION_KEY] = key
    session.save()
    return device


def make_idle(device: Device, *, minutes: int) -> None:
    """Let so many minutes have gone by since its last request."""
    Device.objects.filter(pk=device.pk).update(seen_at=timezone.now() - timedelta(minutes=minutes))

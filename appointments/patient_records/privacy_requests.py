"""To erase or restrict a record takes two people: one asks, another with the right confirms.

Where nobody else in the clinic has that right, who asked may confirm after ALONE_AFTER. The e-mail
of that comes at once, so that whoever sits at a colleague's screen erases nothing unnoticed.

Patients who are signed in ask for their own record: then one of the staff confirms. Their name
stands nowhere in the request, which outlives the record.
"""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import Permission
from django.core import serializers
from django.db import IntegrityError, transaction
from django.db.models import Q

from appointments.booking.rules import in_one_transaction
from appointments.emails import staff_emails
from appointments.models import Patient, PrivacyRequest, RequestStatus
from appointments.models.patient_records import ALONE_AFTER
from appointments.patient_records import erasure, kept_by_law, request_news, restriction
from appointments.patient_records.request_news import Outcome
from core.database import database_time
from core.staff.models import User

Kind = PrivacyRequest.Kind
CONFIRM = "appointments.confirm_erasure_patient"
# Who asked, where it was the patient.
PATIENT = "The patient, signed in"
LONGEST_COMMIT = timedelta(hours=1)  # a row may be dated so long before anybody can see it


class AlreadyAsked(Exception):
    """Something else was asked for this record, and waits."""


class NotOpen(Exception):
    """It was decided, or taken back, meanwhile."""


class SamePerson(Exception):
    """Who asked for it cannot confirm it."""


def ask(patient: Patient, kind: str, *, reason: str, by: User) -> PrivacyRequest:
    """Ask for the record to be erased or restricted, or for that to end. Raises AlreadyAsked."""
    with transaction.atomic():
        asked = _write(patient, kind, reason=reason, name=_name(by), pk=by.pk)
        if decides_alone(by):
            staff_emails.privacy_request_alone(asked, by, may_decide_from(asked))
    return asked


def ask_as_patient(patient: Patient, kind: str, *, user: User, reason: str = "") -> PrivacyRequest:
    """Let a patient, as `user` of their account, ask for their own record. Raises AlreadyAsked."""
    return _write(patient, kind, reason=reason, name=PATIENT, pk=user.pk)


def _write(patient: Patient, kind: str, *, reason: str, name: str, pk: int) -> PrivacyRequest:
    try:
        with transaction.atomic():
            return PrivacyRequest.objects.create(
                patient=patient,
                kind=kind,
                reason=reason,
                asked_by=name,
                asked_by_pk=pk,
                asked_at=database_time.now(),
            )
    except IntegrityError as error:
        raise AlreadyAsked from error


def decides_alone(user: User) -> bool:
    """Return whether this person may confirm, and nobody else of the clinic may."""
    app, _dot, name = CONFIRM.partition(".")
    right = Permission.objects.filter(content_type__app_label=app, codename=name)
    may = Q(is_superuser=True) | Q(groups__permissions__in=right) | Q(user_permissions__in=right)
    others = User.objects.filter(may, is_active=True, is_staff=True).exclude(pk=user.pk)
    return user.has_perm(CONFIRM) and not others.exists()


def may_decide_from(request: PrivacyRequest) -> datetime:
    """Return from when on who asked may confirm it, where nobody else can."""
    return request.asked_at + ALONE_AFTER


def withdraw(request: PrivacyRequest, *, by: User) -> None:
    """Take back what was asked for. Anybody who may ask may do so. Raises NotOpen."""
    _decide(request, RequestStatus.WITHDRAWN, _name(by), by.pk)


def withdraw_as_patient(request: PrivacyRequest, *, user: User) -> None:
    """Let a patient take back what they asked for themselves. Raises NotOpen."""
    if request.asked_by_pk != user.pk:
        raise NotOpen
    _decide(request, RequestStatus.WITHDRAWN, PATIENT, user.pk)


@transaction.atomic
def refuse(request: PrivacyRequest, *, by: User) -> None:
    """Say no. Raises NotOpen, SamePerson."""
    _require_another(request, by)
    _decide(request, RequestStatus.REFUSED, _name(by), by.pk)
    for tell in request_news.tellers(request):
        tell(Outcome(RequestStatus.REFUSED))


@in_one_transaction
def confirm(request: PrivacyRequest, *, by: User) -> None:
    """Do what was asked for. Raises NotOpen, SamePerson, and for an erasure VisitsAhead."""
    _require_another(request, by)
    _decide(request, RequestStatus.DONE, _name(by), by.pk)
    request.decided_by = _name(by)
    tellers, until = request_news.tellers(request), kept_by_law.kept_until(request.patient)
    is_kept = carry_out(request)
    for tell in tellers:
        tell(Outcome(RequestStatus.DONE, is_kept, until if is_kept else None))


def carry_out(request: PrivacyRequest) -> bool:
    """Do what was confirmed, to a record that is there; return whether the record stays.

    In the caller's transaction; safe to run twice. Raises VisitsAhead.
    """
    stays = True
    match request.kind:
        case Kind.ERASE:
            stays = erasure.erase(request.patient, by=f"staff: {request.decided_by}")
            if stays:
                restriction.restrict(request.patient)
        case Kind.RESTRICT:
            restriction.restrict(request.patient)
        case Kind.LIFT:
            restriction.lift(request.patient)
    return stays


def _require_another(request: PrivacyRequest, by: User) -> None:
    if request.asked_by_pk != by.pk:
        return
    if database_time.now() < may_decide_from(request) or not decides_alone(by):
        raise SamePerson


def _decide(request: PrivacyRequest, status: RequestStatus, name: str, pk: int) -> None:
    waiting = PrivacyRequest.objects.filter(pk=request.pk, status=RequestStatus.ASKED)
    changed = {"decided_by": name, "decided_by_pk": pk, "decided_at": database_time.now()}
    if not waiting.update(status=status, **changed):
        raise NotOpen


def _name(user: User) -> str:
    return str(user)[:100]


# ── after a backup was restored ──


def decided_since(since: datetime) -> str:
    """Return what was decided since then about whole records, as JSON. It says numbers of records,
    and why only where the record is still there."""
    decided = PrivacyRequest.objects.filter(decided_at__gte=since - LONGEST_COMMIT)
    return serializers.serialize("json", decided.order_by("decided_at", "pk"))


def do_again(text: str) -> tuple[int, int]:
    """Decide all of it again; return how many records that was, and how many it could not be.

    In the caller's transaction; safe to run twice.
    """
    done = failed = 0
    for row in serializers.deserialize("json", text):
        request: Any = row.object
        row.save()
        patient = Patient.objects.filter(pk=request.patient_id).first()
        if request.status != RequestStatus.DONE or patient is None:
            continue
        try:
            with transaction.atomic():
                carry_out(request)
        except erasure.VisitsAhead:
            failed += 1
        else:
            done += 1
    return done, failed

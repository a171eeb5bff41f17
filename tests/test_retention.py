"""Whatever names a person has a period, and then goes. PRIVACY 26; docs/retention.md."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.conf import settings as project
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import serializers
from django.utils import timezone

from appointments import links, retention
from appointments.models import Appointment, Consent, ConsentText, Patient, Status
from appointments.tasks import forget_patients, purge_abandoned_holds
from articles.models import Feedback
from articles.tasks import purge_comments
from core.staff.tasks import purge as purge_staff
from newsletter.models import Delivery, Event, Issue, Origin, Subscriber
from newsletter.tasks import erase_expired as forget_readers
from tests.appointments import booking_steps
from tests.articles.factories import make_article
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_hold, make_patient, make_service, monday
from tests.newsletter.factories import make_subscriber
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
DOC = (Path(project.BASE_DIR) / "docs" / "retention.md").read_text()


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


def row(thing) -> str:
    """All that stands in the row."""
    return serializers.serialize("json", [type(thing).objects.get(pk=thing.pk)])


# ── nothing is forgotten by the table ─────────────────────────────────────────

# Tables of libraries that this site leaves empty, or that hold names of models and rights only.
NOBODY = {
    *("account.EmailAddress", "account.EmailConfirmation", "auth.Permission", "auth.Group"),
    *("contenttypes.ContentType", "pghistory.Context"),
}


def test_every_table_has_its_line_in_the_document():
    tables = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
    }
    assert tables - NOBODY == set(re.findall(r"`(\w+\.\w+)`", DOC)) - {"tests/test_retention.py"}


def test_every_period_in_the_document_is_a_setting_with_that_default():
    for name, days in re.findall(r"`([A-Z_]+)` \((\d+)\)", DOC):
        assert getattr(project, name) == int(days), name


# ── holds ─────────────────────────────────────────────────────────────────────


def test_a_hold_that_is_given_back_goes_with_the_next_purge():
    visitor, service = in_process(), make_service()
    page = booking_steps.hold_time(visitor, service, monday())
    visitor.post(page.path + "release/", booking_steps.csrf_token(visitor))
    purge_abandoned_holds()
    assert not Appointment.objects.exists()
    back = visitor.post(page.path, booking_steps.csrf_token(visitor))
    assert (back.status, back.path) == (200, "/book/"), "the Back button leads on"


def test_a_hold_that_has_run_out_stays_an_hour_for_who_still_types():
    kept, gone = make_hold(minutes=-50), make_hold(minutes=-70, starts_at=monday("14:00"))
    purge_abandoned_holds()
    assert list(Appointment.objects.all()) == [kept]
    assert gone.pk not in Appointment.objects.values_list("pk", flat=True)


# ── visits and patients ───────────────────────────────────────────────────────


def unconfirmed(*, days: float, status: str = Status.EXPIRED) -> Appointment:
    visit = make_appointment(
        status=status, booked_by="Canary Sister", cancel_reason="Canary", visitor="canary"
    )
    text = ConsentText.objects.first()
    Consent.objects.create(
        appointment=visit, text=text, given=ago(days=days), page="p", address_hash="h"
    )
    Patient.objects.filter(pk=visit.patient_id).update(created=ago(days=days))
    Appointment.objects.filter(pk=visit.pk).update(created=ago(days=days))
    return visit


@pytest.mark.parametrize("status", [Status.EXPIRED, Status.RELEASED])
def test_a_visit_that_nobody_confirmed_names_nobody_after_its_period(client, status):
    visit = unconfirmed(days=8, status=status)
    told = [visit.email, visit.patient.last_name, str(visit.phone), "anary"]
    forget_patients()
    assert [word for word in told if word in row(visit)] == []
    assert not Patient.objects.exists()
    assert Consent.objects.get().appointment_id == visit.pk, "the proof stays"
    for name in ("visit", "confirm", "calendar"):
        assert client.get(links.page(visit, name)).status_code == 410
    forget_patients()


def test_before_its_period_it_stays_as_it_was():
    visit = unconfirmed(days=6)
    before = row(visit)
    forget_patients()
    assert row(visit) == before


def test_a_patient_is_erased_years_after_the_last_visit(settings):
    old, recent = make_patient(), make_patient()
    for patient, years in ((old, 12), (old, 11), (recent, 12), (recent, 9)):
        with time_machine.travel(ago(days=365.25 * years)):
            make_appointment(patient=patient, status=Status.COMPLETED, starts_at=timezone.now())
    Patient.objects.update(created=ago(days=3000))
    kept = [row(visit) for visit in recent.appointments.order_by("pk")]
    theirs = list(old.appointments.order_by("pk"))
    forget_patients()
    assert list(Patient.objects.all()) == [recent]
    assert [row(visit) for visit in recent.appointments.order_by("pk")] == kept
    for visit in theirs:
        assert old.email not in row(visit)
        assert Appointment.objects.get(pk=visit.pk).status == Status.COMPLETED


def test_each_turn_forgets_some_and_the_next_goes_on(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 1)
    with time_machine.travel(ago(days=365.25 * 12)):
        for _ in range(2):
            make_appointment(status=Status.COMPLETED, starts_at=timezone.now())
    Patient.objects.update(created=ago(days=3000))
    forget_patients()
    assert Patient.objects.count() == Appointment.objects.exclude(email="").count() == 1
    forget_patients()
    assert not Patient.objects.exists()
    assert not Appointment.objects.exclude(email="").exists()


def test_who_has_an_upcoming_visit_is_never_erased(settings):
    settings.PATIENT_RECORD_YEARS = 1
    patient = make_patient()
    with time_machine.travel(ago(days=3 * 365.25)):
        make_appointment(patient=patient, status=Status.COMPLETED, starts_at=timezone.now())
    upcoming = make_appointment(patient=patient)
    Patient.objects.update(created=ago(days=3000))
    forget_patients()
    upcoming.refresh_from_db()
    assert upcoming.patient == patient


def test_zero_years_keep_every_record(settings):
    settings.PATIENT_RECORD_YEARS = 0
    with time_machine.travel(ago(days=40 * 365.25)):
        make_appointment(status=Status.COMPLETED, starts_at=timezone.now())
    forget_patients()
    assert Patient.objects.count() == 1


# ── readers ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["left", "bounced", "complained"])
def test_a_reader_who_left_long_ago_is_a_hash(status):
    gone = make_subscriber(status=status, left_at=ago(days=366))
    there = make_subscriber(status=status, left_at=ago(days=364))
    reading = make_subscriber()
    forget_readers()
    found = Subscriber.objects.get(pk=gone.pk)
    assert (found.email, found.status, found.address_hash) == ("", "erased", gone.address_hash)
    assert not Origin.objects.filter(consent__subscriber=gone).exists()
    for kept in (there, reading):
        assert Subscriber.objects.get(pk=kept.pk).email == kept.email


def test_a_link_in_an_old_letter_still_leaves_for_the_address_they_moved_to():
    now_reads = make_subscriber()
    moved = make_subscriber(status="left", left_at=ago(days=400), successor=now_reads)
    forget_readers()
    moved.refresh_from_db()
    assert (moved.email, moved.successor) == ("", now_reads)


def test_who_got_an_old_issue_is_forgotten_and_its_numbers_stay():
    reader = make_subscriber()
    for number, days in enumerate((401, 399)):
        issue = Issue.objects.create(
            subject=f"Issue {number}",
            slug=f"issue-{number}",
            status="sent",
            started_at=ago(days=days),
            finished_at=ago(days=days),
        )
        Delivery.objects.create(
            issue=issue, subscriber=reader, due_at=ago(days=days), domain="x.org"
        )
        Event.objects.create(
            source="s", event_id=str(number), kind="bounced", issue=issue.pk, why="full",
            subscriber=reader, at=ago(days=days),
        )  # fmt: skip
    forget_readers()
    assert [d.issue.slug for d in Delivery.objects.all()] == ["issue-1"]
    assert Event.objects.count() == 2
    assert [(e.issue != 0, e.why) for e in Event.objects.filter(subscriber=None)] == [(True, "")]


# ── articles and staff ────────────────────────────────────────────────────────


def test_the_sentence_beside_a_vote_goes_and_the_vote_stays():
    article = make_article()
    for days in (366, 364):
        Feedback.objects.create(
            article=article,
            helpful=True,
            sentence="I drink too",
            day=date.today() - timedelta(days),
        )
    purge_comments()
    assert sorted(Feedback.objects.values_list("sentence", flat=True)) == ["", "I drink too"]


def test_the_admin_s_own_log_forgets_what_records_were_called():
    user, patient = make_staff(), make_patient()
    kind = ContentType.objects.get_for_model(Patient)
    for days in (366, 364):
        entry = LogEntry.objects.create(
            user=user, content_type=kind, object_id=patient.pk, object_repr=f"Grace {days}",
            action_flag=CHANGE,
        )  # fmt: skip
        LogEntry.objects.filter(pk=entry.pk).update(action_time=ago(days=days))
    purge_staff()
    assert [entry.object_repr for entry in LogEntry.objects.all()] == ["Grace 364"]


def test_sessions_that_have_ended_are_deleted():
    for seconds in (-10, 1000):
        session = SessionStore()
        session.set_expiry(seconds)
        session["who"] = seconds
        session.save()
    purge_staff()
    assert Session.objects.count() == 1

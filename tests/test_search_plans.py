"""What lists and tasks ask of tables with millions of rows has an index that answers just that.

An index that holds another expression than the one that is asked is of no use, and nobody notices
while there are few rows. So each plan is read with all else forbidden.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import QuerySet
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments.admin.desk import reading
from appointments.models import Appointment, Consent, Patient
from appointments.patient_records import patient_trail
from articles.models import Comment, Feedback
from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent
from tests.core.mail.factories import make_email
from tests.database import unguarded

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def found(model: type, term: str) -> QuerySet:
    """What the list of the admin finds."""
    model_admin = admin.site.get_model_admin(model)
    request = RequestFactory().get("/")
    rows, _doubled = model_admin.get_search_results(request, model.objects.order_by(), term)
    return rows


def trail(**asked: str) -> QuerySet:
    return AuditEvent.objects.filter(**asked).order_by("-at", "-pk")


visits, mails = Appointment.objects.order_by(), OutgoingEmail.objects.order_by()

SEARCHES: list[tuple[str, Callable[[], QuerySet]]] = [
    ("patient_by_any_part", lambda: found(Patient, "grace")),
    ("patient_by_any_part", lambda: found(Patient, "615-555-0142")),
    ("patient_by_any_part", lambda: found(Patient, "li")),
    ("patient_by_birth_date", lambda: found(Patient, "grace 1/2/1988")),
    ("patient_by_similar_name", lambda: found(Patient, "gracce")),
    ("appointment_by_any_part", lambda: found(Appointment, "ace@")),
    ("appointment_by_any_part", lambda: found(Appointment, "0142")),
    ("appointment_by_caller", lambda: found(Appointment, "grace")),
    ("patient_by_any_part", lambda: found(Appointment, "grace")),
    ("appointment_unconfirmed", lambda: visits.unconfirmed().filter(created__lt=NOW)),
    ("appointment_unconfirmed", lambda: visits.abandoned()),
    ("visit_consent_by_address", lambda: found(Consent, "grace@example.org")),
    ("mail_by_any_part", lambda: found(OutgoingEmail, "grace visit")),
    ("mail_written_once_per_key", lambda: found(OutgoingEmail, "appointment-booked:1")),
    ("mail_to_purge", lambda: mails.settled().filter(created_at__lt=NOW - timedelta(days=30))),
    ("audit_by_email", lambda: found(AuditEvent, "kim@example.org")),
    ("audit_by_object", lambda: found(AuditEvent, "4711")),
    ("audit_by_object", lambda: patient_trail.about({"appointments.patient": ["4711"]})),
    ("comment_by_any_part", lambda: found(Comment, "grace")),
    ("feedback_by_any_part", lambda: found(Feedback, "longer")),
]
ORDERS: dict[str, Callable[[], QuerySet]] = {
    "patient_by_name": lambda: Patient.objects.order_by("last_name", "first_name", "-pk"),
    "appointment_counted_by_start": lambda: Appointment.objects.order_by("-starts_at", "pk"),
    "visit_consent_by_time": lambda: Consent.objects.order_by("-given", "-pk"),
    "visit_consent_by_text": lambda: Consent.objects.filter(text=1).order_by("-given", "-pk"),
    "mail_by_time": lambda: OutgoingEmail.objects.order_by("-created_at", "-pk"),
    "audit_by_time": lambda: trail(),
    "audit_by_action": lambda: trail(action="view"),
    "audit_by_model": lambda: trail(model="staff.user"),
    "comment_by_time": lambda: Comment.objects.order_by("created_at", "pk"),
    "comment_by_status": lambda: Comment.objects.filter(status="spam").order_by("created_at", "pk"),
    "feedback_by_day": lambda: Feedback.objects.order_by("-day", "-pk"),
}


# What the planner knows of the tables, and their size, is from the rows of earlier tests.
FORGET = """
    TRUNCATE appointments_appointment, appointments_patient, appointments_consent,
             mail_outgoingemail, staff_auditevent, articles_comment, articles_feedback CASCADE;
    SELECT pg_clear_attribute_stats(schemaname, tablename, attname, inherited)
      FROM pg_stats WHERE schemaname = 'public'
"""


def plans(make: Callable[[], QuerySet], *forbidden: str) -> str:
    """How the rows are found, and what is asked to make their query."""
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(FORGET)
        for way in forbidden:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        with CaptureQueriesContext(connection) as asked:
            rows = make()
        found = [rows.explain()]
        for query in asked:
            if not query["sql"].startswith("SELECT"):
                continue  # a savepoint
            cursor.execute(f"EXPLAIN {query['sql']}")
            found += [line for (line,) in cursor.fetchall()]
    return "\n".join(found)


@pytest.mark.parametrize(("index", "make"), SEARCHES)
def test_an_index_finds_what_is_searched_for(index, make):
    text = plans(make, "seqscan", "indexscan", "indexonlyscan")
    assert f"Bitmap Index Scan on {index}" in text, text


def test_whether_the_mail_about_a_visit_failed_is_looked_up_by_the_visit():
    """Else each visit of a day would read all mails that ever failed."""
    make_email(about="appointment:0")
    OutgoingEmail.objects.update(status="failed", due_at=None, last_error="550")
    [values] = OutgoingEmail.objects.values()
    del values["id"]
    OutgoingEmail.objects.bulk_create(
        OutgoingEmail(
            **values
            | {"key": f"lost:{n}", "about": f"appointment:{n}", "message_id": f"<{n}@example.org>"}
        )
        for n in range(1, 2000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mail_outgoingemail")
    text = reading.of_days([NOW.date()], NOW).explain()
    assert "mail_failed_about" in text, text


@pytest.mark.parametrize("index", ORDERS)
def test_an_index_has_the_order_of_a_long_list(index):
    text = plans(lambda: ORDERS[index]()[:50], "seqscan", "bitmapscan", "sort")
    assert f"using {index}" in text, text

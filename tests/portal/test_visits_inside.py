"""Whoever is signed in has all pages of their visits that a private link has, and no others."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from appointments import links
from appointments.models import Appointment, Status, WaitlistEntry
from portal import visit_urls
from portal.models import Relation
from tests.appointments import booking_steps
from tests.factories import (
    make_appointment,
    make_consent_texts,
    make_entry,
    make_patient,
    make_provider,
    make_service,
    monday,
)
from tests.pages.factories import make_practice
from tests.payments.paying import make_charge
from tests.portal.signing_in import add_patient, make_account, sign_in, sign_in_to
from tests.visits.clinicians import make_summary
from visits.models import QuestionnaireResponse

pytestmark = pytest.mark.django_db
MOST_QUERIES = 10
PAGES = [name for _at, _view, name in visit_urls.OF_VISIT]
WITH_FORM = ("visit_form", "visit_form_save", "visit_form_revoke")
POSTED = ("visit_ticket", "visit_phone", "visit_leave", "visit_report", "visit_form_save")


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def visit() -> Appointment:
    return make_appointment(starts_at=monday(), patient=make_patient())


def page(visit: Appointment, name: str = "visit") -> str:
    return reverse(f"portal:{name}", args=[visit.pk, *(["reason"] if name in WITH_FORM else [])])


def ask(client: Client, path: str, name: str):
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    ask_ = client.post if name in POSTED or name == "visit_form_revoke" else client.get
    return ask_(path, headers=same_origin)


# ── who may open them ──


def test_without_signing_in_every_page_leads_to_the_door(client, visit):
    for name in PAGES:
        answer = ask(client, page(visit, name), name)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/me/sign-in/"), name


def test_another_persons_visit_is_as_one_that_there_is_not(client, visit):
    sign_in(client, make_patient(email="other@example.org", first_name="Olga"))
    gone = Appointment(pk=visit.pk + 1000)
    for name in PAGES:
        answers = [ask(client, page(each, name), name) for each in (visit, gone)]
        assert [answer.status_code for answer in answers] == [404, 404], name


def test_no_page_inside_is_kept_and_none_holds_a_private_link(client, visit):
    sign_in(client, visit.patient)
    for name in PAGES:
        answer = ask(client, page(visit, name), name)
        assert answer.status_code in (200, 204, 302, 400, 409), (name, answer.status_code)
        assert "no-store" in answer["Cache-Control"], name
        assert visit.key not in answer.content.decode() + answer.get("Location", ""), name


# ── what is done there ──


def test_a_visit_is_moved_and_cancelled_inside(client, visit):
    sign_in(client, visit.patient)
    shown = client.get(page(visit)).content.decode()
    assert page(visit, "visit_reschedule") in shown
    assert "Sign out" in shown
    slot = booking_steps.slot(monday("15:00"))
    times = client.get(page(visit, "visit_reschedule") + f"?day={monday():%Y-%m-%d}")
    assert slot in times.content.decode()
    moved = client.post(page(visit, "visit_reschedule"), {"slot": slot})
    assert moved.url == page(visit) + "?just=moved"
    visit.refresh_from_db()
    assert visit.starts_at == monday("15:00")
    cancelled = client.post(page(visit, "visit_cancel"), {"reason": ""})
    assert cancelled.url == page(visit)
    visit.refresh_from_db()
    assert visit.status == Status.CANCELLED


def test_a_visit_that_waits_for_its_mail_is_confirmed_by_who_proved_the_address(client, visit):
    until = timezone.now() + timedelta(minutes=20)
    Appointment.objects.filter(pk=visit.pk).update(status=Status.HELD, held_until=until)
    sign_in(client, visit.patient)
    assert page(visit, "visit_confirm") in client.get(page(visit)).content.decode()
    assert client.post(page(visit, "visit_confirm")).url == page(visit) + "?just=booked"
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_who_proved_a_number_alone_is_not_asked_to_confirm_an_address(client, visit):
    until = timezone.now() + timedelta(minutes=20)
    Appointment.objects.filter(pk=visit.pk).update(status=Status.HELD, held_until=until)
    sign_in(client, visit.patient, by_phone=True)
    assert page(visit, "visit_confirm") not in client.get(page(visit)).content.decode()


def test_a_form_is_answered_inside(client):
    soon = timezone.now() + timedelta(hours=20)
    visit = make_appointment(starts_at=soon, patient=make_patient())
    sign_in(client, visit.patient)
    shown = client.get(page(visit, "visit_forms")).content.decode()
    first = reverse("portal:visit_form", args=[visit.pk, "reason"])
    assert first in shown
    sent = client.post(first, {"skip": "1"})
    assert sent.url.startswith(page(visit, "visit_forms"))
    assert QuestionnaireResponse.objects.filter(appointment=visit).exists()


def test_a_place_in_line_is_left_inside_and_a_strangers_is_not_there(client):
    service = make_service()
    entry = make_entry(service=service)
    patient = make_patient(email=entry.email)
    other = make_entry(service=service, first_name="Olga")
    sign_in(client, patient)
    assert reverse("portal:place", args=[entry.pk]) in client.get("/me/").content.decode()
    for name in (name for _at, _view, name in visit_urls.OF_PLACE):
        assert client.get(reverse(f"portal:{name}", args=[other.pk])).status_code == 404
    shown = client.get(reverse("portal:place", args=[entry.pk])).content.decode()
    assert entry.key not in shown
    left = client.post(reverse("portal:place_leave", args=[entry.pk]))
    assert left.url == reverse("portal:place", args=[entry.pk])
    assert WaitlistEntry.objects.get(pk=entry.pk).status == "left"


def test_who_is_let_book_for_somebody_sees_visits_and_neither_their_answers_nor_their_room(client):
    soon = timezone.now() + timedelta(minutes=5)
    provider = make_provider(video_room="")
    visit = make_appointment(starts_at=soon, patient=make_patient(), provider=provider)
    account = make_account(make_patient(email="aunt@example.org", first_name="Aunt"))
    add_patient(account, visit.patient, relation=Relation.OTHER, basis="consent")
    sign_in_to(client, account)
    home = client.get("/me/").content.decode()
    assert visit.patient.short_name in home
    for name in ("visit_room", "visit_forms"):
        assert page(visit, name) not in home
    assert client.get(page(visit)).status_code == 200
    assert client.get(page(visit, "visit_room")).url == page(visit)
    assert client.get(page(visit, "visit_guests")).url == page(visit)
    assert ask(client, page(visit, "visit_ticket"), "visit_ticket").status_code == 403
    forms = client.get(page(visit, "visit_forms")).content.decode()
    assert "reason" not in forms
    own = client.get("/me/record/").content.decode()
    assert f"who={visit.patient_id}" not in own
    assert client.get(f"/me/record/?who={visit.patient_id}").status_code == 404
    last = make_appointment(
        patient=visit.patient, starts_at=monday(weeks=-3), status=Status.COMPLETED
    )
    make_summary(last, agreed="Canaryagreed", medicine="Canarymedicine")
    for path in ("/me/", "/me/visits/", page(last)):
        shown = client.get(path).content.decode()
        assert "Canary" not in shown, path
        assert "What was agreed" not in shown, path


# ── the first page ──


def test_the_first_page_takes_ten_queries_at_most_with_all_there_can_be_on_it(client, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_1"
    make_consent_texts()
    patient = make_patient()
    service = make_service()
    last = make_appointment(
        service=service, patient=patient, starts_at=monday(weeks=-3), status=Status.COMPLETED
    )
    make_summary(last, agreed="Walk each day")
    provider = last.provider
    soon = timezone.now() + timedelta(hours=3)
    coming = make_appointment(service=service, provider=provider, patient=patient, starts_at=soon)
    for week in (2, 3, 4):
        make_appointment(
            service=service, provider=provider, patient=patient, starts_at=monday(weeks=week)
        )
    make_entry(service=service, email=patient.email)
    make_charge(last, amount=9_000, by="test", reason="x")
    sign_in(client, patient)
    client.get("/me/")
    with CaptureQueriesContext(connection) as queries:
        shown = client.get("/me/").content.decode()
    assert page(coming) in shown
    assert page(coming, "visit_forms") in shown
    assert page(last) in shown
    assert reverse("portal:follow_up", args=[last.pk]) in shown
    assert "waitlist" in shown
    assert "To pay" in shown
    assert len(queries) <= MOST_QUERIES, [query["sql"] for query in queries]


def test_the_page_of_visits_shows_what_was_agreed(client):
    patient = make_patient()
    last = make_appointment(patient=patient, starts_at=monday(weeks=-3), status=Status.COMPLETED)
    make_summary(last, agreed="Walk each day")
    sign_in(client, patient)
    assert "Walk each day" in client.get("/me/visits/").content.decode()
    assert "Walk each day" in client.get(page(last)).content.decode()
    assert links.page(last) not in client.get(page(last)).content.decode()
    make_practice(after_visit_days=7)  # the clinic lets nobody read it any more
    for path in ("/me/", "/me/visits/", page(last)):
        shown = client.get(path).content.decode()
        assert "Walk each day" not in shown, path
        assert "What was agreed" not in shown, path

"""The forms before a visit: kept as typed, gone on with elsewhere, never in anybody's way."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from appointments import links
from appointments.emails import visit_emails
from appointments.links import HANDED, Purpose
from appointments.models import Status
from core.mail.models import OutgoingEmail
from tests.factories import make_appointment, make_patient, make_service
from tests.visits.intake_steps import GAD, PHQ, address, make_tomorrow, send, sign
from visits.intake.form_names import FORMS, USUAL_RETURNING
from visits.models.intake import IntakePlan, QuestionnaireResponse

pytestmark = pytest.mark.django_db


def test_what_is_typed_is_kept_at_once_and_gone_on_with_on_another_device(client):
    visit = make_tomorrow()
    page = client.get(address(visit, "form", "reason"))
    assert "no-store" in page["Cache-Control"]
    assert "noindex" in page["X-Robots-Tag"]
    saved = client.post(address(visit, "form_save", "reason"), {"reason": "I want to st"})
    assert "Saved at" in saved.text
    elsewhere = Client().get(address(visit, "form", "reason")).text
    assert "I want to st" in elsewhere
    assert "error-summary" not in elsewhere
    assert "Begun, not sent yet" in Client().get(address(visit)).text


def test_a_form_that_lacks_something_says_so_beside_the_field_and_keeps_what_was_typed(client):
    visit = make_tomorrow()
    back = send(client, visit, "pharmacy", name="", town="Main Street", phone="12")
    assert back.redirect_chain[0][1] == 302, "neither Back nor Reload asks to send it again"
    assert "Please write its name" in back.text
    assert 'value="Main Street"' in back.text
    assert 'value="12"' in back.text
    assert not QuestionnaireResponse.objects.submitted().exists()
    skipped = send(client, visit, "pharmacy", name="", town="Main Street", skip="1")
    assert "Please write its name" not in skipped.text
    assert QuestionnaireResponse.objects.get(form="pharmacy").answers["town"] == "Main Street"


def test_each_question_without_an_answer_is_named_among_the_things_to_fix(client):
    summary = send(client, make_tomorrow(), "phq-9").text.partition('class="error-summary"')[2]
    summary = summary.partition("</ul>")[0]
    assert summary.count("Please choose one.") == len(PHQ)
    assert ">Please choose one." not in summary


def test_one_form_leads_to_the_next_that_is_open_and_the_last_to_the_list(client):
    visit = make_tomorrow()
    IntakePlan.objects.create(service=visit.service, forms=["gad-7", "reason", "telehealth"])
    assert "Why you are coming" in client.get(address(visit)).text
    after = send(client, visit, "gad-7", **GAD)
    assert after.request["PATH_INFO"] == address(visit, "form", "telehealth")
    after = sign(client, visit, "telehealth")
    assert after.request["PATH_INFO"] == address(visit), "who has passed one is not asked again"
    assert "Go on" in after.text
    after = send(client, visit, "reason", reason="To sleep.")
    assert after.request["PATH_INFO"] == address(visit)
    assert "All done" in after.text
    assert "All questions are answered" in client.get(links.page(visit)).text


def test_a_screener_is_scored_when_it_is_whole_and_never_shown_to_the_patient(client):
    visit = make_tomorrow()
    partly = {key: points for key, points in GAD.items() if key != "afraid"}
    back = send(client, visit, "gad-7", **partly)
    assert "Please choose one" in back.text
    assert QuestionnaireResponse.objects.get().score is None
    done = send(client, visit, "gad-7", **GAD)
    assert QuestionnaireResponse.objects.get().score == {"total": 14, "band": "moderate"}
    assert "moderate" not in done.text
    changed = client.post(address(visit, "form_save", "gad-7"), GAD | {"afraid": "0"})
    assert changed.status_code == 200
    assert QuestionnaireResponse.objects.get().score is None, "a draft again"
    client.post(address(visit, "form", "gad-7"), GAD | {"afraid": "7"})
    assert QuestionnaireResponse.objects.get().score is None, "no choice of that item"


def test_managers_choose_what_a_service_asks_and_without_that_it_asks_the_usual(client):
    first = make_tomorrow()
    shown = client.get(address(first)).text
    assert [name for name in FORMS.values() if str(name) not in shown] == []
    again = make_tomorrow(service=make_service(audience="returning"))
    shown = client.get(address(again)).text
    assert [form for form, name in FORMS.items() if str(name) in shown] == [*USUAL_RETURNING]
    nothing = make_tomorrow(service=make_service())
    IntakePlan.objects.create(service=nothing.service, forms=[])
    assert "There is nothing to fill in" in client.get(address(nothing)).text
    assert "Before your visit" not in client.get(links.page(nothing)).text
    assert client.post(address(nothing, "form", "reason"), {"reason": "x"}).status_code == 302
    assert not QuestionnaireResponse.objects.exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"hours": 49}, "you can answer a few questions here"),
        ({"hours": -3}, "The visit is over"),
        ({"status": Status.CANCELLED}, "does not take place"),
        ({"status": Status.COMPLETED}, "does not take place"),
        ({"status": Status.EXPIRED}, "does not take place"),
        ({"status": Status.NO_SHOW}, "does not take place"),
    ],
)
def test_where_nothing_can_be_filled_in_the_page_says_why_and_nothing_is_kept(
    client, values, words
):
    given = {key: value for key, value in values.items() if key != "hours"}
    visit = make_tomorrow(
        starts_at=timezone.now() + timedelta(hours=values.get("hours", 24)), **given
    )
    assert words in client.get(address(visit)).text
    assert words in client.get(address(visit, "form", "reason"), follow=True).text
    assert words in send(client, visit, "reason", reason="x").text
    assert words in sign(client, visit, "records").text
    late = client.post(address(visit, "form_save", "reason"), {"reason": "x"})
    assert (late.status_code, "can no longer be changed" in late.text) == (409, True)
    assert not QuestionnaireResponse.objects.exists()
    assert not visit.signatures.exists()


def test_a_browser_that_only_booked_is_sent_to_the_mail(client):
    visit = make_tomorrow()
    send(client, visit, "reason", reason="Canary words")
    handed = HANDED[Purpose.VISIT].sign(visit.key)
    path = address(visit, "form", "reason").replace(links.token(visit), handed)
    assert "only the link in our mail" in client.get(path, follow=True).text
    assert "Canary" not in client.get(path, follow=True).text
    assert client.post(path, {"reason": "other"}).status_code == 302
    assert QuestionnaireResponse.objects.get().answers["reason"] == "Canary words"
    page = client.get(links.handed_page(visit, "visit")).text
    assert "The link in our mail leads to a few questions" in page


def test_no_other_purpose_and_no_unknown_form_opens_anything(client):
    visit = make_tomorrow()
    other = links.token(visit, Purpose.CALENDAR)
    path = address(visit, "form", "reason")
    assert client.get(path.replace(links.token(visit), other)).status_code == 404
    assert client.get(path.replace("reason", "nothing")).status_code == 404
    assert client.get(address(visit, "form_save", "reason")).status_code == 405
    assert client.get(address(visit, "form_revoke", "records")).status_code == 405
    secure = Client(enforce_csrf_checks=True)
    assert secure.post(path, {"reason": "x"}).status_code == 403


def test_what_lasts_is_there_next_time_for_the_same_address_alone(client):
    patient = make_patient()
    first = make_tomorrow(patient=patient)
    send(client, first, "pharmacy", name="Corner Drugs", phone="615 555 0142")
    send(client, first, "reason", reason="To sleep.")
    second = make_tomorrow(patient=patient, starts_at=first.starts_at + timedelta(hours=2))
    page = client.get(address(second, "form", "pharmacy")).text
    assert "Corner Drugs" in page
    assert "what you wrote last time" in page
    assert "To sleep" not in client.get(address(second, "form", "reason")).text
    elsewhere = make_tomorrow(
        patient=patient, email="new@example.org", starts_at=first.starts_at + timedelta(hours=4)
    )
    assert "Corner Drugs" not in client.get(address(elsewhere, "form", "pharmacy")).text


def test_answers_are_in_no_mail_cache_or_column_that_can_be_read(client, settings, caplog):
    visit = make_tomorrow()
    cache.clear()
    send(client, visit, "health", medicines="Canary 8 mg", allergies="Canary", pregnancy="yes")
    send(client, visit, "phq-9", **(PHQ | {"better_off_dead": "3"}))
    sign(client, visit, "records", name="Canary Whitfield")
    from django.core import serializers
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("visits_questionnaireresponse", "visits_signedcopy"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            assert not any("anary" in row or "pregnan" in row for (row,) in cursor.fetchall())
    assert "anary" not in serializers.serialize("json", OutgoingEmail.objects.all())
    assert "anary" not in caplog.text
    client_keys = cache._cache.get_client().keys("*")
    values = [cache._cache.get_client().get(key) for key in client_keys if b"LIMITS" not in key]
    assert not any(b"anary" in value for value in values if isinstance(value, bytes))


def test_more_than_a_person_types_is_refused_before_anything_is_written(client, settings):
    settings.LIMITS = settings.LIMITS | {"answers": "2/hour"}
    visit = make_tomorrow()
    for _ in range(2):
        client.post(address(visit, "form_save", "reason"), {"reason": "x"})
    assert client.post(address(visit, "form_save", "reason"), {"reason": "y"}).status_code == 429
    assert QuestionnaireResponse.objects.get().answers["reason"] == "x"


def test_a_visit_long_booked_asks_nothing_on_its_page_until_two_days_before(client):
    visit = make_appointment(starts_at=timezone.now() + timedelta(days=5))
    assert "Before your visit" not in client.get(links.page(visit)).text


def test_a_reminder_says_that_questions_wait_and_nothing_of_them(client):
    asked, done = make_tomorrow(), make_tomorrow()
    IntakePlan.objects.create(service=done.service, forms=["reason"])
    send(client, done, "reason", reason="To sleep.")
    for visit in (asked, done):
        visit_emails.reminder(visit, 24, not_after=visit.starts_at)
    mails = OutgoingEmail.objects.filter(template="appointment_reminder")
    to_asked, to_done = (mails.get(to=visit.email) for visit in (asked, done))
    words = "a few questions to answer before"
    assert [words in to_asked.text, words in to_asked.html] == [True, True]
    assert words not in to_done.text

"""Who thinks of dying is shown whom to call at once, and is a red task until somebody looks."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from appointments.models import Appointment, Patient
from core.mail.models import OutgoingEmail
from tests.core.staff.people import make_staff, sign_in
from tests.factories import make_appointment, make_provider
from tests.visits.intake_steps import PHQ, address, make_tomorrow, send
from visits.intake import answers
from visits.models.intake import QuestionnaireResponse, SafetyAlert

pytestmark = pytest.mark.django_db
CARD = "You do not have to be alone with it now."
URGENT = PHQ | {"better_off_dead": "1"}


def test_whom_to_call_is_shown_before_anything_else_goes_on(client):
    visit = make_tomorrow()
    form = client.get(address(visit, "form", "phq-9")).text
    # The head of every page has those numbers; what is meant are the words around them.
    assert CARD in form, "it stands on the form, hidden until that answer is chosen"
    assert CARD not in client.get(address(visit, "form", "gad-7")).text
    after = send(client, visit, "phq-9", **URGENT)
    assert CARD in after.text
    assert "Before you go on" in after.text
    card = after.text.partition(CARD)[2].partition("</div>")[0]
    for link in ("tel:988", "sms:988", "tel:911"):
        assert f'href="{link}"' in card
    spanish = client.get("/es" + address(visit, "form", "phq-9")).text.partition("crisis-now")[2]
    assert 'href="sms:988?&amp;body=AYUDA"' in spanish.partition("</ul>")[0], "else in English"
    assert address(visit, "form", "gad-7") in after.text, "from there it goes on"
    calm = send(client, make_tomorrow(), "phq-9", **(PHQ | {"better_off_dead": "0"}))
    assert CARD not in calm.text
    assert SafetyAlert.objects.count() == 1


def test_it_is_heard_before_the_form_is_sent_off_and_once(client):
    visit = make_tomorrow(provider=make_provider(email="provider@example.org"))
    save = address(visit, "form_save", "phq-9")
    client.post(save, {"better_off_dead": "2"})
    alert = SafetyAlert.objects.get()
    client.post(save, {"better_off_dead": "0"})
    client.post(save, {"better_off_dead": "3"})
    assert SafetyAlert.objects.get() == alert
    [mail] = OutgoingEmail.objects.filter(template="provider_look_now")
    assert mail.to == visit.provider.email
    assert visit.patient.last_name not in mail.subject + mail.text
    assert "988" not in mail.text
    assert f"/admin/visit-answers/{visit.pk}/" in mail.text


def test_what_is_worse_than_what_somebody_looked_at_is_a_task_anew(client):
    visit = make_tomorrow(provider=make_provider(email="provider@example.org"))
    save, by = address(visit, "form_save", "phq-9"), "staff: Robin Example"
    mails = OutgoingEmail.objects.filter(template="provider_look_now")

    def answer(points: str, **other: str) -> bool:
        """Whether it is a task after this answer; then somebody looks after it."""
        client.post(save, {"better_off_dead": points, **other})
        is_open = SafetyAlert.objects.open().exists()
        for alert in SafetyAlert.objects.open():
            answers.handle_alert(alert.pk, by=by)
        return is_open

    assert answer("1")
    assert not answer("1", low_mood="3"), "they looked at that"
    assert answer("2")
    assert not answer("1")
    assert not answer("0")
    assert answer("1"), "it is back"
    assert (SafetyAlert.objects.count(), mails.count()) == (1, 3)


def test_it_stands_in_red_on_top_of_what_there_is_to_do_until_somebody_has_looked(client):
    visit = make_tomorrow()
    send(client, visit, "phq-9", **URGENT)
    staff = sign_in(Client(), make_staff("clinician"))
    to_do = staff.get("/admin/to-do/").text
    headings = re.findall("<h2[^>]*>([^<]*)</h2>", to_do[to_do.index("content-main") :])
    assert headings[0] == "Speak with them now"
    assert visit.patient.last_name in to_do
    page = f"/admin/visit-answers/{visit.pk}/"
    shown = staff.get(page).text
    assert "10 of 27, moderate" in shown or "9 of 27, mild" in shown
    [alert] = SafetyAlert.objects.all()
    other = f"/admin/visit-answers/{make_tomorrow().pk}/"
    assert staff.post(other, {"step": "handled", "row": alert.pk}).status_code == 404
    done = staff.post(page, {"step": "handled", "row": alert.pk}, follow=True).text
    assert "Noted: you have looked after it." in done
    assert "Speak with them now" not in staff.get("/admin/to-do/").text
    again = staff.post(page, {"step": "handled", "row": alert.pk}, follow=True).text
    assert "Somebody else has looked after it already." in again
    alert.refresh_from_db()
    assert alert.handled_by


def test_a_restricted_patient_stands_after_the_visit_before_those_alone_who_may_find_them(client):
    visit = make_tomorrow()
    send(client, visit, "phq-9", **URGENT)
    Patient.objects.filter(pk=visit.patient_id).update(restricted_at=timezone.now())
    past = make_appointment(
        patient=visit.patient, starts_at=visit.starts_at - timedelta(days=4), status="completed"
    )
    QuestionnaireResponse.objects.update(appointment=past)
    Appointment.objects.filter(pk=visit.pk).update(status="cancelled")
    for role, finds in (("clinician", False), ("manager", True)):
        to_do = sign_in(Client(), make_staff(role)).get("/admin/to-do/").text
        assert (visit.patient.last_name in to_do) is finds, role


def test_only_whose_work_it_is_reads_answers(client):
    visit = make_tomorrow()
    send(client, visit, "reason", reason="Canary words")
    page = f"/admin/visit-answers/{visit.pk}/"
    for role, status, reads in [
        ("clinician", 200, True),
        ("manager", 200, True),
        ("front desk", 200, False),
        ("editor", 403, False),
    ]:
        answer = sign_in(Client(), make_staff(role)).get(page)
        assert (answer.status_code, "Canary words" in answer.text) == (status, reads), role

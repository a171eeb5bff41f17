"""The desk's side: the inbox, an answer, who has taken it, two at once, handing over."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent
from messaging import drafts, workflow
from messaging.models import Draft, Message, MessagingRules, ReplyTemplate, Thread
from tests.appointments.staff_clients import signed_in
from tests.core.staff.people import make_staff
from tests.factories import make_patient
from tests.messaging.writing import WORDS, answer, make_thread, pdf, write
from tests.portal.signing_in import add_patient, make_account

pytestmark = pytest.mark.django_db
INBOX = "/admin/messages/"


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_MFA_REQUIRED = False


def path_of(thread: Thread) -> str:
    return f"{INBOX}{thread.pk}/"


def typed(thread: Thread, text: str = "In the morning.", **more: object) -> dict[str, object]:
    return {"step": "send", "text": text, "seen": workflow.last_key(thread)} | more


def test_the_inbox_has_what_is_mine_by_team_and_says_what_is_late():
    care = make_thread(make_patient(last_name="Canarycare"))
    make_thread(make_patient(last_name="Canarydesk"), topic="cost")
    long_ago = timezone.now() - timedelta(days=9)
    Thread.objects.filter(pk=care.pk).update(waiting_since=long_ago, due_at=long_ago)
    clinician, desk, manager = map(signed_in, ("clinician", "front desk", "manager"))
    assert "Canarycare" in clinician.get(INBOX).text
    assert "Canarydesk" not in clinician.get(INBOX).text
    assert "Canarycare" not in desk.get(INBOX).text
    assert "an answer was promised by" in clinician.get(INBOX).text
    assert "2 patients wait for an answer." in manager.get("/admin/to-do/").text
    assert "1 longer than was said" in manager.get("/admin/to-do/").text
    assert "Canary" not in manager.get("/admin/to-do/").text
    workflow.assign(care, make_staff("clinician", name="Anna Berg"))
    assert "Canarycare" not in clinician.get(INBOX).text
    everything = clinician.get(f"{INBOX}?show=open").text
    assert "Canarycare" in everything
    assert "Anna Berg" in everything
    for role in ("editor", "newsletter editor", "privacy officer"):
        other = signed_in(role)
        assert other.get(INBOX).status_code == 403
        assert other.get(path_of(care)).status_code == 403
        assert other.post(path_of(care), typed(care)).status_code == 403


def test_an_answer_is_sent_told_of_and_named_and_the_trail_has_who_read_what():
    thread = make_thread()
    clinician = signed_in("clinician", name="Anna Berg")
    page = clinician.get(path_of(thread)).text
    assert WORDS in page
    assert clinician.post(path_of(thread), typed(thread, uploads=[pdf()])).status_code == 302
    message = Message.objects.get(from_clinic=True)
    assert (message.text, message.author) == ("In the morning.", "Anna Berg")
    assert message.attachments.count() == 1
    thread.refresh_from_db()
    assert (thread.status, thread.due_at) == ("answered", None)
    assert str(thread.assigned) == "Anna Berg"
    assert OutgoingEmail.objects.filter(template="message_new").count() == 1
    assert "not read yet" in clinician.get(path_of(thread)).text
    seen = AuditEvent.objects.filter(email=thread.assigned.email)
    by_model = {event.model: event for event in seen.filter(action="view")}
    assert by_model["messaging.thread"].object_pks == [str(thread.pk)]
    assert by_model["appointments.patient"].object_pks == [str(thread.patient_id)]
    assert seen.filter(action="act:message_send", object_pks=[str(thread.pk)]).exists()
    assert clinician.get(INBOX).text.count("Canarywords") == 0


def test_of_two_colleagues_who_answer_at_once_the_second_reads_first():
    thread = make_thread()
    one, two = signed_in("clinician", name="Anna Berg"), signed_in("clinician")
    seen = workflow.last_key(thread)
    one.post(f"{path_of(thread)}draft/", {"text": "I beg", "seen": seen})
    beside = two.post(f"{path_of(thread)}draft/", {"text": "Also", "seen": seen}).text
    assert "Anna Berg is writing an answer, too." in beside
    one.post(path_of(thread), typed(thread, "First."))
    late = two.post(f"{path_of(thread)}draft/", {"text": "Also this", "seen": seen}).text
    assert "Something new stands in this thread" in late
    again = two.post(path_of(thread), typed(thread, "Second.", seen=seen), follow=True).text
    assert "Nothing was sent: somebody wrote" in again
    assert "Second." in again
    assert Message.objects.filter(from_clinic=True).count() == 1
    assert two.post(path_of(thread), typed(thread, "Second.")).status_code == 302
    assert Message.objects.filter(from_clinic=True).count() == 2


def test_pressing_send_twice_is_one_answer():
    thread, clinician = make_thread(), signed_in("clinician")
    clinician.post(f"{path_of(thread)}draft/", {"text": "Yes."})
    once = Draft.objects.get().once
    for _ in range(2):
        clinician.post(path_of(thread), typed(thread, "Yes.", once=once))
    assert Message.objects.filter(from_clinic=True).count() == 1


def test_an_answer_without_words_is_not_sent_and_what_is_kept_waits():
    thread, clinician = make_thread(), signed_in("clinician")
    page = clinician.post(path_of(thread), typed(thread, " "), follow=True).text
    assert "Please write your message first." in page
    clinician.post(path_of(thread), {"step": "keep", "text": "Half an ans"})
    assert "Half an ans" in clinician.get(path_of(thread)).text
    assert "Half an ans" not in signed_in("clinician").get(path_of(thread)).text
    clinician.post(path_of(thread), {"step": "discard"})
    assert "Half an ans" not in clinician.get(path_of(thread)).text


def test_a_template_comes_in_the_patient_s_language_below_what_was_typed():
    patient = make_patient(first_name="Luz", language="es")
    thread = make_thread(patient)
    Thread.objects.update(language="es")
    kept = ReplyTemplate.objects.create(
        name="Morning", text="Good day {name}.", text_es="Buenos días, {name}. {other}"
    )
    ReplyTemplate.objects.create(name="Of the desk alone", text="x", team="desk")
    clinician = signed_in("clinician")
    assert "Of the desk alone" not in clinician.get(path_of(thread)).text
    posted = {"step": "template", "template": kept.pk, "text": "Hola"}
    page = clinician.post(path_of(thread), posted, follow=True).text
    assert "Hola\n\nBuenos días, Luz. {other}" in page.replace("\r", "")


def test_a_thread_is_taken_given_back_handed_over_closed_and_opened():
    thread, desk = make_thread(topic="cost"), signed_in("front desk", name="Robin Vale")
    path = path_of(thread)
    for step in ({"step": "take"}, {"step": "assign", "to": ""}, {"step": "close"}):
        desk.post(path, step)
    thread.refresh_from_db()
    assert (thread.assigned, thread.status, thread.closed_by) == (None, "closed", "Robin Vale")
    assert thread.due_at is None
    assert "It was closed already" in desk.post(path, {"step": "close"}, follow=True).text
    desk.post(path, {"step": "reopen"})
    desk.post(path, {"step": "assign", "to": make_staff("editor").pk})
    thread.refresh_from_db()
    assert (thread.assigned, thread.status) == (None, "answered"), "an editor answers nobody"
    handed = desk.post(path, {"step": "team", "team": "care"})
    assert handed["Location"] == INBOX, "it is not theirs to read any more"
    assert desk.get(path).status_code == 403
    assert signed_in("clinician").get(path).status_code == 200


def test_a_thread_of_a_clinician_who_left_is_nobody_s():
    gone = make_staff("clinician", name="Anna Berg")
    thread = make_thread(make_patient(last_name="Canaryvale"))
    workflow.assign(thread, gone)
    answer(thread, gone)
    gone.is_active = False
    gone.save()
    Thread.objects.update(status="waiting", waiting_since=timezone.now(), due_at=timezone.now())
    clinician = signed_in("clinician")
    listed = clinician.get(INBOX).text
    assert "nobody: Anna Berg does not work here any more" in listed
    page = clinician.get(path_of(thread)).text
    assert "nobody (Anna Berg has left)" in page
    assert "Anna Berg" in page, "what she wrote stands under her name"


def test_restricted_patients_are_found_by_those_alone_who_may():
    thread = make_thread(make_patient(last_name="Canaryvale"))
    thread.patient.restricted_at = timezone.now()
    thread.patient.save()
    for role, finds in (("clinician", False), ("manager", True)):
        assert ("Canaryvale" in signed_in(role).get(f"{INBOX}?show=open").text) is finds, role
    assert signed_in("clinician").get(path_of(thread)).status_code == 404
    assert signed_in("manager").get(path_of(thread)).status_code == 200
    assert (
        signed_in("manager").get(f"/admin/patients/{thread.patient_id}/message/").status_code == 404
    )


def test_the_clinic_writes_first_to_the_one_who_shall_read_it():
    child, clinician = make_patient(first_name="Ada"), signed_in("clinician")
    path = f"/admin/patients/{child.pk}/message/"
    assert "have not signed in to their own place yet" in clinician.get(path).text
    parent, own = make_account(make_patient()), make_account(child)
    add_patient(parent, child, relation="ward", basis="staff")
    add_patient(make_account(make_patient()), child, relation="other", basis="consent")
    page = clinician.get(path).text
    assert "lets me book" not in page
    assert page.index("Myself") < page.index("Someone I am the legal guardian of")
    clinician.post(path, {"step": "send", "topic": "cost", "text": "x", "reader": own.pk})
    assert not Thread.objects.exists(), "cost is for the front desk"
    stale = make_account(child)
    stale.points.update(value="corrected-since@example.org")
    clinician.post(path, {"step": "send", "topic": "care", "text": "A word", "reader": stale.pk})
    assert not Thread.objects.exists(), "neither they, who see it no more, nor another instead"
    assert "A word" in clinician.get(path).text
    for reader in (own, parent):
        words = {"step": "send", "topic": "care", "text": "A word", "reader": reader.pk}
        assert clinician.post(path, words).status_code == 302
    assert [thread.account for thread in Thread.objects.order_by("pk")] == [own, parent]
    assert OutgoingEmail.objects.filter(template="message_new").count() == 2
    shown = signed_in("manager").get(f"/admin/appointments/patient/{child.pk}/change/").text
    assert len(re.findall(r"/admin/messages/\d+/", shown)) == 2


def test_staff_are_mailed_a_count_once_in_half_an_hour_and_nobody_is_named():
    clinician = make_staff("clinician")
    thread = make_thread(make_patient(last_name="Canaryvale"))
    write(thread)
    make_thread()
    mails = OutgoingEmail.objects.filter(to=clinician.email)
    assert mails.count() <= 2, "the half hour may have turned meanwhile"
    assert "1 person waits" in mails.earliest("pk").text
    assert not any("Canary" in mail.text + mail.subject for mail in mails)


def test_managers_set_when_messages_are_answered_and_what_answers_begin_with():
    manager = signed_in("manager")
    path = "/admin/messaging/messagingrules/1/change/"
    values = {"is_open": "on", "opens": "9:00 AM", "closes": "5:00 PM", "answer_hours": "4"}
    assert "Choose one day at least" in manager.post(path, values).text
    assert manager.post(path, values | {"weekdays": ["0", "5"]}).status_code == 302
    rules = MessagingRules.current()
    assert (rules.weekdays, rules.answer_hours) == ([0, 5], 4)
    wrong = values | {"weekdays": ["0"], "closes": "8:00 AM"}
    assert "a closing time later than the opening time" in manager.post(path, wrong).text
    assert signed_in("clinician").get(path).status_code == 403
    answered = manager.post("/admin/messaging/replytemplate/add/", {"name": "A", "text": "B"})
    assert answered.status_code == 302


def test_a_patient_without_an_address_or_an_account_is_called():
    thread = make_thread(make_patient(), account=make_account(make_patient(), by_phone=True))
    clinician = signed_in("clinician")
    assert "they are not told that there is an answer" in clinician.get(path_of(thread)).text
    Thread.objects.update(account=None)
    assert "They have no account any more" in clinician.get(path_of(thread)).text


def test_a_draft_of_the_staff_counts_as_writing_for_ten_minutes():
    thread, other = make_thread(), make_staff("clinician", name="Anna Berg")
    drafts.keep(drafts.of_staff(other, thread), "x")
    Draft.objects.update(saved_at=timezone.now() - timedelta(minutes=11))
    assert "Anna Berg is writing" not in signed_in("clinician").get(path_of(thread)).text

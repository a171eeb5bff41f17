"""What a patient does with messages: begin a matter, read, answer, keep, settle."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from core.mail.models import OutgoingEmail
from core.sms.models import OutgoingText
from messaging import drafts, workflow
from messaging.emails import number_of
from messaging.models import Draft, Message, MessagingRules, Thread
from messaging.tasks import purge_drafts
from portal import contact_preferences
from portal.models import ContactPoint
from tests.core.sms.factories import agree
from tests.core.staff.people import make_staff
from tests.factories import (
    make_appointment,
    make_patient,
    make_provider,
    make_service,
    make_time_off,
)
from tests.messaging.writing import NEW, WORDS, answer, make_thread, sent, write
from tests.pages.factories import make_practice
from tests.portal.signing_in import add_patient, make_account, make_idle, sign_in, sign_in_to

pytestmark = pytest.mark.django_db
LIST = "/me/messages/"


def page_of(thread: Thread) -> str:
    return f"{LIST}{thread.key}/"


def test_a_question_is_asked_answered_and_read_and_no_word_of_it_is_mailed(client):
    account = sign_in(client, make_patient(first_name="Grace"))
    clinician = make_staff("clinician", name="Anna Berg")
    posted = client.post(NEW, sent(), follow=True)
    thread = Thread.objects.get()
    assert posted.redirect_chain[-1][0] == f"{page_of(thread)}?sent=1#last"
    assert "We have it." in posted.text
    assert "You can expect an answer by" in posted.text
    assert (thread.account, thread.team, thread.status) == (account, "care", "waiting")
    answer(thread, clinician)
    assert "1 new message" in client.get("/me/").text
    listed = client.get(LIST).text
    assert "1 new" in listed
    read = client.get(page_of(thread))
    assert "Yes, in the morning." in read.text
    assert "Anna Berg" in read.text
    assert "1 new" in client.get(LIST).text  # whatever fetches a page has not read it
    client.post(*read_form(read))
    assert "1 new" not in client.get(LIST).text
    assert Message.objects.unread_by_patient().count() == 0
    mails = OutgoingEmail.objects.all()
    assert {mail.template for mail in mails} == {"staff_messages_waiting", "message_new"}
    told = "".join(mail.subject + mail.text + mail.html for mail in mails)
    assert not re.search("Canarywords|morning|Anna|Grace|medicine", told)
    for response in (posted, read):
        assert "no-store" in response["Cache-Control"]
        assert re.search("<title>[^<]*</title>", response.text)[0] == "<title>Message</title>"
        assert 'href="tel:988"' in response.text
        assert 'href="tel:911"' in response.text


def read_form(page) -> tuple[str, dict[str, str]]:
    """Where a page of a matter says by itself that it was read, and up to which message."""
    [path] = re.findall(r'action="([^"]+/read/)"', page.text)
    assert f'data-hx-post="{path}" data-hx-trigger="load"' in page.text
    return path, {"newest": re.search(r'name="newest" value="(\d+)"', page.text)[1]}


def test_reading_ends_with_what_stood_on_the_page_and_is_of_ones_own_alone(client):
    account = sign_in(client, make_patient())
    clinician = make_staff("clinician")
    thread = make_thread(account.own_record, account=account)
    answer(thread, clinician)
    path, newest = read_form(client.get(page_of(thread)))
    answer(thread, clinician, "And in the evening.")
    unread = Message.objects.unread_by_patient()
    stranger = Client()
    sign_in(stranger, make_patient(email="other@example.org"))
    assert stranger.post(path, newest).status_code == 404
    assert client.get(path).status_code == 405
    client.post(path, {"newest": "x"})
    assert unread.count() == 2
    told = client.post(path, newest, headers={"HX-Request": "true"})
    assert (told.status_code, unread.get().text) == (204, "And in the evening.")
    sending = read_form(client.get(page_of(thread)))[1]  # without scripts: an answer says it too
    client.post(page_of(thread), sent() | sending)
    assert not unread.exists()
    assert "/read/" not in client.get(page_of(thread)).text


def test_what_was_read_is_told_of_by_no_mail(client):
    account = sign_in(client, make_patient())
    clinician = make_staff("clinician")
    one, other = make_thread(account.own_record, account=account), None
    answer(one, clinician)
    other = make_thread(account.own_record, account=account, topic="cost")
    answer(other, make_staff("front desk"))
    waiting = OutgoingEmail.objects.filter(template="message_new", status="waiting")
    assert waiting.count() == 1, "several at once are one mail"
    client.post(*read_form(client.get(page_of(one))))
    assert waiting.count() == 1, "the other is not read yet"
    seen = client.get(page_of(other))
    assert waiting.count() == 1, "a browser that fetches ahead has read nothing"
    client.post(*read_form(seen))
    assert waiting.count() == 0


def test_a_mistake_is_said_and_nothing_typed_is_lost(client):
    sign_in(client, make_patient())
    answered = client.post(NEW, sent(topic=""), follow=True)
    assert "Please choose what it is about" in answered.text
    assert WORDS in answered.text
    assert "<title>Error:" in answered.text
    again = client.post(NEW, sent(text="  "), follow=True)
    assert "Please write your message first." in again.text
    long = client.post(NEW, sent(text="x" * 4001), follow=True)
    assert "At most 4000 characters fit; yours has 4001." in long.text
    assert not Message.objects.exists()


def test_what_is_typed_outlives_a_sign_out_and_is_thrown_away_when_asked(client):
    account = sign_in(client, make_patient())
    kept = client.post(f"{NEW}draft/", {"text": WORDS, "topic": "care"})
    assert "Kept at" in kept.text
    make_idle(account.devices.get(), minutes=24 * 60)
    door = client.post(f"{NEW}draft/", {"text": "lost"}, headers={"HX-Request": "true"})
    assert "/me/sign-in/" in door["HX-Redirect"]
    other = Client()
    sign_in_to(other, account)
    assert WORDS in other.get(NEW).text
    other.post(NEW, {"discard": "1"})
    assert WORDS not in other.get(NEW).text
    assert not Draft.objects.exists()


def test_pressing_send_twice_is_one_message_and_no_draft_comes_back(client):
    account = sign_in(client, make_patient())
    page = client.get(NEW).text
    client.post(f"{NEW}draft/", {"text": WORDS, "topic": "care"})
    once = Draft.objects.get().once
    first = client.post(NEW, sent(once=once))
    second = client.post(NEW, sent(once=once))
    late = client.post(f"{NEW}draft/", {"text": WORDS, "topic": "care", "once": once})
    assert first["Location"] == second["Location"]
    assert "sent already" in late.text
    assert Message.objects.count() == 1
    assert not Draft.objects.exists()
    once = re.search(r'name="once" value="([^"]+)"', page)[1]
    for _ in range(2):
        client.post(NEW, sent(once=once, text="Without a draft before"))
    assert Message.objects.count() == 2
    draft = drafts.keep(drafts.of_patient(account, None), "At once", patient=account.own_record)
    assert len({workflow.send_from_patient(draft) for _ in range(2)}) == 1
    assert Message.objects.count() == 3


def test_who_writes_again_waits_no_longer_than_they_were_told_first():
    thread = make_thread()
    told = (thread.waiting_since, thread.due_at)
    with time_machine.travel(timezone.now() + timedelta(hours=30)):
        again = write(thread)
    assert (again.waiting_since, again.due_at) == told


def test_a_save_that_is_on_its_way_while_the_message_goes_leaves_no_copy_of_it():
    thread = make_thread()
    typed = drafts.keep(drafts.of_patient(thread.account, thread), "One more")
    on_its_way = drafts.of_patient(thread.account, thread)
    workflow.send_from_patient(typed)
    drafts.keep(on_its_way, "One more thing", once=on_its_way.once)
    assert not Draft.objects.exists()
    assert Message.objects.count() == 2


def test_a_closed_matter_is_open_again_when_somebody_writes_in_it(client):
    account = sign_in(client, make_patient())
    thread = make_thread(account.own_record, account=account)
    client.post(f"{page_of(thread)}settle/")
    thread.refresh_from_db()
    assert (thread.status, thread.closed_by, thread.due_at) == ("closed", "", None)
    assert "This matter is settled" in client.get(page_of(thread)).text
    client.post(page_of(thread), sent(text="One more thing"))
    thread.refresh_from_db()
    assert (thread.status, thread.closed_at) == ("waiting", None)


def test_whose_matter_it_is_is_asked_where_an_account_sees_several_records(client):
    account = sign_in(client, make_patient(first_name="Grace"))
    child = make_patient(first_name="Ada")
    add_patient(account, child, relation="ward", basis="staff")
    account.forget_cached()
    asked = client.post(NEW, sent(), follow=True)
    assert "Please choose whom it is about." in asked.text
    stranger = make_patient()
    client.post(NEW, sent(patient=stranger.pk))
    assert not Thread.objects.exists()
    assert not Draft.objects.filter(patient=stranger).exists()
    client.post(NEW, sent(patient=child.pk))
    assert Thread.objects.get().patient == child
    assert "About Ada" in client.get(page_of(Thread.objects.get())).text


def test_nobody_reads_what_another_account_wrote_about_the_same_person(client):
    child = make_patient()
    parent, own = make_account(make_patient()), make_account(child)
    link = add_patient(parent, child, relation="ward", basis="staff")
    written_by_parent = make_thread(child, account=parent)
    written_by_child = make_thread(child, account=own)
    sign_in_to(client, own)
    assert client.get(page_of(written_by_child)).status_code == 200
    assert client.get(page_of(written_by_parent)).status_code == 404
    other = Client()
    sign_in_to(other, parent)
    assert other.get(page_of(written_by_parent)).status_code == 200
    assert other.get(page_of(written_by_child)).status_code == 404
    assert other.post(page_of(written_by_child), sent()).status_code == 404
    books = Client()
    add_patient(sign_in(books, make_patient()), child, relation="other", basis="consent")
    books.post(NEW, sent(patient=child.pk))
    assert not child.threads.exclude(account__in=[parent, own]).exists()
    link.ended_at = timezone.now()
    link.save()
    assert other.get(page_of(written_by_parent)).status_code == 404


def test_strangers_and_restricted_records_learn_and_write_nothing(client):
    thread = make_thread()
    assert client.get(page_of(thread)).status_code == 302
    stranger = Client()
    sign_in(stranger, make_patient())
    for path in (page_of(thread), f"{page_of(thread)}draft/", f"{page_of(thread)}settle/"):
        assert stranger.post(path, sent()).status_code == 404
    empty = Client()
    sign_in(empty)
    assert "There is no record of yours here yet" in empty.get(LIST).text
    assert empty.get(NEW).status_code == 302
    owner = Client()
    sign_in_to(owner, thread.account)
    patient = thread.patient
    patient.restricted_at = timezone.now()
    patient.save()
    OutgoingEmail.objects.all().delete()
    assert owner.get(page_of(thread)).status_code == 404
    answer(thread, make_staff("clinician"))
    assert not OutgoingEmail.objects.filter(template="message_new").exists()


def test_a_merged_record_brings_its_matters_along(client):
    account = sign_in(client, make_patient())
    thread = make_thread(account.own_record, account=account)
    into = make_patient(last_name="Whitfield-Rios")
    thread.patient.merged_into = into
    thread.patient.save()
    assert client.get(page_of(thread)).status_code == 200
    assert client.post(page_of(thread), sent(text="More")).status_code == 302


def test_an_account_that_ended_leaves_its_matters_to_the_patient_s_next(client):
    patient = make_patient()
    thread = make_thread(patient)
    thread.account.ended_at = timezone.now()
    thread.account.save()
    answer(thread, make_staff("clinician"))
    assert not OutgoingEmail.objects.filter(template="message_new").exists()
    sign_in(client, patient)
    assert client.get(page_of(thread)).status_code == 200


def test_who_has_only_a_phone_asks_in_spanish(client):
    account = sign_in(client, make_patient(email="", language="es"), by_phone=True)
    assert 'lang="es"' in client.get(f"/es{NEW}").text
    client.post(f"/es{NEW}", sent(text="¿Puedo tomarla por la mañana?"))
    thread = Thread.objects.get()
    assert (thread.language, thread.account) == ("es", account)
    answer(thread, make_staff("clinician"))
    assert not OutgoingEmail.objects.filter(template="message_new").exists()
    assert not OutgoingText.objects.exists(), "nobody agreed to texts"


def test_who_agreed_to_texts_is_told_by_one_and_who_wants_no_mail_gets_none(client, settings):
    settings.SMS_PROVIDERS = ["development://"]
    account = sign_in(client, make_patient(), by_phone=True)
    agree(number_of(account))
    email = ContactPoint.objects.create(
        account=account, kind="email", value="quill@example.org", proved_at=timezone.now()
    )
    contact_preferences.choose(
        account.own_record, by_mail=False, contact="call", language="es", by_text=True
    )
    thread = make_thread(account.own_record, account=account)
    answer(thread, make_staff("clinician"))
    assert not OutgoingEmail.objects.filter(to=email.value).exists()
    [text] = OutgoingText.objects.filter(template="message_new")
    assert text.to == number_of(account)
    assert "/es/me/messages/" in text.text
    assert "hay algo nuevo" in text.text
    client.post(*read_form(client.get(page_of(thread))))
    text.refresh_from_db()
    assert text.status == "dropped"


def test_at_night_before_a_holiday_the_expected_answer_is_after_it_on_the_patient_s_clock(client):
    night = datetime(2030, 11, 27, 4, 30, tzinfo=UTC)  # 10:30 pm on Tuesday in Nashville
    account = make_account(make_patient())
    with time_machine.travel(night, tick=False):
        make_time_off(None, datetime(2030, 11, 28, tzinfo=UTC).date())  # Thanksgiving
        make_time_off(None, datetime(2030, 11, 29, tzinfo=UTC).date(), hours="09:00-13:00")
        make_appointment(patient=account.own_record, zone="America/Los_Angeles")
        sign_in_to(client, account)
        page = " ".join(client.get(NEW).text.split())
        assert "we read them again Wednesday, 7:00 am" in page
        assert "an answer by Wednesday, 3:00 pm (Pacific Time)" in page
        MessagingRules.objects.create(answer_hours=10)
        page = " ".join(client.get(NEW).text.split())
        assert "an answer by Friday, 1:00 pm (Pacific Time)" in page


def test_where_messages_are_closed_the_phone_stands_there_and_nothing_is_sent(client):
    make_practice()
    MessagingRules.objects.create(is_open=False)
    account = sign_in(client, make_patient())
    thread_page = client.get(NEW).text
    assert "We take no messages here" in thread_page
    assert 'class="num" href="tel:' in thread_page
    client.post(NEW, sent(), follow=True)
    assert not Message.objects.exists()
    assert WORDS in Draft.objects.get(account=account).text


def test_more_than_a_person_writes_in_a_day_is_kept_and_not_sent(client, monkeypatch):
    monkeypatch.setattr(workflow, "MOST_A_DAY", 1)
    account = sign_in(client, make_patient())
    thread = make_thread(account.own_record, account=account)
    answered = client.post(page_of(thread), sent(text="Twice"), follow=True)
    assert "We could not send this just now" in answered.text
    assert Message.objects.count() == 1
    assert Draft.objects.get().text == "Twice"


def test_a_network_that_sends_too_much_is_refused_before_anything_is_written(client, settings):
    settings.LIMITS = settings.LIMITS | {"messages": "1/hour"}
    account = sign_in(client, make_patient())
    assert client.post(NEW, sent()).status_code == 302
    assert client.post(NEW, sent()).status_code == 429
    assert Message.objects.filter(thread__account=account).count() == 1


def test_the_matter_goes_to_who_saw_the_patient_last_and_to_nobody_who_left():
    clinician = make_staff("clinician")
    provider = make_provider(account=clinician)
    patient = make_patient()
    make_appointment(patient=patient, service=make_service(providers=[provider]))
    first = make_thread(patient)
    assert first.assigned == clinician
    clinician.is_active = False
    clinician.save()
    assert make_thread(patient, account=first.account).assigned is None
    write(first)
    first.refresh_from_db()
    assert first.assigned is None


def test_drafts_of_long_ago_go_with_their_files():
    account = make_account(make_patient())
    old = drafts.keep(drafts.of_patient(account, None), "old")
    Draft.objects.filter(pk=old.pk).update(saved_at=timezone.now() - timedelta(days=31))
    purge_drafts()
    assert not Draft.objects.exists()


def test_keys_that_nobody_made_find_nothing_and_are_no_error(client):
    account = sign_in(client, make_patient())
    thread = make_thread(account.own_record, account=account)
    for strange in ("\0", "x" * 22, "é" * 22, "'" * 22):
        posted = client.post(page_of(thread), sent(once=strange, remove=strange, topic=strange))
        assert posted.status_code == 302
        assert client.get(f"{LIST}files/{strange}/").status_code in (400, 404)
        assert client.get(f"{LIST}{strange}/").status_code in (400, 404)

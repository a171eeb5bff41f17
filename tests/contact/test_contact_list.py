"""The desk's list of who wrote or wants to be called, and the one mail that it owes."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from contact.models import ContactRequest
from contact.tasks import email_front_desk, purge
from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent
from tests.appointments.staff_clients import signed_in
from tests.contact.sending import make_request
from tests.core.staff.people import make_manager, make_staff

pytestmark = pytest.mark.django_db
LIST = "/admin/contact-requests/"


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.STAFF_MFA_REQUIRED = False


def call(**values) -> ContactRequest:
    given = {"kind": "call", "email": "", "phone": "+16155550117", "topic": "", "message": ""}
    return make_request(**given | values)


def mails() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(template="contact_requests_open").order_by("to", "pk"))


# ── the list ──


def test_the_list_says_who_how_when_and_on_which_clock():
    call(best_time="morning", state="CA", language="es")
    with time_machine.travel(datetime(2026, 11, 27, 17, 0, tzinfo=UTC), tick=False):
        html = " ".join(signed_in("front desk").get(LIST).text.split())
    assert "Grace Canaryvale" in html
    assert '<a href="tel:+16155550117">(615) 555-0117</a>' in html
    assert "Leave no message" in html
    assert "In the morning" in html
    assert "it is 9:00 am Pacific Time in California" in html
    assert "used the site in Español" in html


def test_done_names_who_and_when_and_can_be_taken_back():
    sent, desk = make_request(), signed_in("front desk", name="Robin Vale")
    assert desk.post(LIST, {"request": sent.pk, "did": "done"}).status_code == 302
    assert sent.name not in desk.get(LIST).text
    assert "Done by Robin Vale" in desk.get(f"{LIST}?show=done").text
    again = desk.post(LIST, {"request": sent.pk, "did": "done"}, follow=True)
    assert "Somebody else has changed this one already" in again.text
    desk.post(LIST, {"request": sent.pk, "did": "undo"})
    sent.refresh_from_db()
    assert (sent.done_at, sent.done_by) == (None, "")
    assert sent.name in desk.get(LIST).text


def test_the_first_page_counts_them_and_names_nobody():
    desk = signed_in("front desk")
    assert "wants to be called" not in desk.get("/admin/to-do/").text
    make_request()
    html = desk.get("/admin/to-do/").text
    assert "1 person wrote or wants to be called" in html
    assert "Canaryvale" not in html


@pytest.mark.parametrize("role", ["clinician", "editor", "newsletter editor", "privacy officer"])
def test_other_roles_see_and_change_nothing(role):
    sent, other = make_request(), signed_in(role)
    assert other.get(LIST).status_code == 403
    assert other.post(LIST, {"request": sent.pk, "did": "done"}).status_code == 403
    assert "wants to be called" not in other.get("/admin/to-do/").text


def test_who_was_seen_is_in_the_trail():
    sent = make_request()
    signed_in("front desk").get(LIST)
    event = AuditEvent.objects.filter(model="contact.contactrequest").get()
    assert str(sent.pk) in event.object_pks


def test_who_answered_and_who_took_that_back_is_in_the_trail():
    sent, desk = make_request(), signed_in("front desk")
    for did in ("done", "undo"):
        desk.post(LIST, {"request": sent.pk, "did": did})
    acts = AuditEvent.objects.filter(action__in=["act:answered", "act:not_answered"])
    assert list(acts.order_by("pk").values_list("action", flat=True)) == [
        *("act:answered", "act:not_answered"),
    ]
    assert all(str(sent.pk) in act.object_pks for act in acts)


def test_words_of_danger_are_pointed_out():
    make_request(message="me quiero matar")
    assert "words of danger" in signed_in("front desk").get(LIST).text


# ── the mail ──


def test_the_front_desk_hears_a_count_and_a_link_once_and_nobody_is_named():
    make_request()
    call()
    desk, _manager = make_staff("front desk"), make_manager()
    email_front_desk()
    email_front_desk()
    [mail] = mails()
    assert mail.to == desk.email
    assert "2 people wait" in mail.text
    assert LIST in mail.text
    assert "Canaryvale" not in mail.text + mail.html + mail.subject


def test_more_within_a_quarter_of_an_hour_are_one_mail_after_it():
    make_staff("front desk")
    make_request()
    email_front_desk()
    for _ in range(3):
        make_request()
    email_front_desk()
    assert len(mails()) == 1
    ContactRequest.objects.update(told_at=None)
    ContactRequest.objects.filter(pk=ContactRequest.objects.first().pk).update(
        told_at=timezone.now() - timedelta(minutes=16)
    )
    email_front_desk()
    assert ["4 people" in mail.text for mail in mails()] == [False, True]


def test_without_a_front_desk_whoever_may_answer_is_told():
    make_request()
    manager = make_manager()
    email_front_desk()
    assert [mail.to for mail in mails()] == [manager.email]


def test_who_is_named_in_the_settings_is_told_instead(settings):
    settings.CONTACT_REQUEST_RECIPIENTS = ["desk@example.org"]
    make_staff("front desk")
    make_request()
    email_front_desk()
    assert [mail.to for mail in mails()] == ["desk@example.org"]


# ── how long it is kept ──


def test_after_its_period_it_goes_answered_or_not():
    old = timezone.now() - timedelta(days=91)
    make_request(created_at=old)
    make_request(created_at=old, done_at=timezone.now(), done_by="Robin")
    kept = make_request(created_at=timezone.now() - timedelta(days=89))
    purge()
    assert list(ContactRequest.objects.all()) == [kept]

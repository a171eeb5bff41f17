"""The newsletter in the admin: finding somebody, their record, taking off, erasing; who may."""

import csv
import json

import pytest
from django.core.cache import cache

from core.mail.models import OutgoingEmail
from core.staff import long_lists
from core.staff.models import AuditEvent
from newsletter.models import Confirmation, Consent, ConsentText, Event, Subscriber
from newsletter.subscription import confirm, consents, erasure, signup
from tests.core.staff.people import make_staff, sign_in
from tests.newsletter.factories import make_consent_text, make_subscriber, make_topic

pytestmark = pytest.mark.django_db
LIST = "/admin/newsletter/subscriber/"
Status = Subscriber.Status


@pytest.fixture
def editor(client):
    return sign_in(client, make_staff("newsletter editor"))


@pytest.fixture
def manager(client):
    return sign_in(client, make_staff("manager"))


def found(staff, words: str) -> set[str]:
    rows = staff.get(LIST, {"q": words}).context["cl"].result_list
    return {row.email for row in rows}


def last_event() -> tuple[str, list[str]]:
    event = AuditEvent.objects.latest("pk")
    return event.action, event.object_pks


# ── finding ───────────────────────────────────────────────────────────────────


def test_somebody_is_found_by_the_beginning_of_the_address(editor):
    for name in ("anna", "annabel", "ruth"):
        make_subscriber(email=f"{name}@example.org")
    assert found(editor, "Anna") == {"anna@example.org", "annabel@example.org"}
    assert found(editor, "ANNA@Example.org ") == {"anna@example.org"}
    assert found(editor, "a_na") == set()


def test_somebody_erased_is_found_by_the_whole_address(editor):
    erasure.erase(make_subscriber(email="anna@example.org"), how="by letter")
    assert found(editor, "anna@example.org") == {""}


def test_what_was_seen_is_in_the_audit_trail(editor):
    subscriber = make_subscriber()
    editor.get(LIST, {"q": subscriber.email})
    assert last_event() == ("search", [str(subscriber.pk)])


def test_a_long_list_is_not_counted_to_its_end(editor, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(long_lists, "MOST", 3)
    for _ in range(5):
        make_subscriber()
    with django_assert_max_num_queries(15):
        assert editor.get(LIST).context["cl"].result_count == 3


def test_nobody_adds_changes_or_deletes_a_subscriber_by_hand(manager):
    subscriber = make_subscriber()
    for page in ("add/", f"{subscriber.pk}/delete/"):
        assert manager.get(LIST + page).status_code == 403
    assert manager.post(f"{LIST}{subscriber.pk}/change/", {"status": "left"}).status_code == 403


# ── one person ────────────────────────────────────────────────────────────────


def with_history() -> Subscriber:
    make_consent_text()
    signup.sign_up("anna@example.org", page="pages:about", network="198.51.100.4")
    mail = OutgoingEmail.objects.get(template="newsletter_confirm")
    subscriber = confirm.confirm(mail.text.partition("/confirm/")[2].partition("/")[0])
    subscriber.topics.add(make_topic(name="Recovery"))
    subscriber.topics.add(make_topic(name="=1+1"))
    Event.objects.create(source="x", event_id="1", kind="deferred", subscriber=subscriber, why="4")
    return subscriber


def test_the_page_of_somebody_shows_their_proofs(editor):
    page = editor.get(f"{LIST}{with_history().pk}/change/").text
    assert "anna@example.org" in page
    assert "asked and confirmed" in page
    assert "Recovery" in page


def test_the_record_of_one_person_is_handed_out_and_that_is_written_down(editor):
    subscriber = with_history()
    answer = editor.get(f"{LIST}{subscriber.pk}/record.json")
    assert answer["Content-Disposition"].startswith("attachment")
    record = json.loads(answer.content)
    assert record["e-mail"] == "anna@example.org"
    assert record["topics"] == ["=1+1", "Recovery"]
    [consent] = record["consents"]
    assert consent["text"] == ConsentText.objects.get().text
    assert (consent["page"], consent["network"]) == ("pages:about", "198.51.100.4")
    assert record["reports about issues"][0]["what"] == "came back for now"
    assert subscriber.key not in answer.text
    assert last_event() == ("act:record", [str(subscriber.pk)])


def test_the_record_as_a_table_holds_no_formula(editor):
    rows = list(csv.reader(editor.get(f"{LIST}{with_history().pk}/record.csv").text.splitlines()))
    values = {name: value for part, name, value in rows if not part}
    assert values["topics"] == "'=1+1, Recovery"
    assert values["e-mail"] == "anna@example.org"


def test_staff_take_somebody_off_with_a_proof_of_how_they_asked(editor):
    subscriber = make_subscriber()
    page = f"{LIST}{subscriber.pk}/leave/"
    assert "How did they ask?" in editor.get(page).text
    assert "This field is required" in editor.post(page).text
    editor.post(page, {"how": "by phone"}, follow=True)
    subscriber.refresh_from_db()
    assert subscriber.status == Status.LEFT
    assert Consent.objects.get().how == "staff: by phone"


def test_only_managers_erase(editor):
    subscriber = make_subscriber()
    assert "Erase" not in editor.get(f"{LIST}{subscriber.pk}/change/").text
    assert editor.post(f"{LIST}{subscriber.pk}/erase/", {"how": "x"}).status_code == 403
    assert Subscriber.objects.get().status == Status.ACTIVE


def test_managers_erase_for_good(manager):
    subscriber = with_history()
    manager.post(f"{LIST}{subscriber.pk}/erase/", {"how": "by letter"}, follow=True)
    subscriber.refresh_from_db()
    assert (subscriber.status, subscriber.email) == (Status.ERASED, "")
    assert "anna@example.org" not in manager.get(f"{LIST}{subscriber.pk}/change/").text


def test_the_front_desk_sees_no_subscribers(client):
    desk = sign_in(client, make_staff("front desk"))
    pk = make_subscriber().pk
    pages = ("", "statistics/", f"{pk}/change/", f"{pk}/record.json", f"{pk}/leave/")
    assert {desk.get(LIST + page).status_code for page in pages} == {403}


def test_an_odd_address_of_a_page_is_no_error(manager):
    for page in ("x/change/", "99999999999999999999/change/", "1/record.exe", "77/leave/"):
        assert manager.get(LIST + page).status_code in (302, 404)


# ── confirmations, texts, numbers ─────────────────────────────────────────────


def test_confirmations_that_failed_are_a_list(editor):
    make_consent_text()
    for name in ("waits", "late", "lost", "came-back"):
        signup.sign_up(f"{name}@example.org", page="pages:home", network="")
    late = Confirmation.objects.get(email="late@example.org")
    Confirmation.objects.filter(pk=late.pk).update(expires_at=late.asked_at)
    mails = OutgoingEmail.objects.filter(template="newsletter_confirm")
    mails.filter(to="lost@example.org").update(status="failed", due_at=None, last_error="550")
    mails.filter(to="came-back@example.org").update(bounced_at=late.asked_at)
    outcomes = {}
    for outcome in ("open", "late", "failed", "confirmed"):
        page = editor.get("/admin/newsletter/confirmation/", {"outcome": outcome})
        outcomes[outcome] = {row.email.partition("@")[0] for row in page.context["cl"].result_list}
    assert outcomes == {
        "open": {"waits"},
        "late": {"late"},
        "failed": {"lost", "came-back"},
        "confirmed": set(),
    }


def test_a_new_text_is_a_new_version(manager):
    make_consent_text()
    manager.post("/admin/newsletter/consenttext/add/", {"text": "Something else."})
    assert signup.consent_text().version == 2
    assert signup.consent_text().text == "Something else."


def test_consents_are_found_by_a_whole_address(editor):
    anna = make_subscriber(email="anna@example.org")
    for each in (anna, make_subscriber()):
        consents.record(each, Consent.Kind.LEFT)
    page = editor.get("/admin/newsletter/consent/", {"q": " Anna@example.org"})
    assert [row.subscriber for row in page.context["cl"].result_list] == [anna]


def test_the_numbers_are_those_of_the_list(editor):
    cache.clear()
    for status, number in ((Status.ACTIVE, 3), (Status.LEFT, 2), (Status.BOUNCED, 1)):
        for _ in range(number):
            reader = make_subscriber(status=status)
            text = make_consent_text()
            consents.record(reader, "confirmed", text=text, asked_at=text.created)
            if status != Status.ACTIVE:
                consents.record(reader, status)
    page = editor.get(LIST + "statistics/")
    counted = {status: number for status, _, number in page.context["stats"].statuses}
    assert counted == {"active": 3, "left": 2, "bounced": 1, "complained": 0, "erased": 0}
    this_week = page.context["stats"].weeks[-1]
    assert (this_week.came, this_week.went) == (6, 3)
    assert "<rect" in page.text

"""The clinician's page of a visit: whose it is, first minute, note, ratings, and the end."""

from datetime import timedelta

import pytest
import time_machine
from django.db import InternalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from appointments import links
from appointments.models import Appointment, Status
from core.database import key_rotation
from core.mail.models import OutgoingEmail
from core.practice.models import Practice
from core.staff.models import AuditEvent
from tests.core.staff.people import make_staff
from tests.factories import at, make_appointment, make_consent_texts, make_patient
from tests.pages.factories import make_practice
from tests.visits.clinicians import client_of, clinician, first_minute, room, visit_of
from visits import encounter, notes
from visits.admin.cows_panel import score_words
from visits.models import (
    CowsRating,
    NoteAddendum,
    QuestionnaireResponse,
    StartCheck,
    StartCheckWaiver,
    Visit,
    VisitNote,
    VisitSummary,
)

pytestmark = pytest.mark.django_db
TEXT = "Canarynote: slept badly, no cravings. Start 4 mg."


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def user(db):
    return clinician()


@pytest.fixture
def visit(user) -> Appointment:
    return visit_of(user)


@pytest.fixture
def desk(user) -> Client:
    return client_of(user)


def write(desk: Client, visit: Appointment, text: str = TEXT, saves: int = 0, **values: str):
    return desk.post(room(visit, "note"), {"text": text, "saves": saves, **values})


def finish(desk: Client, visit: Appointment, outcome: str = "completed", **values: str):
    return desk.post(room(visit, "finish"), {"outcome": outcome, **values})


def status_of(visit: Appointment) -> str:
    return Appointment.objects.get(pk=visit.pk).status


def stored(model) -> str:
    """All that the database holds of the table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t")
        return "\n".join(row[0] for row in cursor.fetchall())


# ── whose page it is ──


def test_the_room_is_the_clinicians_own_and_the_trail_says_who_opened_it(desk, visit):
    page = desk.get(room(visit))
    assert page.status_code == 200
    assert "<title>Visit</title>" in page.text
    assert page.headers["Cache-Control"].count("no-store") == 1
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    seen = AuditEvent.objects.filter(model="appointments.appointment", action="view").latest("pk")
    assert seen.object_pks == [str(visit.pk)]
    assert not Visit.objects.exists(), "to look changes nothing"


@pytest.mark.parametrize("role", ["front desk", "manager", "editor", "privacy officer"])
def test_nobody_else_opens_it(visit, role):
    other = client_of(make_staff(role))
    parts = ("note", "sign", "addendum", "cows", "summary", "share", "next", "start_check")
    assert other.get(room(visit)).status_code in (403, 404)
    for part in (*parts, "finish_panel", "reopen", "finish"):
        assert other.post(room(visit, part)).status_code in (403, 404), part


def test_a_colleague_with_an_account_of_their_own_is_refused_until_it_is_handed_over(visit):
    assert client_of(clinician()).get(room(visit)).status_code == 403


def test_every_part_is_posted(desk, visit):
    parts = ("note", "sign", "addendum", "cows", "summary", "share", "next", "start_check")
    for part in (*parts, "finish_panel", "reopen", "finish"):
        assert desk.get(room(visit, part)).status_code == 405, part


# ── the first minute ──


def test_the_first_minute_is_kept_and_what_names_a_place_is_encrypted(desk, visit):
    page = desk.get(room(visit)).text
    assert "(615) 555-0117" in page, "the number of the booking is asked, and not typed"
    answer = desk.post(room(visit, "start_check"), first_minute())
    assert answer.status_code == 200
    assert "12 Canary Lane" in answer.text
    check = StartCheck.objects.get()
    assert (check.state, check.licensed, check.free_to_talk) == ("TN", True, True)
    assert "Canary" not in stored(type(check.details))
    desk.post(room(visit, "start_check"), first_minute(address="14 Canary Lane"))
    assert StartCheck.objects.count() == 2, "a correction is one more row"
    assert "14 Canary Lane" in desk.get(room(visit)).text


def test_another_state_without_a_license_is_said_in_red(desk, visit):
    answer = desk.post(room(visit, "start_check"), first_minute(state="OH", free_to_talk="no"))
    assert "holds no valid license there" in answer.text
    assert "yes-or-no questions only" in answer.text
    assert not StartCheck.objects.get().licensed


def test_a_missing_answer_keeps_what_was_typed(desk, visit):
    answer = desk.post(room(visit, "start_check"), first_minute(address="", callback_number="x5"))
    assert answer.status_code == 422
    assert "an ambulance would go there" in answer.text
    assert "x5" in answer.text
    assert not StartCheck.objects.exists()


def test_the_visit_does_not_end_without_the_first_minute_or_a_reason(desk, visit):
    encounter.knock(visit)
    desk.post(room(visit, "admit"))
    refused = finish(desk, visit)
    assert refused.status_code == 409
    assert "first minute" in refused.json()["why"]
    assert status_of(visit) == Status.CHECKED_IN
    assert finish(desk, visit, without="cut_off").status_code == 200
    assert StartCheckWaiver.objects.get().reason == "cut_off"
    assert status_of(visit) == Status.COMPLETED


def test_with_the_first_minute_it_ends_by_phone_too(desk, visit):
    desk.post(room(visit, "start_check"), first_minute())
    desk.post(room(visit, "phone"))
    assert finish(desk, visit, "by_phone").status_code == 200
    assert not StartCheckWaiver.objects.exists()
    assert "Completed by phone" in desk.post(room(visit, "finish_panel")).text
    assert finish(desk, visit, "by_phone").status_code == 409, "it has ended"


def test_only_what_is_true_is_offered_as_an_outcome(desk, user, visit):
    panel = desk.post(room(visit, "finish_panel")).text
    assert "Nobody came" in panel
    encounter.knock(visit)
    assert "Nobody came" not in desk.post(room(visit, "finish_panel")).text
    assert finish(desk, visit, "no_show").status_code == 409
    assert finish(desk, visit, "failed").status_code == 200
    assert status_of(visit) == Status.BOOKED, "the desk moves it"
    assert "It goes on after all" in desk.post(room(visit, "finish_panel")).text
    assert "Completed by video" in desk.post(room(visit, "reopen")).text
    assert Visit.objects.get().ended_at is None
    assert desk.post(room(visit, "reopen")).status_code == 409


def test_before_it_begins_it_cannot_be_completed_or_missed(user, desk):
    early = visit_of(user, minutes=10)
    panel = desk.post(room(early, "finish_panel")).text
    assert "Completed" not in panel
    assert "Nobody came" not in panel


# ── the note ──


def test_a_note_is_kept_as_it_is_typed_and_nobody_reads_it_in_the_database(desk, visit):
    assert write(desk, visit, "").json() == {"saves": 0, "kept": ""}
    assert not VisitNote.objects.exists(), "an empty page is no note"
    first = write(desk, visit, pdmp_at="2026-11-27T10:00", pdmp_state="TN")
    assert first.json()["saves"] == 1
    again = write(desk, visit, pdmp_at="2026-11-27T10:00", pdmp_state="TN")
    assert again.json()["saves"] == 1, "the same again is no save"
    assert write(desk, visit, TEXT + " More.", saves=1).json()["saves"] == 2
    note = VisitNote.objects.get()
    assert note.content["text"] == TEXT + " More."
    assert "Canarynote" not in stored(VisitNote)
    assert "Canarynote" in desk.get(room(visit)).text
    added = AuditEvent.objects.filter(model="visits.visitnote", action="add")
    assert [row.object_pks for row in added] == [[str(note.pk)]], "once, and not every 5 seconds"


def test_two_pages_do_not_write_over_one_another(desk, visit):
    write(desk, visit)
    late = write(desk, visit, "Canarynote of the other page", saves=0)
    assert late.status_code == 409
    assert "on another page" in late.json()["problem"]
    signed = desk.post(room(visit, "sign"), {"text": "Of the other page", "saves": 0})
    assert signed.status_code == 409
    assert "Of the other page" in signed.text, "what was typed stays"
    assert TEXT in signed.text, "and what stands there is shown"
    assert VisitNote.objects.get().content["text"] == TEXT


def test_a_signed_note_is_only_added_to(desk, user, visit):
    assert desk.post(room(visit, "addendum"), {"text": "Too soon"}).status_code == 409
    assert desk.post(room(visit, "sign"), {"text": " ", "saves": 0}).status_code == 422
    signed = desk.post(room(visit, "sign"), {"text": TEXT, "saves": 0})
    assert f"Signed by {user}" in signed.text
    assert write(desk, visit, "Rewritten", saves=1).status_code == 409
    for again in ("Again", TEXT):
        assert desk.post(room(visit, "sign"), {"text": again, "saves": 1}).status_code == 409
    assert desk.post(room(visit, "addendum"), {"text": " "}).status_code == 422
    added = desk.post(room(visit, "addendum"), {"text": "Canaryaddendum: 8 mg from day two."})
    assert "Canaryaddendum" in added.text
    assert "Canary" not in stored(NoteAddendum) + stored(VisitNote)
    assert VisitNote.objects.get().content["text"] == TEXT


def test_the_database_refuses_to_change_what_was_signed(desk, user, visit):
    notes.sign(visit, notes.typed({"text": TEXT}), saves=0, by=user)
    note = VisitNote.objects.get()
    added = notes.add(note, "More.", by=user)
    for row, change in (
        (note, {"author": "Somebody else"}),
        (note, {"signed_at": None, "seal": ""}),
        (added, {"author": "Somebody else"}),
    ):
        with pytest.raises(InternalError, match="never changed"), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(**change)
    VisitNote.objects.filter(pk=note.pk).update(content={"text": "Rewritten"})
    assert "This is not what was signed" in desk.get(room(visit)).text


def test_a_signed_note_comes_under_a_new_key_and_is_still_as_signed(settings, user, visit):
    notes.sign(visit, notes.typed({"text": TEXT}), saves=0, by=user)
    settings.RECORD_KEYS = ["a-new-key-of-the-ring-that-is-long-enough", *settings.RECORD_KEYS]
    for column in key_rotation.columns():
        key_rotation.rotate(column)
    settings.RECORD_KEYS = settings.RECORD_KEYS[:1]
    assert notes.is_as_signed(VisitNote.objects.get())


def test_a_colleague_reads_the_notes_and_nobody_without_that_right_does(desk, user, visit):
    notes.sign(visit, notes.typed({"text": TEXT}), saves=0, by=user)
    notes.add(VisitNote.objects.get(), "Canaryaddendum", by=user)
    colleague = client_of(clinician())
    address = reverse("admin:appointments_appointment_change", args=[visit.pk])
    assert room(visit, "notes") in colleague.get(address).text
    assert room(visit) not in colleague.get(address).text.replace(room(visit, "notes"), "")
    assert room(visit) in desk.get(address).text.replace(room(visit, "notes"), "")
    page = colleague.get(room(visit, "notes"))
    assert TEXT in page.text
    assert "Canaryaddendum" in page.text
    seen = AuditEvent.objects.filter(model="appointments.appointment", action="view").latest("pk")
    assert seen.object_pks == [str(visit.pk)]
    for role in ("front desk", "manager", "editor"):
        assert client_of(make_staff(role)).get(room(visit, "notes")).status_code in (403, 404), role
    front = client_of(make_staff("front desk")).get(address).text
    assert room(visit, "notes") not in front


# ── withdrawal ──


def test_cows_with_items_left_out_is_a_lower_bound_without_a_band(desk, visit):
    assert desk.post(room(visit, "cows"), {}).status_code == 422
    assert desk.post(room(visit, "cows"), {"pupils": "3", "pulse": "x"}).status_code == 422
    seen = {"sweating": "3", "restlessness": "5", "pupils": "2"}
    assert "at least 10" in desk.post(room(visit, "cows"), seen).text
    whole = dict.fromkeys(
        ["pulse", "sweating", "restlessness", "pupils", "aches", "runny_nose", "stomach"], "1"
    ) | {"tremor": "1", "yawning": "1", "anxiety": "4", "gooseflesh": "3"}
    assert "16, moderate" in desk.post(room(visit, "cows"), whole).text
    assert [score_words(each.score) for each in CowsRating.objects.all()] == [
        "at least 10",
        "16, moderate",
    ]
    assert "moderate" not in stored(CowsRating)


# ── what is known of the patient ──


def test_answers_scores_and_the_last_note_stand_beside_the_picture(desk, user, visit):
    for weeks, total, band in ((4, 15, "moderately_severe"), (0, 8, "mild")):
        of = visit
        if weeks:
            starts = timezone.now() - timedelta(weeks=weeks)
            of = make_appointment(
                patient=visit.patient,
                provider=visit.provider,
                service=visit.service,
                starts_at=starts,
                status=Status.COMPLETED,
            )
            notes.sign(of, notes.typed({"text": "Canarylast: tapering."}), saves=0, by=user)
        QuestionnaireResponse.objects.create(
            appointment=of,
            form="phq-9",
            version=1,
            answers={},
            score={"total": total, "band": band},
            saved_at=timezone.now() - timedelta(weeks=weeks),
            submitted_at=timezone.now() - timedelta(weeks=weeks),
        )
    QuestionnaireResponse.objects.create(
        appointment=visit,
        form="reason",
        version=1,
        answers={"reason": "Canaryreason: I want to stop"},
        saved_at=timezone.now(),
        submitted_at=timezone.now(),
    )
    page = desk.get(room(visit)).text
    assert "Canaryreason" in page
    assert "Canarylast" in page
    assert "PHQ-9 8" in page
    assert "down from" in page
    assert "No agreement to care by video is on record" in page


# ── the next appointment ──


def test_the_next_visit_is_booked_in_one_click_and_the_trail_says_so(desk, visit, settings):
    make_consent_texts()
    offers = desk.get(room(visit, "next_times")).context["part"]["offers"]
    assert [offer.weeks for offer in offers] == ["In 1 week", "In 2 weeks", "In 4 weeks"]
    done = desk.post(room(visit, "next"), {"at": offers[1].value})
    assert "Booked:" in done.text
    booked = Appointment.objects.exclude(pk=visit.pk).get()
    assert (booked.patient, booked.status) == (visit.patient, Status.BOOKED)
    assert booked.consents.count() == 2
    assert OutgoingEmail.objects.filter(template="appointment_series").count() == 1
    assert AuditEvent.objects.filter(action="book", object_pks=[str(booked.pk)]).exists()
    assert desk.post(room(visit, "next"), {"at": offers[1].value}).status_code == 409
    assert desk.post(room(visit, "next"), {"at": "nonsense"}).status_code == 422
    assert Appointment.objects.count() == 2


# ── after the visit ──


def test_what_is_shared_stands_on_the_patients_page_and_the_mail_says_no_more(desk, visit, client):
    page = links.page(visit)
    assert "After your visit" not in client.get(page).text
    typed = {"agreed": "Canaryagreed: call on Friday", "medicine": "One film", "saves": "0"}
    assert desk.post(room(visit, "summary"), typed).json()["saves"] == 1
    assert "Canaryagreed" not in client.get(page).text, "a draft is nobody's"
    shared = desk.post(room(visit, "share"), typed | {"saves": "1", "naloxone": "yes"})
    assert "The patient can read it now" in shared.text
    seen = client.get(page).text
    for words in ("Canaryagreed", "One film", "Keep naloxone in the house", "988"):
        assert words in seen
    [mail] = OutgoingEmail.objects.filter(template="visit_summary")
    assert mail.subject == "There is something new for you"
    assert "Canary" not in mail.text + mail.html
    assert page in mail.text
    desk.post(room(visit, "share"), typed | {"saves": "2", "naloxone": "yes"})
    assert OutgoingEmail.objects.filter(template="visit_summary").count() == 1, "nothing is new"
    late = desk.post(room(visit, "share"), {"agreed": "Other", "saves": "0"})
    assert late.status_code == 409
    assert "Canaryagreed" not in stored(VisitSummary)
    assert desk.post(room(visit, "share"), {"saves": "2"}).status_code == 422


def test_a_handed_link_does_not_show_it(desk, visit, client):
    desk.post(room(visit, "share"), {"agreed": "Canaryagreed", "saves": "0"})
    Appointment.objects.filter(pk=visit.pk).update(created=timezone.now())
    assert "Canaryagreed" not in client.get(links.handed_page(visit, "visit")).text


@pytest.mark.parametrize(("days", "still", "gone"), [(None, 30, 32), (2, 1, 3), (60, 59, 61)])
def test_a_patient_reads_what_was_agreed_for_as_long_as_the_clinic_says(
    desk, visit, client, days, still, gone
):
    practice = make_practice()
    if days:
        Practice.objects.filter(pk=practice.pk).update(after_visit_days=days)
    desk.post(room(visit, "share"), {"agreed": "Canaryagreed", "saves": "0"})
    until = (visit.ends_at + timedelta(days=days or 31)).astimezone(practice.zone)
    assert f"until {until:%a, %b} {until.day}, {until.year}" in desk.get(room(visit)).text
    for later, reads in ((still, True), (gone, False)):
        with time_machine.travel(visit.ends_at + timedelta(days=later), tick=False):
            assert ("Canaryagreed" in client.get(links.page(visit)).text) is reads


# ── who waits ──


@pytest.fixture
def midday(time_machine) -> None:
    """Noon at the practice: minutes before and after lie on the same day."""
    time_machine.move_to(at(timezone.now().date(), "12:00"), tick=True)


def test_the_desk_says_who_waits_since_when_and_whether_camera_and_sound_passed(
    midday, desk, visit
):
    front = client_of(make_staff("front desk"))
    before = desk.get("/admin/").text
    assert "In the waiting room" not in before
    assert "late-list" in before
    assert "data-late" in before
    renewal = reverse("admin:appointments_appointment_renewal")
    scope = {"scope": f"{visit.starts_at.astimezone(visit.provider.zone):%Y-%m-%d}"}
    tag = desk.get(renewal, scope)["ETag"]
    assert desk.get(renewal, scope, headers={"If-None-Match": tag}).status_code == 304
    found = encounter.knock(visit)
    renewed = desk.get(renewal, scope, headers={"If-None-Match": tag})
    assert renewed.status_code == 200
    assert "waits since" in renewed.text
    assert "late-list" not in renewed.text, "who waits is not late"
    assert "data-late" not in renewed.text
    assert "<b>In the waiting room</b>" in renewed.text  # on the card
    assert "not checked" in renewed.text
    tag = renewed["ETag"]
    encounter.note_event(found, "patient", "check_failed")
    assert "camera or sound failed" in desk.get("/admin/").text
    encounter.note_event(found, "patient", "check_passed")
    page = desk.get(renewal, scope, headers={"If-None-Match": tag}).text
    assert "camera and sound passed" in page
    assert room(visit) in page
    assert "waits since" in front.get("/admin/").text
    assert room(visit) not in front.get("/admin/").text, "the front desk starts no visit"
    desk.post(room(visit, "admit"))
    assert "in the visit" in desk.get("/admin/").text
    finish(desk, visit, without="cut_off")
    assert "In the waiting room" not in desk.get("/admin/").text


def test_a_patient_without_an_address_is_told_by_nobody(user, desk):
    visit = visit_of(user, patient=make_patient(email=""), email="")
    assert "Read it to them" in desk.get(room(visit)).text
    desk.post(room(visit, "share"), {"agreed": "Canaryagreed", "saves": "0"})
    assert not OutgoingEmail.objects.exists()

"""A program books for patients by the rules of the pages: one workflow, one form, one mail."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from appointments.models import Appointment, Call, ClinicRules, Consent, License, Status
from core.mail.models import OutgoingEmail
from core.sms.models import OutgoingText, SmsConsent
from core.staff.models import AuditEvent
from tests.api.program import Program, iso, wanted
from tests.factories import (
    make_appointment,
    make_provider,
    make_service,
    make_time_off,
    monday,
)

pytestmark = pytest.mark.django_db
NOBODYS = "c56a4180-65aa-42ec-a945-5fd21dec0538"


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture
def service():
    return make_service()


def mails() -> list[str]:
    return sorted(OutgoingEmail.objects.values_list("template", flat=True))


# ── to book ──


def test_a_booking_is_a_visit_with_its_mails_and_consents(program, service):
    answer = program.post("/bookings", wanted(service, monday()))
    assert (answer.status, answer.json["status"]) == (201, "booked")
    visit = Appointment.objects.get(uid=answer.json["id"])
    assert (visit.status, visit.starts_at, visit.api_key) == ("booked", monday(), program.key)
    assert (visit.patient.last_name, visit.email) == ("Whitfield", "grace@example.org")
    assert str(visit.phone) == "+16155550117"
    assert not visit.made_by_staff
    assert Consent.objects.filter(appointment=visit, page="api").count() == 2
    assert mails() == ["appointment_booked"]
    assert OutgoingEmail.objects.get().to == "grace@example.org"
    assert answer.json["provider"] == visit.provider.slug
    assert answer.json["starts_at"] == iso(monday())


def without_email(service, starts_at, **patient) -> dict:
    given = {"email": "", "contact": "call"} | patient
    sent = wanted(service, starts_at, **given)
    sent["consents"].pop("email")
    return sent


def test_who_has_no_email_is_booked_and_called_by_the_desk(program, service):
    answer = program.post("/bookings", without_email(service, monday()))
    assert (answer.status, answer.json["status"]) == (201, "booked")
    visit = Appointment.objects.get(uid=answer.json["id"])
    assert (visit.email, str(visit.phone), visit.status) == ("", "+16155550117", "booked")
    assert Consent.objects.filter(appointment=visit).count() == 1
    assert not OutgoingEmail.objects.exists()
    assert Call.objects.get().kind == "appointment_booked"
    at_once = program.post("/bookings", without_email(service, monday("15:00"), contact="email"))
    assert (at_once.status, at_once.fields) == (422, {"patient.contact"})


def test_without_an_email_the_limits_are_those_of_the_phone_number(program, service, settings):
    ClinicRules.objects.update_or_create(pk=1, defaults={"most_upcoming": 1})
    program.post("/bookings", without_email(service, monday()))
    program.post("/bookings", without_email(service, monday("15:00"), first_name="Ida"))
    kinds = Call.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["appointment_booked", "appointment_confirm"]
    assert Appointment.objects.get(starts_at=monday("15:00")).status == "held"
    settings.LIMITS = settings.LIMITS | {"bookings_per_address": "1/day"}
    cache.clear()
    other = {"phone": "615-555-0118"}
    answers = [
        program.post("/bookings", without_email(service, monday(clock), **other)).status
        for clock in ("11:00", "12:00")
    ]
    assert answers == [201, 409]


def test_who_agrees_to_texts_gets_them_by_the_rules_of_the_form(program, service, settings):
    sent = wanted(service, monday())
    agreeing = sent | {"consents": sent["consents"] | {"texts": 1}}
    nobody_sends = program.post("/bookings", agreeing)
    assert (nobody_sends.status, nobody_sends.fields) == (422, {"consents.texts"})
    assert "texts" not in {text["kind"] for text in program.get("/consents").json}
    settings.SMS_PROVIDERS = ["development://"]
    [asked] = [text for text in program.get("/consents").json if text["kind"] == "texts"]
    assert (asked["version"], asked["required"]) == (1, False)
    assert "STOP" in asked["texts"]["en"]
    assert "ALTO" in asked["texts"]["es"]
    older = sent | {"consents": sent["consents"] | {"texts": 7}}
    abroad = wanted(service, monday(), phone="+44 20 7946 0018") | {
        "consents": agreeing["consents"]
    }
    for refused in (program.post("/bookings", older), program.post("/bookings", abroad)):
        assert (refused.status, refused.fields) == (422, {"consents.texts"})
    assert not SmsConsent.objects.exists()
    silent = program.post("/bookings", sent)
    assert (silent.status, Appointment.objects.get().by_text) == (201, False)
    spanish = wanted(service, monday("15:00"), language="es", phone="615-555-0118")
    booked = program.post("/bookings", spanish | {"consents": agreeing["consents"]})
    visit = Appointment.objects.get(uid=booked.json["id"])
    consent = SmsConsent.objects.get()
    assert (visit.by_text, consent.kind, consent.text.version) == (True, "given", 1)
    assert (consent.page, consent.language) == ("api", "es")
    assert [text.to for text in OutgoingText.objects.all()] == ["+16155550118"]


def test_the_answer_to_a_booking_tells_nothing_of_the_patient(program, service):
    answer = program.post("/bookings", wanted(service, monday()))
    assert answer.json["patient"] is None
    assert "Whitfield" not in answer.text
    assert "/appointments/" not in answer.text, "the link goes to the mailbox alone"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nobody"}, "patient.email"),
        ({"phone": "12"}, "patient.phone"),
        ({"birth_date": "2090-01-01"}, "patient.birth_date"),
        ({"birth_date": "1788-01-01"}, "patient.birth_date"),
        ({"birth_date": "April"}, "patient.birth_date"),
        ({"first_name": " "}, "patient.first_name"),
        ({"first_name": "x" * 400}, "patient.first_name"),
        ({"first_name": "see https://evil.example"}, "patient.first_name"),
        ({"contact": "pigeon"}, "patient.contact"),
        ({"booked_for": "other"}, "patient.booked_by"),
        ({"middle_name": "Brewster"}, "patient.middle_name"),
    ],
)
def test_what_the_form_of_the_page_refuses_is_refused(program, service, change, field):
    answer = program.post("/bookings", wanted(service, monday(), **change))
    assert (answer.status, answer.problem, answer.fields) == (422, "invalid", {field})
    assert not Appointment.objects.exists()


def test_where_two_time_zones_meet_it_must_say_which(program, service):
    answer = program.post("/bookings", wanted(service, monday(), zone=""))
    assert (answer.problem, answer.fields) == ("invalid", {"patient.zone"})
    answer = program.post("/bookings", wanted(service, monday(), zone="America/New_York"))
    assert answer.json["zone"] == "America/New_York"


@pytest.mark.parametrize("consents", [{}, {"email": 1}, {"email": 1, "telehealth": 7}])
def test_without_each_consent_in_its_newest_version_nothing_is_booked(program, service, consents):
    answer = program.post("/bookings", wanted(service, monday()) | {"consents": consents})
    assert (answer.problem, "consents.telehealth" in answer.fields) == ("invalid", True)
    assert not Appointment.objects.exists()


def test_a_time_that_somebody_has_is_refused_with_the_nearest(program, service):
    make_appointment(service=service, starts_at=monday())
    answer = program.post("/bookings", wanted(service, monday()))
    assert (answer.status, answer.problem) == (409, "slot_taken")
    assert iso(monday("10:30")) in [slot["starts_at"] for slot in answer.json["nearest"]]
    assert Appointment.objects.count() == 1


def test_closures_licenses_notice_and_limits_hold_as_on_the_page(program, service):
    [provider] = service.providers.all()
    make_time_off(provider, monday().date())
    assert program.post("/bookings", wanted(service, monday())).problem == "time_closed"
    soon = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=30)
    assert program.post("/bookings", wanted(service, soon)).problem == "slot_taken"
    assert program.post("/bookings", wanted(service, monday(weeks=30))).problem == "slot_taken"
    sent = wanted(service, monday(weeks=2)) | {"state": "VA"}
    assert program.post("/bookings", sent).problem == "slot_taken"
    License.objects.update(expires=monday(weeks=1).date())
    assert program.post("/bookings", wanted(service, monday(weeks=2))).problem == "slot_taken"
    assert not Appointment.objects.exists()


def test_a_start_between_two_minutes_is_no_slot(program, service):
    sent = wanted(service, monday()) | {"starts_at": iso(monday()).replace(":00Z", ":00.5Z")}
    answer = program.post("/bookings", sent)
    assert (answer.problem, answer.fields) == ("invalid", {"starts_at"})


def test_who_returns_proves_it_on_the_pages(program):
    service = make_service(audience="returning", proof_required=True)
    assert program.post("/bookings", wanted(service, monday())).problem == "proof_required"


def test_booking_rests_for_programs_too(program, service):
    ClinicRules.objects.update_or_create(defaults={"most_hourly": 1})
    assert program.post("/bookings", wanted(service, monday())).status == 201
    sent = wanted(service, monday("11:00"), email="other@example.org")
    answer = program.post("/bookings", sent)
    assert (answer.status, answer.problem) == (503, "booking_rests")
    assert not Appointment.objects.holds().exists()


def test_past_the_limit_of_an_address_the_patient_is_sent_to_the_page(program, service, settings):
    settings.LIMITS = settings.LIMITS | {"bookings_per_address": "1/day"}
    assert program.post("/bookings", wanted(service, monday())).status == 201
    sent = wanted(service, monday("11:00"), email="Grace+x@example.org")
    assert Program().post("/bookings", sent).problem == "only_with_proof"
    assert Appointment.objects.count() == 1


def test_the_answer_does_not_tell_that_an_address_is_known(program, service):
    """Who has a visit then gets a mail to confirm; the program hears what it always does."""
    other = make_service(providers=[make_provider()])
    known = program.post("/bookings", wanted(service, monday()))
    again = program.post("/bookings", wanted(other, monday()))
    assert Appointment.objects.get(uid=again.json["id"]).status == Status.HELD
    assert (again.status, again.json["status"]) == (known.status, known.json["status"])
    assert mails() == ["appointment_booked", "appointment_confirm"]
    assert program.get(f"/bookings/{again.json['id']}").json["status"] == "waiting"


# ── to read ──


def test_a_key_reads_what_it_has_booked_and_nothing_else(service):
    program = Program("bookings:read", "bookings:write")
    mine = program.post("/bookings", wanted(service, monday())).json["id"]
    theirs = make_appointment(service=service, starts_at=monday("11:00"))
    assert [each["id"] for each in program.get("/bookings").json["bookings"]] == [mine]
    there, gone = program.get(f"/bookings/{theirs.uid}"), program.get(f"/bookings/{NOBODYS}")
    assert (there.status, there.text) == (gone.status, gone.text) == (404, there.text)
    for step in ("move", "cancel"):
        sent = {"starts_at": iso(monday("14:00"))} if step == "move" else {}
        there = program.post(f"/bookings/{theirs.uid}/{step}", sent)
        gone = program.post(f"/bookings/{NOBODYS}/{step}", sent)
        assert (there.status, there.text) == (gone.status, gone.text) == (404, there.text)
    assert Program("bookings:read").get(f"/bookings/{mine}").status == 404


def test_who_may_read_all_changes_its_own_alone(service):
    theirs = make_appointment(service=service)
    program = Program("bookings:read_all", "bookings:write")
    assert program.get(f"/bookings/{theirs.uid}").json["status"] == "booked"
    assert program.post(f"/bookings/{theirs.uid}/cancel", {}).status == 404
    theirs.refresh_from_db()
    assert theirs.status == Status.BOOKED


def test_who_the_patient_is_takes_a_scope_of_its_own():
    visit = make_appointment()
    without, with_it = Program("bookings:read_all"), Program("bookings:read_all", "patients:read")
    assert without.get(f"/bookings/{visit.uid}").json["patient"] is None
    patient = with_it.get(f"/bookings/{visit.uid}").json["patient"]
    assert (patient["last_name"], patient["birth_date"]) == ("Whitfield", "1988-04-17")


def test_a_hold_is_no_booking_and_an_erased_visit_is_gone(program):
    visit = make_appointment()
    Appointment.objects.filter(pk=visit.pk).update(
        patient=None, email="", phone="", contact="", erased_at=monday()
    )
    assert program.get(f"/bookings/{visit.uid}").status == 404
    assert program.get("/bookings").json == {"bookings": [], "next": None}


def test_a_long_list_comes_in_pages_of_which_each_is_in_the_trail(program, service):
    starts = [monday(f"{hour:02}:00") for hour in range(9, 16)]
    visits = [make_appointment(service=service, starts_at=start) for start in starts]
    found, after = [], None
    while True:
        page = program.get("/bookings", limit=3, **({"after": after} if after else {})).json
        found += [each["id"] for each in page["bookings"]]
        after = page["next"]
        if after is None:
            break
    assert found == [str(visit.uid) for visit in visits]
    shown = AuditEvent.objects.filter(action="list", api_key=program.key.pk)
    assert [len(each.object_pks) for each in shown.order_by("pk")] == [3, 3, 1]


def test_a_list_is_bounded_by_times_and_status(program, service):
    for clock, status in (("09:00", "booked"), ("11:00", "cancelled"), ("13:00", "booked")):
        make_appointment(service=service, starts_at=monday(clock), status=status)
    bounds = {"from": iso(monday("10:00")), "to": iso(monday("13:00"))}
    [found] = program.get("/bookings", **bounds).json["bookings"]
    assert found["status"] == "cancelled"
    assert len(program.get("/bookings", status="booked").json["bookings"]) == 2
    assert program.get("/bookings", after=NOBODYS).status == 404


# ── to change ──


def test_a_booking_is_moved_and_cancelled_as_the_patient_would(program, service):
    uid = program.post("/bookings", wanted(service, monday())).json["id"]
    moved = program.post(f"/bookings/{uid}/move", {"starts_at": iso(monday("11:00"))})
    assert (moved.json["starts_at"], moved.json["sequence"]) == (iso(monday("11:00")), 1)
    gone = program.post(f"/bookings/{uid}/cancel", {"reason": "Away"})
    assert gone.json["status"] == "cancelled"
    visit = Appointment.objects.get(uid=uid)
    assert (visit.status, visit.cancel_reason) == (Status.CANCELLED, "Away")
    assert mails() == ["appointment_booked", "appointment_cancelled", "appointment_moved"]
    events = AuditEvent.objects.filter(api_key=program.key.pk).order_by("pk")
    assert list(events.values_list("action", flat=True)) == [
        *("act:book", "book", "act:move", "move", "act:cancel", "cancel")
    ]
    assert program.post(f"/bookings/{uid}/cancel", {}).problem == "not_changeable"
    sent = {"starts_at": iso(monday("12:00"))}
    assert program.post(f"/bookings/{uid}/move", sent).problem == "not_changeable"


def test_past_the_cut_off_a_program_changes_nothing(program, service):
    uid = program.post("/bookings", wanted(service, monday())).json["id"]
    service.cutoff_hours = 24 * 30
    service.save()
    assert program.post(f"/bookings/{uid}/cancel", {}).problem == "not_changeable"
    sent = {"starts_at": iso(monday("12:00"))}
    assert program.post(f"/bookings/{uid}/move", sent).problem == "not_changeable"
    assert Appointment.objects.get(uid=uid).status == Status.BOOKED


def test_a_booking_is_not_moved_to_where_somebody_is(program, service):
    make_appointment(service=service, starts_at=monday("11:00"))
    uid = program.post("/bookings", wanted(service, monday())).json["id"]
    answer = program.post(f"/bookings/{uid}/move", {"starts_at": iso(monday("11:00"))})
    assert (answer.status, answer.problem) == (409, "slot_taken")
    assert Appointment.objects.get(uid=uid).starts_at == monday()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b"[" * 50_000, b"1e999"]
)
def test_what_is_no_booking_is_refused(program, body):
    answer = program.post("/bookings", body)
    assert answer.status in (400, 422), answer.text
    assert answer.problem in ("bad_request", "invalid")


def test_characters_that_nobody_reads_are_taken_away(program, service):
    sent = wanted(service, monday(), first_name="Gr\x00a\x08ce\ud800")
    assert program.post("/bookings", sent).status == 201
    assert Appointment.objects.get().patient.first_name == "Grace"

"""From the state to the done page without JavaScript, and what is stored on the way."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import links
from appointments.booking import holds
from appointments.models import Appointment, Consent, ConsentText, Patient, Status
from core.mail.models import EmailStatus, OutgoingEmail
from core.people import email_addresses
from tests.appointments import booking_steps
from tests.database import contents
from tests.factories import (
    at,
    make_appointment,
    make_patient,
    make_provider,
    make_service,
    monday,
)
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
TEN = "10:00 am"


@pytest.fixture
def visitor():
    return in_process()


@pytest.fixture
def service():
    return make_service(name="First visit", slug="first-visit")


# ── the way through ───────────────────────────────────────────────────────────


def test_a_patient_books_from_the_state_to_the_done_page_without_javascript(visitor, service):
    assert 'href="/book/tn/"' in visitor.get("/book/").text
    page = visitor.get("/book/tn/")
    page = visitor.submit(page, service="first-visit")
    assert page.path == "/book/tn/first-visit/"
    page = visitor.get(f"{page.path}?day={monday().date()}")
    page = visitor.press(page, TEN)
    assert page.path.startswith("/book/details/")
    page = visitor.submit(page, press="Book this visit", **booking_steps.DETAILS)
    assert page.path.startswith("/book/done/")
    assert page.status == 200
    assert "Thank you, Grace." in page.text
    assert "grace@example.org" in page.text
    visit = Appointment.objects.get()
    assert (visit.status, visit.starts_at) == (Status.BOOKED, monday())


def test_what_was_typed_is_stored_with_the_visit_and_its_patient(visitor, service):
    booking_steps.book(visitor, service, monday(), contact="call", phone="(615) 555-0199")
    visit = Appointment.objects.get()
    patient = visit.patient
    assert (patient.first_name, patient.last_name) == ("Grace", "Whitfield")
    assert patient.birth_date == date(1988, 4, 17)
    assert (visit.email, str(visit.phone)) == ("grace@example.org", "+16155550199")
    assert (visit.contact, visit.booked_for, visit.booked_by) == ("call", "self", "")
    assert (visit.state, visit.zone) == ("TN", "America/Chicago")
    assert visit.service == service
    assert visit.held_until is None


def test_each_consent_keeps_its_exact_text_and_a_keyed_hash_of_the_address(visitor, service):
    ConsentText.objects.create(kind="email", version=3, text="A newer text about e-mail.")
    page = booking_steps.hold_time(visitor, service, monday())
    assert "A newer text about e-mail." in page.text
    before = datetime.now(UTC)
    booking_steps.fill_in(visitor, page)
    visit = Appointment.objects.get()
    given = Consent.objects.filter(appointment=visit)
    assert {(c.text.kind, c.text.version) for c in given} == {("telehealth", 1), ("email", 3)}
    assert {c.address_hash for c in given} == {email_addresses.keyed_hash("grace@example.org")}
    assert {c.page for c in given} == {"appointments:details"}
    assert all(before <= c.given <= datetime.now(UTC) for c in given)


@pytest.mark.parametrize("missing", ["agree_telehealth", "agree_email"])
def test_nobody_books_without_their_consent(visitor, service, missing):
    page = booking_steps.fill_in(
        visitor, booking_steps.hold_time(visitor, service, monday()), **{missing: False}
    )
    assert page.status == 200
    assert "We need your yes" in page.text
    assert not Consent.objects.exists()
    assert Appointment.objects.get().status == Status.HELD


def test_a_text_that_changed_meanwhile_must_be_agreed_to_again(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    ConsentText.objects.create(kind="email", version=3, text="A newer text about e-mail.")
    page = booking_steps.fill_in(visitor, page)
    assert "We have changed this text." in page.text
    assert "A newer text about e-mail." in page.text
    page = booking_steps.fill_in(visitor, page)
    assert page.path.startswith("/book/done/")
    assert Consent.objects.filter(text__version=3).count() == 1


def test_the_confirmation_waits_in_the_outbox_and_says_nothing_telling(visitor, service):
    booking_steps.book(visitor, service, monday())
    [mail] = OutgoingEmail.objects.all()
    visit = Appointment.objects.get()
    assert (mail.to, mail.status) == ("grace@example.org", EmailStatus.WAITING)
    assert mail.key == f"appointment-booked:{visit.pk}"
    assert mail.subject.startswith("Your appointment on Monday, ")
    assert "10:00 am Central Time" in mail.subject
    assert "Hello Grace," in mail.text
    assert links.absolute(visit) in mail.text
    assert links.page(visit) in mail.html
    assert [file["filename"] for file in mail.attachments] == ["visit.ics"]


def test_a_double_submit_books_once(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    first = booking_steps.fill_in(visitor, page)
    second = booking_steps.fill_in(visitor, page)
    assert first.path == second.path
    assert Appointment.objects.count() == 1
    assert OutgoingEmail.objects.count() == 1
    assert Consent.objects.count() == 2


def test_the_same_person_booking_again_is_the_same_patient(service):
    booking_steps.book(in_process(), service, monday("10:00"))
    booking_steps.book(
        in_process(),
        service,
        monday("11:00"),
        first_name=" grace",
        last_name="WHITFIELD ",
        email="Grace@Example.org",
        birth_date="1988-04-17",
        phone="615-555-0100",
    )
    assert Patient.objects.count() == 1
    assert str(Patient.objects.get().phone) == "+16155550117"
    assert sorted(str(v.phone) for v in Appointment.objects.all()) == [
        "+16155550100",
        "+16155550117",
    ]


@pytest.mark.parametrize("other", [{"birth_date": "04/18/1988"}, {"first_name": "George"}])
def test_another_person_at_the_same_address_is_another_patient(service, other):
    booking_steps.book(in_process(), service, monday("10:00"))
    booking_steps.book(in_process(), service, monday("11:00"), **other)
    assert Patient.objects.count() == 2


def test_a_known_and_an_unknown_address_get_the_same_answer_at_the_same_cost(service):
    make_appointment(
        service=service,
        starts_at=monday("09:00"),
        patient=make_patient(email=booking_steps.DETAILS["email"]),
    )
    seen = []
    for clock, email in (
        ("10:00", "warm@example.org"),
        ("10:30", "nobody@example.org"),
        ("11:00", booking_steps.DETAILS["email"]),
    ):
        visitor = in_process()
        page = booking_steps.hold_time(visitor, service, monday(clock))
        rows = {table: count for table, (count, _) in contents().items()}
        with CaptureQueriesContext(connection) as queries:
            answer = booking_steps.fill_in(visitor, page, email=email)
        more = {table: count - rows[table] for table, (count, _) in contents().items()}
        kinds = [query["sql"].split()[0] for query in queries]
        seen.append((answer.status, len(visitor.redirects), kinds, more))
    assert seen[1][:3] == seen[2][:3]
    # A known patient's row is touched instead of written; everything else is the same.
    assert seen[1][3].pop("appointments_patient") == 1
    assert seen[2][3].pop("appointments_patient") == 0
    assert seen[1][3] == seen[2][3]


def test_who_books_for_someone_else_writes_their_own_name_and_is_greeted(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    page = booking_steps.fill_in(visitor, page, booked_for="other")
    assert "Please write your own name, so that we know who asks." in page.text
    page = booking_steps.fill_in(visitor, page, booked_for="other", booked_by="Rosa Whitfield")
    assert "Thank you, Rosa." in page.text
    visit = Appointment.objects.get()
    assert (visit.booked_for, visit.booked_by) == ("other", "Rosa Whitfield")
    assert visit.patient.first_name == "Grace"
    assert "Hello Rosa," in OutgoingEmail.objects.get().text


def test_a_name_of_ones_own_is_not_kept_when_the_visit_is_for_oneself(visitor, service):
    booking_steps.book(visitor, service, monday(), booked_by="Rosa Whitfield")
    assert Appointment.objects.get().booked_by == ""


# ── time zones ────────────────────────────────────────────────────────────────


def shown(page) -> list[str]:
    return [b.text for form in page.forms for b in form.buttons if b.name == "slot"]


def test_times_are_those_of_the_state_when_nothing_else_is_known(visitor):
    service = make_service(providers=[make_provider(states=["CA"], hours="12:00-13:00")])
    page = booking_steps.times_page(visitor, service, "ca", query=f"?day={monday().date()}")
    assert "10:00 am" in shown(page)  # noon in Tennessee
    assert "All times are Pacific Time" in page.text


def test_a_chosen_zone_is_remembered_and_changes_the_times(visitor, service):
    day = monday().date()
    page = booking_steps.times_page(visitor, service, query=f"?day={day}")
    page = visitor.submit(page, press="Show", zone="America/Los_Angeles")
    assert page.path == f"/book/tn/{service.slug}/"
    assert f"day={day}" in page.url
    assert "7:00 am" in shown(page)
    page = booking_steps.hold_time(visitor, service, monday())
    assert "8:00 am where you are" in page.text
    assert Appointment.objects.get().zone == "America/Chicago"  # where the visit will be


def test_an_unknown_zone_is_not_remembered(visitor, service):
    token = booking_steps.csrf_token(visitor)
    for zone in ("Mars/Olympus", "../etc/passwd", "UTC", ""):
        visitor.post(f"/book/tn/{service.slug}/", token | {"show": "zone", "zone": zone})
        assert "All times are Central Time" in booking_steps.times_page(visitor, service).text


def test_another_zone_keeps_what_was_typed_on_the_page_that_was_left(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    page = visitor.submit(page, press="Choose another time", first_name="Grace")
    form = page.form_with("zone")
    [show] = [button for button in form.buttons if button.name == "show"]
    page = visitor.send(page, form, form.filled(zone="America/Los_Angeles"), show)
    assert "All times are Pacific Time" in page.text
    assert '<input type="hidden" name="typed-first_name" value="Grace">' in page.text


def test_a_guess_of_the_browser_never_replaces_a_choice(client, service):
    client.post("/book/zone/guess/", {"zone": "America/Denver"})
    assert client.cookies["zone"].value == "America/Denver"
    client.post("/book/zone/guess/", {"zone": "America/New_York"})
    assert client.cookies["zone"].value == "America/Denver"
    client.post(f"/book/tn/{service.slug}/times/", {"zone": "America/Chicago"})
    assert client.cookies["zone"].value == "America/Chicago"


def test_a_state_with_two_zones_asks_where_and_the_answer_decides(visitor):
    service = make_service(providers=[make_provider(states=["TN", "KY"])])
    page = booking_steps.hold_time(visitor, service, monday())
    assert "Where in Tennessee will you be?" in page.text
    assert "Knoxville and Chattanooga (Eastern Time)" in page.text
    page = booking_steps.fill_in(visitor, page, zone="America/New_York")
    assert "11:00 am" in page.text
    assert Appointment.objects.get().zone == "America/New_York"
    assert "11:00 am Eastern Time" in OutgoingEmail.objects.get().subject


def test_a_split_state_needs_an_answer_when_the_zone_on_screen_is_not_one_of_its_own(visitor):
    service = make_service()
    chosen = {"show": "zone", "zone": "America/Los_Angeles"}
    visitor.post(f"/book/tn/{service.slug}/", booking_steps.csrf_token(visitor) | chosen)
    page = booking_steps.hold_time(visitor, service, monday())
    page = booking_steps.fill_in(visitor, page)
    assert "Please choose where you will be." in page.text


def test_a_state_with_one_zone_asks_nothing(visitor):
    service = make_service(providers=[make_provider(states=["GA"])])
    page = booking_steps.hold_time(visitor, service, monday(), "ga")
    assert "zone" not in page.form_with("first_name").choices


# ── holds ─────────────────────────────────────────────────────────────────────


def test_choosing_another_time_gives_the_first_one_back(visitor, service):
    booking_steps.hold_time(visitor, service, monday("10:00"))
    booking_steps.hold_time(visitor, service, monday("11:00"))
    held = Appointment.objects.filter(status=Status.HELD)
    assert [hold.starts_at for hold in held] == [monday("11:00")]
    assert TEN in shown(
        booking_steps.times_page(in_process(), service, query=f"?day={monday().date()}")
    )


def test_choosing_the_same_time_again_keeps_the_hold(visitor, service):
    booking_steps.hold_time(visitor, service, monday())
    booking_steps.hold_time(visitor, service, monday())
    assert Appointment.objects.count() == 1


def test_going_back_gives_the_time_back_at_once(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    page = visitor.press(page, "Choose another time")
    assert page.path == f"/book/tn/{service.slug}/"
    assert Appointment.objects.get().status == Status.RELEASED
    assert booking_steps.hold_time(in_process(), service, monday()).status == 200


def test_the_details_page_of_a_time_given_back_says_that_it_is_not_kept(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    visitor.press(page, "Choose another time")
    page = visitor.get(page.url)
    assert "may still be free: finish the form" in page.text
    assert "We are keeping" not in page.text
    assert Appointment.objects.get().status == Status.RELEASED


def test_a_hold_is_prolonged_once_and_what_was_typed_stays(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    until = Appointment.objects.get().held_until
    for _ in range(2):
        form = page.form_with("first_name")
        action = page.path + "extend/" if "extend" not in page.path else page.path
        page = visitor.post(action, form.filled(first_name="Ottilie", email="half@"))
        assert 'value="Ottilie"' in page.text
        assert 'value="half@"' in page.text
        assert Appointment.objects.get().held_until == until + timedelta(minutes=10)
        assert "I need more time" not in page.text


def expire(hold: Appointment) -> None:
    Appointment.objects.filter(pk=hold.pk).update(
        held_until=datetime.now(UTC) - timedelta(minutes=1)
    )


@pytest.mark.parametrize("settled", [False, True])
def test_a_hold_that_has_run_out_still_books_while_the_time_is_free(visitor, service, settled):
    page = booking_steps.hold_time(visitor, service, monday())
    expire(Appointment.objects.get())
    if settled:
        Appointment.objects.update(status=Status.EXPIRED)
    page = visitor.get(page.path)
    assert "Your minutes are over." in page.text
    assert booking_steps.fill_in(visitor, page).path.startswith("/book/done/")
    assert Appointment.objects.get().status == Status.BOOKED


def test_a_hold_that_has_run_out_does_not_book_a_time_that_someone_else_has(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    expire(Appointment.objects.get())
    booking_steps.book(in_process(), service, monday(), email="faster@example.org")
    page = booking_steps.fill_in(visitor, page, first_name="Ottilie")
    assert page.status == 409
    assert "Someone was a moment faster." in page.text
    assert "Nothing you typed is lost." in page.text
    assert len(shown(page)) == 4
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 1


def test_what_was_typed_is_carried_through_the_taken_page_to_the_next_form(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    expire(Appointment.objects.get())
    booking_steps.book(in_process(), service, monday(), email="faster@example.org")
    typed = {"first_name": "Ottilie", "email": "ottilie@example.org", "contact": "call"}
    page = booking_steps.fill_in(visitor, page, **typed)
    page = visitor.press(page, "Take ")
    form = page.form_with("first_name")
    for name, value in typed.items():
        assert form.fields[name] == value
    assert form.fields["birth_date"] == "04/17/1988"
    assert form.fields["agree_email"] == str(ConsentText.objects.filter(kind="email")[0].pk)
    page = visitor.send(page, form, form.fields)
    assert page.path.startswith("/book/done/")
    assert "Thank you, Ottilie." in page.text


def test_the_time_that_was_taken_is_not_among_the_nearest(visitor, service):
    booking_steps.book(in_process(), service, monday())
    page = booking_steps.hold_time(visitor, service, monday())
    assert page.status == 409
    values = [b.value for form in page.forms for b in form.buttons if b.name == "slot"]
    assert booking_steps.slot(monday()) not in values
    assert booking_steps.slot(monday("09:30")) in values
    assert booking_steps.slot(monday("10:30")) in values


def test_another_visitors_hold_is_not_found(visitor, service):
    path = booking_steps.hold_time(visitor, service, monday()).path
    stranger = in_process()
    assert stranger.get(path).status == 404
    stranger.get("/book/")
    for address in (path, f"{path}extend/", f"{path}release/"):
        assert (
            stranger.post(
                address, booking_steps.csrf_token(stranger) | booking_steps.DETAILS
            ).status
            == 404
        )
    assert Appointment.objects.get().status == Status.HELD


def test_a_hold_carries_no_personal_data_and_no_cookie_bits(visitor, service):
    client = Client()
    client.post(f"/book/tn/{service.slug}/", {"slot": booking_steps.slot(monday())})
    hold = Appointment.objects.get()
    bits = client.cookies["visitor"].value
    assert len(bits) >= 22  # 128 bits
    assert hold.visitor
    assert bits not in str(Appointment.objects.values_list().get())


@pytest.mark.parametrize(("days", "clock"), [(-2, "00:00"), (0, "14:00"), (4, "23:30")])
def test_anyone_goes_to_the_provider_with_the_fewest_visits_that_week(visitor, days, clock):
    """From Monday to Sunday by the provider's clock, and nothing before or after."""
    busy, idle = make_provider(), make_provider()
    service = make_service(providers=[busy, idle])
    wednesday = monday().date() + timedelta(days=2)
    visits = [(busy, days, clock), (idle, -3, "23:30"), (idle, 5, "00:00")]
    for provider, day, at_clock in visits:
        start = at(wednesday + timedelta(days=day), at_clock)
        make_appointment(service=service, provider=provider, starts_at=start)
    booking_steps.hold_time(visitor, service, at(wednesday, "10:00"))
    assert Appointment.objects.get(status=Status.HELD).provider == idle


def test_the_provider_who_was_asked_for_is_the_one_who_is_booked(visitor):
    wanted, other = make_provider(), make_provider()
    service = make_service(providers=[other, wanted])
    booking_steps.hold_time(visitor, service, monday("10:00"), **{"with": wanted.slug})
    assert Appointment.objects.get().provider == wanted
    make_appointment(service=service, provider=wanted, starts_at=monday("11:00"))
    page = booking_steps.hold_time(visitor, service, monday("11:00"), **{"with": wanted.slug})
    assert page.status == 409


def test_a_license_that_ended_since_the_hold_books_nothing(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    service.providers.get().licenses.update(expires=date(2020, 1, 1))
    assert booking_steps.fill_in(visitor, page).status == 409
    assert not OutgoingEmail.objects.exists()


def test_a_provider_who_left_since_the_hold_is_not_booked(visitor, service):
    page = booking_steps.hold_time(visitor, service, monday())
    service.providers.update(active=False)
    assert booking_steps.fill_in(visitor, page).status == 409


def test_abandoned_holds_are_purged_and_visits_stay(service):
    booking_steps.hold_time(in_process(), service, monday("10:00"))
    booking_steps.book(in_process(), service, monday("11:00"))
    long_ago = datetime.now(UTC) - timedelta(days=2)
    Appointment.objects.filter(status=Status.HELD).update(held_until=long_ago)
    Appointment.objects.update(created=long_ago)
    holds.purge_abandoned_holds()
    assert [visit.status for visit in Appointment.objects.all()] == [Status.BOOKED]

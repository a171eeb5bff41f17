"""A corrected address ends every link that its former reader has, and gives the right one its own.

What a link proved is the address that it was mailed to.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from appointments import links
from appointments.models import Appointment, Patient, Status, WaitlistEntry, WaitlistOffer
from appointments.waitlist import links as place_links
from appointments.waitlist import responses
from core.mail.models import EmailStatus, OutgoingEmail
from tests.appointments import booking_steps
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_entry, make_hold, make_service, monday
from tests.visitor import in_process

pytestmark = pytest.mark.django_db
WRONG, RIGHT = "stranger@example.org", "mia@example.org"


@pytest.fixture
def desk(db, settings) -> Client:
    settings.STAFF_MFA_REQUIRED = False
    return signed_in("front desk", name="Robin Example")


@pytest.fixture
def service():
    return make_service()


def correct(desk: Client, visit: Appointment, email: str = RIGHT):
    """Staff write another address on the record of the visit's patient."""
    visit.refresh_from_db()
    patient = visit.patient
    data = {
        "first_name": patient.first_name,
        "last_name": patient.last_name,
        "birth_date": f"{patient.birth_date:%m/%d/%Y}",
        "email": email,
        "phone": str(patient.phone),
        "appointments-TOTAL_FORMS": "0",
        "appointments-INITIAL_FORMS": "0",
    }
    page = desk.get(reverse("admin:appointments_patient_change", args=[patient.pk]), {"edit": "1"})
    token = page.context["adminform"].form
    data |= {name: token[name].value() or "" for name in token.fields if name not in data}
    answer = desk.post(page.wsgi_request.path, data)
    assert answer.status_code == 302, answer.content.decode()
    visit.refresh_from_db()


def all_paths(visit: Appointment) -> list[str]:
    """Every page that a link to this visit, mailed or handed to a browser, opens now."""
    mailed = [links.page(visit, name) for name in links.PURPOSES if name != "done"]
    handed = [
        links.handed_page(visit, name)
        for name, purpose in links.PURPOSES.items()
        if purpose in links.HANDED
    ]
    return mailed + handed


def calendar_in(email: OutgoingEmail):
    [file] = [part for part in email.attachments if part["filename"].endswith(".ics")]
    calendar = Calendar.from_ical(file["content"])
    [event] = calendar.walk("VEVENT")
    return calendar, event


def mail(template: str, to: str) -> OutgoingEmail:
    return OutgoingEmail.objects.get(template=template, to=to)


# ── visits ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [Status.BOOKED, Status.HELD, Status.EXPIRED, Status.CANCELLED])
def test_every_link_that_was_given_out_explains_itself_and_nothing_else(desk, service, status):
    until = timezone.now() + timedelta(minutes=9) if status == Status.HELD else None
    visit = make_appointment(service=service, email=WRONG, status=status, held_until=until)
    Patient.objects.update(email=WRONG)
    paths = all_paths(visit)
    correct(desk, visit)
    stranger = Client()
    for path in paths:
        for answer in (stranger.get(path), stranger.post(path, {"reason": ""})):
            assert answer.status_code in (410, 405), path
        page = stranger.get(path).content.decode()
        assert "put right the e-mail address" in page
        assert visit.patient.first_name not in page
        assert RIGHT not in page
    visit.refresh_from_db()
    assert (visit.status, visit.email) == (status, RIGHT)


def test_the_right_address_gets_a_link_that_works_and_the_old_calendar_a_cancel(desk, service):
    booking_steps.book(in_process(), service, monday("10:00"), email=WRONG, first_name="Mia")
    visit = Appointment.objects.get()
    _first, invitation = calendar_in(mail("appointment_booked", WRONG))
    OutgoingEmail.objects.update(status=EmailStatus.SENT, due_at=None, sent_at=timezone.now())
    correct(desk, visit)

    gone = mail("appointment_address_corrected", WRONG)
    calendar, event = calendar_in(gone)
    assert calendar["METHOD"] == "CANCEL"
    assert (event["UID"], event["STATUS"]) == (invitation["UID"], "CANCELLED")
    assert event["ATTENDEE"] == f"mailto:{WRONG}"
    assert "Mia" not in gone.text + gone.html
    assert visit.key not in str(gone.attachments)
    assert "http" not in gone.text

    told = mail("appointment_booked", RIGHT)
    calendar, again = calendar_in(told)
    assert calendar["METHOD"] == "REQUEST"
    assert invitation["SEQUENCE"] < event["SEQUENCE"] < again["SEQUENCE"], "who has both keeps it"
    assert links.page(visit) in told.text
    assert Client().get(links.page(visit)).status_code == 200


def test_what_still_waits_for_the_wrong_address_is_never_sent(desk, service):
    booking_steps.book(in_process(), service, monday("10:00"), email=WRONG)
    correct(desk, Appointment.objects.get())
    assert mail("appointment_booked", WRONG).status == EmailStatus.DROPPED


def test_the_stranger_s_link_lists_no_visit_of_the_right_address(desk, service):
    for name, email, clock in (("Mistyped", WRONG, "10:00"), ("Right", RIGHT, "11:00")):
        booking_steps.book(in_process(), service, monday(clock), email=email, last_name=name)
    mistyped, other = Appointment.objects.order_by("starts_at")
    old = links.page(mistyped)
    correct(desk, mistyped)
    assert other.key not in Client().get(old).content.decode()
    assert links.page(other) in Client().get(links.page(mistyped)).content.decode()


def test_the_browser_that_booked_is_not_handed_the_new_key(desk, service):
    visitor = in_process()
    booking_steps.book(visitor, service, monday("10:00"), email=WRONG)
    visit = Appointment.objects.get()
    correct(desk, visit)
    page = visitor.get(f"/book/details/{visit.uid}/")
    assert (page.status, visitor.redirects) == (410, [])
    assert RIGHT not in page.text
    assert visit.key not in page.text


def test_a_visit_that_waits_is_kept_anew_and_the_right_address_is_asked(desk, service):
    visit = make_appointment(
        service=service,
        email=WRONG,
        status=Status.HELD,
        held_until=timezone.now() + timedelta(minutes=1),
    )
    Patient.objects.update(email=WRONG)
    correct(desk, visit)
    assert visit.held_until > timezone.now() + timedelta(minutes=20)
    told = mail("appointment_confirm", RIGHT)
    assert links.page(visit, "confirm") in told.text
    assert not OutgoingEmail.objects.filter(to=WRONG).exists()
    Client().post(links.page(visit, "confirm"))
    visit.refresh_from_db()
    assert visit.status == Status.BOOKED


def test_what_is_past_gets_a_new_key_and_nobody_a_mail(desk, service):
    visit = make_appointment(
        service=service,
        email=WRONG,
        status=Status.COMPLETED,
        starts_at=timezone.now() - timedelta(days=2),
    )
    Patient.objects.update(email=WRONG)
    old = links.page(visit)
    correct(desk, visit)
    assert Client().get(old).status_code == 410
    assert not OutgoingEmail.objects.exists()


def test_another_spelling_of_the_same_address_ends_no_link(desk, service):
    visit = make_appointment(service=service, email=RIGHT)
    Patient.objects.update(email=RIGHT)
    old = links.page(visit)
    correct(desk, visit, "Mia@Example.org")
    assert visit.email == "Mia@Example.org"
    assert Client().get(old).status_code == 200
    assert not OutgoingEmail.objects.exists()


def test_corrected_back_and_forth_each_address_is_told_each_time(desk, service):
    visit = make_appointment(service=service, email=WRONG)
    Patient.objects.update(email=WRONG)
    for email in (RIGHT, WRONG, RIGHT):
        correct(desk, visit, email)
    told = OutgoingEmail.objects.filter(template="appointment_booked", to=RIGHT)
    assert [links.page(visit) in each.text for each in told.order_by("pk")] == [False, True]


def test_reminders_of_the_corrected_visit_are_its_own(desk, service):
    """One that went to the wrong address before does not stand in its way."""
    visit = make_appointment(service=service, email=WRONG)
    Patient.objects.update(email=WRONG)
    before = visit.sequence
    correct(desk, visit)
    assert visit.sequence > before


def test_the_history_says_that_an_address_was_corrected(desk, service):
    visit = make_appointment(service=service, email=WRONG)
    Patient.objects.update(email=WRONG)
    correct(desk, visit)
    page = desk.get(reverse("admin:appointments_appointment_change", args=[visit.pk]))
    assert "E-mail address corrected" in page.content.decode()


# ── places in line ────────────────────────────────────────────────────────────


def step_of(entry: WaitlistEntry) -> str:
    return reverse("admin:appointments_waitlistentry_address", args=[entry.pk])


def test_staff_correct_the_address_of_a_place_and_its_old_link_ends(desk, service):
    entry = make_entry(service=service, email=WRONG)
    old = place_links.page(entry)
    assert step_of(entry) in desk.get(step_of(entry).replace("address", "change")).content.decode()
    assert desk.post(step_of(entry), {"email": RIGHT, "was": WRONG}).status_code == 302
    entry.refresh_from_db()
    page = Client().get(old)
    assert page.status_code == 410
    assert "puts an e-mail address right" in page.content.decode()
    for step in ("accept", "decline", "keep", "leave"):
        assert Client().post(f"{old}{step}/", {}).status_code == 410
    assert place_links.page(entry) in mail("waitlist_joined", RIGHT).text
    assert Client().get(place_links.page(entry)).status_code == 200


def test_a_running_offer_goes_to_the_right_address_at_once(desk, service):
    entry = make_entry(service=service, email=WRONG)
    hold = make_hold(service=service, visitor="waitlist:1")
    offer = WaitlistOffer.objects.create(
        entry=entry,
        hold=hold,
        provider=hold.provider,
        starts_at=hold.starts_at,
        created=timezone.now(),
        until=timezone.now() + timedelta(minutes=15),
    )
    desk.post(step_of(entry), {"email": RIGHT, "was": WRONG})
    entry.refresh_from_db()
    assert place_links.page(entry) in mail("waitlist_offer", RIGHT).text
    responses.accept(offer)
    assert Appointment.objects.get(pk=hold.pk).email == RIGHT


def test_a_place_that_was_changed_meanwhile_is_not_changed_over(desk, service):
    entry = make_entry(service=service, email=WRONG)
    WaitlistEntry.objects.update(email="colleague@example.org")
    answer = desk.post(step_of(entry), {"email": RIGHT, "was": WRONG})
    assert "Somebody has changed the address meanwhile" in answer.content.decode()
    assert RIGHT in answer.content.decode(), "what was typed stays"
    entry.refresh_from_db()
    assert entry.email == "colleague@example.org"


def test_who_waits_already_with_the_right_address_is_named_beside_the_field(desk, service):
    entry, _there = (make_entry(service=service, email=email) for email in (WRONG, RIGHT))
    answer = desk.post(step_of(entry), {"email": RIGHT, "was": WRONG})
    assert answer.status_code == 409
    assert "waits for the same with that address already" in answer.content.decode()
    entry.refresh_from_db()
    assert (entry.email, entry.status) == (WRONG, "waiting")


@pytest.mark.parametrize("waits_too", [False, True])
def test_correcting_a_patient_corrects_their_places_too(desk, service, waits_too):
    visit = make_appointment(service=service, email=WRONG)
    Patient.objects.update(email=WRONG)
    patient = Patient.objects.get()
    typed = {"first_name": patient.first_name, "last_name": patient.last_name}
    waiting = make_entry(service=service, email=WRONG, **typed)
    Patient.objects.update(match_key=waiting.person)
    became = make_entry(
        service=service,
        email=WRONG,
        status="fulfilled",
        closed=timezone.now(),
        appointment=visit,
        **typed,
    )
    if waits_too:
        make_entry(service=service, email=RIGHT, **typed)
    old = [place_links.page(entry) for entry in (waiting, became)]
    correct(desk, visit)
    for path in old:
        page = Client().get(path)
        assert page.status_code == 410
        assert visit.key not in page.content.decode()
    waiting.refresh_from_db()
    assert waiting.email == RIGHT
    assert waiting.status == ("removed" if waits_too else "waiting")


def test_a_place_leads_to_no_visit_whose_address_is_another_now(service):
    visit = make_appointment(service=service, email=RIGHT)
    entry = make_entry(
        service=service,
        email=WRONG,
        status="fulfilled",
        closed=timezone.now(),
        appointment=visit,
    )
    page = Client().get(place_links.page(entry))
    assert page.status_code == 200
    assert visit.key not in page.content.decode()

"""What a browser was handed proves nothing about an address; a link that was mailed does.

One link, one purpose, and a stranger who types somebody's address learns nothing.
"""

from datetime import timedelta
from itertools import permutations

import pytest
import time_machine
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone

from appointments import links
from appointments.models import Appointment, ClinicRules, Status
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.factories import make_appointment, make_service, monday
from tests.visitor import Page, Visitor, in_process

pytestmark = pytest.mark.django_db
VICTIM = "grace@example.org"
STEPS = ("visit", "reschedule", "reschedule_fragment", "cancel", "confirm", "calendar")


@pytest.fixture
def service():
    return make_service()


@pytest.fixture
def known(service) -> list[Appointment]:
    """Two upcoming visits of an address that a stranger knows."""
    return [
        make_appointment(service=service, email=VICTIM, starts_at=monday(clock))
        for clock in ("11:00", "13:00")
    ]


@pytest.fixture
def stranger() -> Visitor:
    return in_process()


def book_as(visitor: Visitor, service, clock: str = "10:00", email: str = VICTIM) -> Page:
    other = {"first_name": "Mallory", "last_name": "Nobody", "birth_date": "01/02/1990"}
    return booking_steps.book(visitor, service, monday(clock), email=email, **other)


def linked(page: Page) -> list[str]:
    """The paths of ours that a page leads to."""
    return [piece.split('"')[0] for piece in page.text.split('href="')[1:]]


def private(paths: list[str]) -> set[str]:
    return {path for path in paths if path.startswith(("/appointments/", "/book/done/"))} - {
        "/appointments/lost-link/"
    }


def own_page(done: Page) -> str:
    """Where the done page says that the visit can be seen, moved or cancelled."""
    return done.text.split("See, move or cancel")[0].rsplit('href="', 1)[1].split('"')[0]


def step_of(page: Page, step: str) -> str:
    return next(path for path in linked(page) if path.endswith(f"/{step}/"))


def everything_behind(visitor: Visitor, page: Page) -> str:
    """The text of every private page that can be reached from here, with those it redirects to."""
    seen, todo, text = set(), private(linked(page)), page.text
    while todo:
        path = todo.pop()
        seen.add(path)
        reached = visitor.get(path)
        text += reached.text + "".join(visitor.redirects)
        todo |= private(linked(reached)) - seen
    return text


# ── what a stranger learns who books with somebody's address ──────────────────


def test_who_books_with_a_known_address_sees_none_of_its_other_visits(stranger, service, known):
    done = book_as(stranger, service)
    text = everything_behind(stranger, done)
    assert "Move to another time" in text, "the pages behind the done page were walked"
    for visit in known:
        assert visit.key not in text
    assert "Your other visits" not in text


def test_cancelling_and_moving_it_in_that_browser_leads_to_no_mailed_link(stranger, service, known):
    done = book_as(stranger, service)
    mine = Appointment.objects.get(patient__first_name="Mallory")
    page = stranger.get(own_page(done))
    move = stranger.get(step_of(page, "reschedule"))
    sent = booking_steps.csrf_token(stranger) | {"slot": booking_steps.slot(monday("15:00"))}
    moved = stranger.post(move.path, sent)
    assert "Moved. This is your new time" in moved.text
    cancel = stranger.get(step_of(moved, "cancel"))
    cancelled = stranger.press(cancel, "Cancel this visit")
    assert "This visit is cancelled." in cancelled.text
    for page in (moved, cancelled):
        assert links.page(mine) not in page.text + page.path
        assert "Your other visits" not in page.text


def test_the_done_page_of_a_visit_that_is_over_leads_to_no_mailed_link(stranger, service):
    done = book_as(stranger, service)
    mine = Appointment.objects.get()
    Appointment.objects.update(status=Status.CANCELLED)
    stranger.get(done.path)
    assert links.page(mine) not in stranger.redirects


def test_a_known_address_and_an_unknown_one_look_the_same_in_that_browser(service, known):
    """Also where the known one has so many visits that this one waits to be confirmed."""
    ClinicRules.objects.create(most_upcoming=2)
    texts = {}
    for email in (VICTIM, "new@example.org"):  # the first gives its time back
        visitor = in_process()
        done = book_as(visitor, service, "09:00", email)
        texts[email] = neutral(walk(visitor, done), email)
    assert Appointment.objects.filter(email=VICTIM, status=Status.BOOKED).count() == 2
    assert texts[VICTIM] == texts["new@example.org"]


def walk(visitor: Visitor, done: Page) -> list[str]:
    """Done, the visit, moved, cancelled: each page's path of steps and its text."""
    page = visitor.get(own_page(done))
    move = step_of(page, "reschedule")
    again = visitor.get(done.path)
    moved = visitor.post(
        move, booking_steps.csrf_token(visitor) | {"slot": booking_steps.slot(monday("15:00"))}
    )
    cancelled = visitor.press(visitor.get(step_of(moved, "cancel")), "Cancel this visit")
    return [done.text, page.text, again.text, moved.text, cancelled.text]


def neutral(texts: list[str], email: str) -> list[list[str]]:
    """Without what differs for everybody: the address that was typed, tokens, and seconds."""
    keys = [visit.key for visit in Appointment.objects.all()]
    return [
        [
            word
            for word in text.replace(email, "E").split()
            if not any(key in word for key in keys)
            and not word.startswith(('value="', 'data-look-again-after="'))
        ]
        for text in texts
    ]


# ── one token, one purpose ────────────────────────────────────────────────────


def test_a_token_made_for_one_purpose_opens_no_other_page(client, service):
    visit = make_appointment(service=service)
    made = {step: links.page(visit, step) for step in STEPS}
    made |= {f"handed {step}": links.handed_page(visit, step) for step in ("done", "calendar")}
    made["handed visit"] = links.handed_page(visit, "visit")
    purposes = {"reschedule": "visit", "reschedule_fragment": "visit", "cancel": "visit"}
    for (one, path), (other, wanted) in permutations(made.items(), 2):
        one, other = one.removeprefix("handed "), other.removeprefix("handed ")
        if purposes.get(one, one) == purposes.get(other, other):
            continue
        forged = wanted.replace(token_in(wanted), token_in(path))
        assert client.get(forged).status_code == 404, (one, other)
        assert client.post(forged).status_code in (404, 405), (one, other)


def token_in(path: str) -> str:
    return max(path.split("/"), key=len)


def test_the_browser_that_booked_cannot_confirm_past_the_limit(stranger, service, known):
    ClinicRules.objects.create(most_upcoming=2)
    done = book_as(stranger, service)
    waiting = Appointment.objects.get(status=Status.HELD)
    for path in [done.path, *private(linked(done)), *private(linked(stranger.get(done.path)))]:
        stranger.post(
            f"/appointments/{token_in(path)}/confirm/", booking_steps.csrf_token(stranger)
        )
    waiting.refresh_from_db()
    assert waiting.status == Status.HELD
    [mail] = OutgoingEmail.objects.filter(template="appointment_confirm")
    confirm = links.page(waiting, "confirm")
    assert confirm in mail.text
    stranger.post(confirm, booking_steps.csrf_token(stranger))
    waiting.refresh_from_db()
    assert waiting.status == Status.BOOKED, "the mailed link does"


def test_confirming_has_a_limit(settings, client, service):
    settings.LIMITS = settings.LIMITS | {"changes": "1/hour"}
    for clock, expected in (("10:00", Status.BOOKED), ("11:00", Status.HELD)):
        waiting = make_appointment(
            service=service,
            starts_at=monday(clock),
            status=Status.HELD,
            held_until=timezone.now() + timedelta(hours=1),
        )
        response = client.post(links.page(waiting, "confirm"))
        waiting.refresh_from_db()
        assert waiting.status == expected
    assert response.status_code == 429


def test_the_link_of_the_browser_ends_an_hour_after_the_time_was_taken(stranger, service):
    done = book_as(stranger, service)
    mine = Appointment.objects.get()
    paths = private(linked(done)) | {done.path}
    for path in paths:
        assert stranger.get(path).status == 200
    with time_machine.travel(mine.created + links.HANDED_FOR + timedelta(seconds=1)):
        for path in paths:
            page = stranger.get(path)
            assert page.status == 410
            assert mine.provider.name not in page.text
            assert "the link in our mail still opens it" in page.text
        assert stranger.get(links.page(mine)).status == 200


@pytest.mark.parametrize("made_for", ["confirm", "calendar", "done"])
def test_no_signature_for_something_else_opens_a_visit(client, service, made_for):
    visit = make_appointment(service=service)
    for salt in (f"appointments.{made_for}", f"appointments.{made_for}.handed"):
        forged = Signer(sep=".", salt=salt, algorithm="sha256").sign(visit.key)
        assert client.get(f"/appointments/{forged}/").status_code == 404


# ── whoever reads the mail sees it all ────────────────────────────────────────


def test_the_mailed_link_lists_the_other_visits_of_its_address(stranger, service, known):
    book_as(stranger, service)
    mine = Appointment.objects.get(patient__first_name="Mallory")
    [mail] = OutgoingEmail.objects.filter(template="appointment_booked")
    assert mail.to == VICTIM
    page = Client().get(links.page(mine)).content.decode()
    assert links.page(mine) in mail.text
    for visit in known:
        assert links.page(visit) in page


# ── a visit that waits to be confirmed can be moved like any other ─────────────


def test_a_visit_that_waits_is_moved_and_its_mail_asks_about_the_new_time(client, service):
    waiting = make_appointment(
        service=service,
        starts_at=monday("10:00"),
        status=Status.HELD,
        held_until=timezone.now() + timedelta(hours=1),
    )
    sent = {"slot": booking_steps.slot(monday("15:00"))}
    response = client.post(links.page(waiting, "reschedule"), sent)
    assert response.status_code == 302
    waiting.refresh_from_db()
    assert (waiting.status, waiting.starts_at) == (Status.HELD, monday("15:00"))
    [mail] = OutgoingEmail.objects.all()
    assert mail.template == "appointment_confirm"
    assert "3:00 pm" in mail.subject + mail.text

"""Many people at once at a running site: each time is given away once, and nobody sees an error.

The negative control runs the same race without the constraint and must double-book: otherwise
the race would prove nothing.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.db import connection

from appointments import links
from appointments.models import Appointment, Consent, Status
from core.mail.models import OutgoingEmail
from tests import database, processes
from tests.appointments import booking_steps
from tests.factories import make_appointment, make_hold, make_provider, make_service, monday
from tests.visitor import Page, Visitor, over_http

pytestmark = pytest.mark.django_db(transaction=True)
RACERS = 20
DOUBLE_BOOKING = "appointment_no_double_booking"


@pytest.fixture(scope="module")
def racing_site(django_db_setup) -> Iterator[processes.Process]:
    """The site as it runs in production, two processes of four threads, without limits."""
    with processes.site(WEB_WORKERS="2", LIMIT_BOOKINGS="100000/minute") as site:
        yield site


@pytest.fixture
def site(racing_site, transactional_db) -> processes.Process:
    return racing_site


@pytest.fixture
def unguarded() -> Iterator[None]:
    """The database without the constraint that forbids double bookings."""
    [constraint] = [c for c in Appointment._meta.constraints if c.name == DOUBLE_BOOKING]
    with connection.schema_editor() as editor:
        editor.remove_constraint(Appointment, constraint)
    try:
        yield
    finally:
        database.empty_tables()
        with connection.schema_editor() as editor:
            editor.add_constraint(Appointment, constraint)


def at_once(calls: list[Callable[[], Page]]) -> tuple[list[Page], float]:
    """The answers, in order, and the seconds that the slowest took."""
    answers: list[tuple[Page, float] | Exception] = [RuntimeError("no answer")] * len(calls)
    start = threading.Barrier(len(calls))

    def run(nth: int, call: Callable[[], Page]) -> None:
        start.wait()
        began = time.perf_counter()
        try:
            answers[nth] = call(), time.perf_counter() - began
        except Exception as error:
            answers[nth] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    pages, seconds = zip(*answers, strict=True)
    return list(pages), max(seconds)


def posting(visitor: Visitor, url: str, data: dict) -> Callable[[], Page]:
    """Sends a form and stops at the first answer; "One moment, please" asks to press again.

    On a slow machine twenty who want one provider wait longer than anybody may wait for a lock.
    """

    def press(times: int = 3) -> Page:
        page = visitor.transport("POST", url, data, {})
        return page if page.status != 503 or not times else press(times - 1)

    return press


def pressing(
    site, path: str, starts_at: datetime, visitor: Visitor | None = None, **also: str
) -> Callable[[], Page]:
    """What presses one of the times of that page."""
    visitor = visitor or over_http(site.url)
    return posting(
        visitor,
        path,
        booking_steps.csrf_token(visitor) | {"slot": booking_steps.slot(starts_at)} | also,
    )


def statuses(pages: list[Page]) -> Counter:
    return Counter(page.status for page in pages)


def offers(page: Page) -> list[str]:
    return [b.value for form in page.forms for b in form.buttons if b.name == "slot"]


# ── twenty patients, one time ─────────────────────────────────────────────────


def press_the_same_time(site, service) -> list[Callable[[], Page]]:
    address = f"/book/tn/{service.slug}/"
    return [pressing(site, address, monday()) for _ in range(RACERS)]


def submit_for_the_same_time(site, service) -> list[Callable[[], Page]]:
    """Twenty who have each held the time until their hold ran out send their details."""
    calls = []
    for nth in range(RACERS):
        visitor = over_http(site.url)
        page = booking_steps.hold_time(visitor, service, monday())
        assert page.status == 200
        Appointment.objects.update(held_until=monday(weeks=-2))
        form = page.form_with("first_name")
        details = booking_steps.DETAILS | {"email": f"racer{nth}@example.org"}
        calls.append(posting(visitor, page.url, form.filled(**details)))
    return calls


def warm_up(site) -> None:
    """Every thread of the site has answered something and has its connection."""
    other = make_service(providers=[make_provider()])
    make_appointment(service=other, starts_at=monday())
    at_once(press_the_same_time(site, other))


def deadlocks() -> int:
    """How many the database has broken. Each costs its losers a second.

    A connection tells when it ends: those of the site are ended, and opened anew when it asks.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]


def test_of_twenty_who_press_the_same_time_one_holds_it_and_the_others_see_other_times(
    site, record_property
):
    warm_up(site)
    service = make_service()
    calls = press_the_same_time(site, service)
    before = deadlocks()
    pages, slowest = at_once(calls)
    record_property("slowest", slowest)
    assert statuses(pages) == {302: 1, 409: 19}
    for page in pages:
        if page.status == 409:
            assert len(offers(page)) == 4
            assert booking_steps.slot(monday()) not in offers(page)
    assert service.appointments.live().count() == 1
    assert deadlocks() == before


def test_of_twenty_who_submit_for_the_same_time_one_is_booked_and_the_others_see_other_times(
    site, record_property
):
    warm_up(site)
    service = make_service()
    calls = submit_for_the_same_time(site, service)
    before = deadlocks()
    pages, slowest = at_once(calls)
    record_property("slowest", slowest)
    assert statuses(pages) == {302: 1, 409: 19}
    assert all(len(offers(page)) == 4 for page in pages if page.status == 409)
    booked = service.appointments.live().get()
    assert (booked.status, booked.starts_at) == (Status.BOOKED, monday())
    assert OutgoingEmail.objects.get().to == booked.email
    assert set(Consent.objects.values_list("appointment", flat=True)) == {booked.pk}
    assert deadlocks() == before


@pytest.mark.parametrize("race", [press_the_same_time, submit_for_the_same_time])
def test_without_the_constraint_the_same_race_books_twice(site, unguarded, race):
    # Chance decides a single race; five without one double booking would mean a guard elsewhere.
    for _ in range(5):
        service = make_service()
        at_once(race(site, service))
        if Appointment.objects.live().filter(service=service).count() > 1:
            return
    pytest.fail("nothing was booked twice: the constraint is not what prevents it")


def test_two_providers_are_given_to_two_of_twenty(site):
    service = make_service(providers=[make_provider(), make_provider()])
    pages, _ = at_once(press_the_same_time(site, service))
    assert statuses(pages) == {302: 2, 409: 18}
    held = Appointment.objects.live()
    assert len({hold.provider_id for hold in held}) == held.count() == 2


def test_a_cap_of_one_visit_a_day_holds_for_twenty_at_once(site):
    service = make_service(providers=[make_provider(daily_limit=1, hours="00:00-00:00")])
    address = f"/book/tn/{service.slug}/"
    clocks = [f"{8 + nth // 2:02}:{nth % 2 * 30:02}" for nth in range(RACERS)]
    pages, _ = at_once([pressing(site, address, monday(clock)) for clock in clocks])
    assert statuses(pages) == {302: 1, 409: 19}
    assert Appointment.objects.live().count() == 1


def test_twenty_holds_that_ran_out_side_by_side_are_settled_without_an_error(site):
    service = make_service(providers=[make_provider(hours="00:00-00:00")])
    for nth in range(8):
        make_hold(service=service, starts_at=monday(f"{9 + nth:02}:00"), minutes=-5)
    address = f"/book/tn/{service.slug}/"
    clocks = [f"{9 + nth % 8:02}:00" for nth in range(RACERS)]
    pages, _ = at_once([pressing(site, address, monday(clock)) for clock in clocks])
    assert statuses(pages) == {302: 8, 409: 12}


# ── one visitor, twice ────────────────────────────────────────────────────────


@pytest.mark.parametrize("providers", [1, 2])
def test_who_presses_two_times_at_once_holds_one_of_them(site, providers):
    service = make_service(providers=[make_provider() for _ in range(providers)])
    slugs = list(service.providers.values_list("slug", flat=True))
    address = f"/book/tn/{service.slug}/"
    for nth in range(5):
        visitor = over_http(site.url)
        # The first hold gives the browser its cookie.
        booking_steps.hold_time(visitor, service, monday("16:00"))
        calls = [
            pressing(site, address, monday(clock, weeks=nth + 1), visitor, **{"with": slug})
            for clock, slug in (("10:00", slugs[0]), ("11:00", slugs[-1]))
        ]
        pages, _ = at_once(calls)
        assert set(statuses(pages)) <= {302, 409}
        assert 302 in statuses(pages)
        held = Appointment.objects.filter(status=Status.HELD)
        assert held.count() == 1
        held.delete()


def test_who_sends_the_details_five_times_at_once_books_once(site):
    visitor = over_http(site.url)
    page = booking_steps.hold_time(visitor, make_service(), monday())
    sent = page.form_with("first_name").filled(**booking_steps.DETAILS)
    pages, _ = at_once([posting(visitor, page.url, sent)] * 5)
    assert statuses(pages) == {302: 5}
    assert len({page.headers["Location"] for page in pages}) == 1
    assert Appointment.objects.count() == OutgoingEmail.objects.count() == 1
    assert Consent.objects.count() == 2


def test_one_address_does_not_pass_its_limit_of_upcoming_visits_by_booking_all_at_once(site):
    service, calls = make_service(providers=[make_provider(hours="00:00-00:00")]), []
    for nth in range(8):
        visitor = over_http(site.url)
        page = booking_steps.hold_time(visitor, service, monday(f"{9 + nth:02}:00"))
        sent = page.form_with("first_name").filled(**booking_steps.DETAILS)
        calls.append(posting(visitor, page.url, sent))
    pages, _ = at_once(calls)
    assert statuses(pages) == {302: 8}
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 4
    assert OutgoingEmail.objects.filter(template="appointment_confirm").count() == 4


# ── moves ─────────────────────────────────────────────────────────────────────


def moving(site, visit, starts_at, **also: str) -> Callable[[], Page]:
    return pressing(site, links.page(visit, "reschedule"), starts_at, **also)


def test_of_two_who_move_into_one_time_one_succeeds(site):
    service = make_service()
    for week in range(1, 6):
        visits = [
            make_appointment(service=service, starts_at=monday(clock, weeks=week))
            for clock in ("10:00", "11:00")
        ]
        pages, _ = at_once([moving(site, v, monday("14:00", weeks=week)) for v in visits])
        assert statuses(pages) == {302: 1, 409: 1}
        moved = Appointment.objects.filter(pk__in=[visit.pk for visit in visits], sequence=1)
        assert moved.get().starts_at == monday("14:00", weeks=week)
    assert OutgoingEmail.objects.filter(template="appointment_moved").count() == 5


def test_opposite_moves_between_two_providers_at_once_all_end_well(site):
    one, two = make_provider(hours="06:00-22:00"), make_provider(hours="06:00-22:00")
    service = make_service(providers=[one, two])
    visits = [
        make_appointment(service=service, provider=who, starts_at=monday(f"{8 + hour:02}:00"))
        for hour in range(10)
        for who in (one, two)
    ]
    for minute in ("30", "00"):
        calls = []
        for visit in visits:
            visit.refresh_from_db()
            other = two if visit.provider_id == one.pk else one
            hour = 8 + visits.index(visit) // 2
            start = monday(f"{hour:02}:{minute}")
            calls.append(moving(site, visit, start, **{"with": other.slug}))
        pages, _ = at_once(calls)
        assert statuses(pages) == {302: len(visits)}
    assert set(Appointment.objects.values_list("sequence", flat=True)) == {2}


def test_swapping_two_visits_at_once_ends_in_an_answer_for_both(site):
    one, two = make_provider(), make_provider()
    service = make_service(providers=[one, two])
    for week in range(1, 6):
        mine, yours = (
            make_appointment(service=service, provider=who, starts_at=monday(weeks=week))
            for who in (one, two)
        )
        pages, _ = at_once([
            moving(site, mine, mine.starts_at, **{"with": two.slug}),
            moving(site, yours, yours.starts_at, **{"with": one.slug}),
        ])  # fmt: skip
        assert statuses(pages) == {409: 2}  # neither time is free until the other has gone


def test_of_a_move_and_a_cancellation_at_once_the_visit_ends_as_one_of_them_says(site):
    service = make_service()
    for week in range(1, 6):
        visit = make_appointment(service=service, starts_at=monday(weeks=week))
        visitor = over_http(site.url)
        form = visitor.get(links.page(visit, "cancel")).form_with("reason")
        cancel = posting(visitor, links.page(visit, "cancel"), form.fields)
        pages, _ = at_once([cancel, moving(site, visit, monday("14:00", weeks=week))])
        assert statuses(pages) == {302: 2}
        visit.refresh_from_db()
        # A cancellation counts wherever the visit has been moved to.
        assert visit.status == Status.CANCELLED
        mails = OutgoingEmail.objects.filter(about=f"appointment:{visit.pk}")
        assert mails.filter(template="appointment_cancelled", overtaken=False).count() == 1
        assert not mails.filter(template="appointment_moved", status="waiting").exists()

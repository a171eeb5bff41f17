"""Joining the waitlist from the time page: the same answer for every address."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments import cookies
from appointments.booking import returning_patient
from appointments.models import WaitlistEntry
from appointments.waitlist import links
from core.mail.models import OutgoingEmail
from tests.appointments import booking_steps
from tests.appointments.waitlist_setup import at_noon, booked_out, mails_to, open_hours
from tests.factories import make_entry, make_service, monday
from tests.visitor import in_process

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with at_noon():
        yield


@pytest.fixture
def visitor():
    return in_process()


@pytest.fixture
def service():
    return booked_out()[0]


def form_of(visitor, service, state: str = "tn", query: str = ""):
    return visitor.get(f"/book/{state}/{service.slug}/waitlist/{query}")


def join(visitor, service, *, weekdays=(), parts=(), **answers):
    """Fill in the page and send it, with those boxes ticked."""
    page = form_of(visitor, service)
    form = page.form_with("first_name")
    data = form.filled(**booking_steps.DETAILS | answers)
    return visitor.post(page.url, data | {"weekdays": weekdays, "parts": parts})


# ── the way there ─────────────────────────────────────────────────────────────


@pytest.mark.parametrize("query", ["", "?day=2027-01-04"])
def test_the_time_page_leads_to_the_waitlist(visitor, service, query):
    page = booking_steps.times_page(visitor, service, query=query)
    assert f'href="/book/tn/{service.slug}/waitlist/"' in page.text
    open_hours(service, "14:00-15:00")
    page = booking_steps.times_page(visitor, service, query=query)
    assert f'href="/book/tn/{service.slug}/waitlist/"' in page.text


def test_the_provider_who_was_chosen_is_chosen_there_too(visitor, service):
    slug = service.providers.get().slug
    page = booking_steps.times_page(visitor, service, query=f"?with={slug}")
    assert f"/waitlist/?with={slug}" in page.text
    form = form_of(visitor, service, query=f"?with={slug}").form_with("provider")
    assert form.fields["provider"] == slug
    form = form_of(visitor, service, query="?with=nobody").form_with("provider")
    assert form.fields["provider"] == ""


# ── joining ───────────────────────────────────────────────────────────────────


def test_a_patient_joins_with_wishes_and_all_that_a_booking_needs(visitor, service):
    slug = service.providers.get().slug
    page = join(
        visitor, service, weekdays=["0", "4"], parts=["evening"], provider=slug,
        zone="America/New_York",
    )  # fmt: skip
    assert page.status == 200
    assert "We are sending a message to grace@example.org." in page.text
    entry = WaitlistEntry.objects.get()
    assert (entry.state, entry.service, entry.status) == ("TN", service, "waiting")
    assert (entry.weekdays, entry.parts, entry.zone) == ([0, 4], ["evening"], "America/New_York")
    assert entry.provider == service.providers.get()
    assert (entry.first_name, entry.birth_date) == ("Grace", date(1988, 4, 17))
    assert (entry.email, str(entry.phone)) == ("grace@example.org", "+16155550117")
    assert len(entry.consent_texts) == 2
    assert entry.until - timezone.now() == timedelta(days=60)


def test_the_mail_brings_the_one_link_to_the_place(visitor, service):
    join(visitor, service)
    entry = WaitlistEntry.objects.get()
    mail = OutgoingEmail.objects.get()
    assert (mail.template, mail.to) == ("waitlist_joined", "grace@example.org")
    assert links.page(entry) in mail.text
    assert service.name not in mail.text
    assert "You are on the waitlist, Grace." in visitor.get(links.page(entry)).text


def test_the_page_does_not_show_the_link(visitor, service):
    page = join(visitor, service)
    assert links.token(WaitlistEntry.objects.get()) not in page.text


def test_who_joins_while_a_time_suits_waits_for_a_sooner_one_and_is_told(visitor, service):
    open_hours(service, "14:00-15:00")
    page = join(visitor, service, parts=["afternoon"])
    assert "One time suits already" in page.text
    assert "at 2:00 pm, Central Time" in page.text
    assert WaitlistEntry.objects.get().sooner_than == monday("14:00")


def test_who_joins_while_nothing_suits_waits_for_any_time(visitor, service):
    open_hours(service, "14:00-15:00")
    page = join(visitor, service, parts=["morning"])
    assert "One time suits already" not in page.text
    assert WaitlistEntry.objects.get().sooner_than is None


def test_what_was_typed_stays_when_something_is_wrong(visitor, service):
    page = join(visitor, service, weekdays=["2"], parts=["morning"], email="no address")
    assert page.status == 200
    assert "Write the whole address" in page.text
    form = page.form_with("first_name")
    assert (form.fields["first_name"], form.fields["weekdays"]) == ("Grace", "2")
    assert form.fields["parts"] == "morning"
    assert not WaitlistEntry.objects.exists()
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekdays": ["7"]},
        {"weekdays": ["x"]},
        {"parts": ["night"]},
        {"provider": "nobody"},
        {"zone": "Mars/Olympus"},
        {"agree_email": False},
        {"birth_date": "17/17/1988"},
    ],
)
def test_nothing_odd_is_stored(visitor, service, wrong):
    page = form_of(visitor, service)
    data = page.form_with("first_name").filled(**booking_steps.DETAILS)
    data = {name: value for name, value in (data | wrong).items() if value is not False}
    answer = visitor.post(page.url, data)
    assert answer.status == 200
    assert "error-summary" in answer.text
    assert not WaitlistEntry.objects.exists()


def test_a_service_that_must_be_proved_asks_for_the_proof_first(service):
    service.audience, service.proof_required = "returning", True
    service.save()
    client = Client(enforce_csrf_checks=True)
    visitor = in_process(client)
    assert form_of(visitor, service).path.endswith("/proof/")
    client.cookies[cookies.cookie_name("proof")] = returning_patient.make(
        "other@example.org", returning=True
    )
    assert "that we sent the link to" in join(visitor, service).text
    client.cookies[cookies.cookie_name("proof")] = returning_patient.make(
        "grace@example.org", returning=True
    )
    join(visitor, service)
    assert WaitlistEntry.objects.count() == 1


# ── joining again, and too often ──────────────────────────────────────────────


def test_joining_again_keeps_the_place_and_changes_the_wishes_once_the_mailed_link_says_so(
    visitor, service
):
    join(visitor, service, weekdays=["1"])
    before = WaitlistEntry.objects.get()
    with at_noon(days=10):
        join(visitor, service, weekdays=["3"], email="Grace@Example.org", phone="615-555-0199")
        asked = WaitlistEntry.objects.get(status="asked")
        assert links.page(asked) in OutgoingEmail.objects.latest("pk").text
        page = visitor.press(visitor.get(links.page(asked)), "Yes, keep watch for this")
    assert page.path == links.page(before)
    [entry] = WaitlistEntry.objects.all()
    assert (entry.pk, entry.key, entry.created) == (before.pk, before.key, before.created)
    assert (entry.weekdays, str(entry.phone)) == ([3], "+16155550199")
    assert entry.until == before.until + timedelta(days=10)


def test_who_types_somebody_s_name_birth_date_and_address_changes_nothing_of_their_place(
    visitor, service
):
    first = join(visitor, service, weekdays=["1"])
    before = WaitlistEntry.objects.values().get()
    again = join(visitor, service, weekdays=["6"], parts=["evening"], phone="615-555-0199")
    assert WaitlistEntry.objects.values().get(id=before["id"]) == before
    assert first.text == again.text
    assert WaitlistEntry.objects.filter(status="waiting").count() == 1


def test_two_people_of_one_address_have_a_place_each(visitor, service):
    join(visitor, service)
    join(visitor, service, first_name="Ada")
    assert WaitlistEntry.objects.count() == 2


def test_who_has_left_joins_at_the_end_of_the_line(visitor, service):
    join(visitor, service)
    visitor.press(visitor.get(links.page(WaitlistEntry.objects.get())), "Leave the waitlist")
    with at_noon(days=1):
        join(visitor, service)
        assert WaitlistEntry.objects.get(status="waiting").created == timezone.now()


def test_an_address_with_four_places_is_asked_by_mail_whether_it_wants_one_more(visitor, service):
    entries = [make_entry(service=make_service(), email="grace@example.org") for _ in range(4)]
    known = join(visitor, service)
    assert WaitlistEntry.objects.filter(status="waiting").count() == 4
    assert mails_to(entries[0]) == ["waitlist_joined"]
    mail = OutgoingEmail.objects.get()
    assert "Was it you? Then say yes" in mail.text
    entry = WaitlistEntry.objects.get(status="asked")
    assert links.page(entry) in mail.text
    unknown = join(visitor, service, email="other@example.org")
    assert same(known, unknown)
    page = visitor.get(links.page(entry))
    assert WaitlistEntry.objects.get(pk=entry.pk).status == "asked", "opening it changes nothing"
    for other in entries:
        assert links.page(other) in page.text
    page = visitor.press(page, "Yes, keep watch for this")
    assert "You are on the waitlist, Grace." in page.text
    kept = WaitlistEntry.objects.get(pk=entry.pk)
    assert (kept.status, kept.closed) == ("waiting", None)


def test_a_place_that_was_asked_about_twice_is_in_line_once(visitor, service):
    for _ in range(4):
        make_entry(service=make_service(), email="grace@example.org")
    join(visitor, service)
    join(visitor, service, weekdays=["3"])
    [entry] = WaitlistEntry.objects.filter(status="asked")
    assert entry.weekdays == [3]
    for _ in range(2):
        visitor.post(f"{links.page(entry)}keep/", booking_steps.csrf_token(visitor))
    assert WaitlistEntry.objects.filter(status="waiting").count() == 5
    join(visitor, service, weekdays=["4"])
    [again] = WaitlistEntry.objects.filter(pk=entry.pk)
    assert (again.status, again.weekdays) == ("waiting", [3])


def same(one, other) -> bool:
    """Whether two pages differ in the address alone."""
    return one.text.replace("grace@", "X@") == other.text.replace("other@", "X@")


def test_a_known_and_an_unknown_address_get_the_same_answer_by_as_many_queries(service):
    def answer(email: str):
        visitor = in_process()
        form_of(visitor, service)
        with CaptureQueriesContext(connection) as captured:
            page = join(visitor, service, email=email)
        return page, len(captured), OutgoingEmail.objects.filter(to=email).count()

    make_entry(service=service, email="grace@example.org")
    known, queries, mails = answer("grace@example.org")
    unknown, as_many, as_many_mails = answer("other@example.org")
    assert same(known, unknown)
    assert (queries, mails) == (as_many, as_many_mails)
    waiting_page, queries_again, _ = answer("grace@example.org")
    assert same(waiting_page, unknown)
    assert queries_again == as_many


def test_much_with_one_address_asks_for_a_little_work_whoever_asks(service, settings):
    settings.LIMITS = settings.LIMITS | {"waitlist_per_address": "2/day"}
    spellings = ["grace.o@gmail.com", "GraceO+1@gmail.com", "graceo@googlemail.com"]
    people = [in_process(Client(REMOTE_ADDR=f"192.0.2.{nth}")) for nth in range(3)]
    pages = [join(who, service, email=one) for who, one in zip(people, spellings, strict=True)]
    assert [page.status for page in pages] == [200, 200, 429]
    assert 'id="puzzle"' in pages[2].text


def test_past_its_limit_a_network_is_asked_to_wait(visitor, service, settings):
    settings.LIMITS = settings.LIMITS | {"waitlist": "1/day"}
    assert join(visitor, service).status == 200
    assert join(visitor, service, email="other@example.org").status == 429
    assert WaitlistEntry.objects.count() == 1


def test_near_the_limit_a_little_work_is_asked_and_every_tick_travels_along(
    visitor, service, settings
):
    settings.LIMITS = settings.LIMITS | {"waitlist_easily": "1/day"}
    join(visitor, service)
    page = join(visitor, service, weekdays=["1", "3"], email="other@example.org")
    assert page.status == 429
    for day in ("1", "3"):
        assert f'name="weekdays" value="{day}"' in page.text

"""Three journeys as staff and patients walk them: a long closure, two who edit, a better time."""

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from appointments.conflicts import decisions
from appointments.models import Appointment, HoursException, Provider, Status
from appointments.waitlist import links, offers
from tests.appointments.test_long_lists import many
from tests.appointments.waitlist_setup import at_noon, booked_out, cancel_visit
from tests.browser.barriers import barriers
from tests.browser.test_staff_tools import RULES
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_entry, make_patient, make_provider, monday
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff_page(browser, live_server, settings):
    settings.STAFF_MFA_REQUIRED = False
    make_practice()
    contexts = []

    def opener(path: str, name: str, width: int = 1280):
        client = Client()
        client.force_login(make_staff("manager", name=name))
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        cookie = client.cookies[site.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": site.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}]
        )
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.goto(live_server.url + path)
        return page

    yield opener
    for context in contexts:
        context.close()


def test_a_closure_over_sixty_visits_is_decided_by_groups_with_one_exception(staff_page):
    visits = many(60)
    page = staff_page(reverse("admin:appointments_hoursexception_add"), "Mina")
    page.get_by_label("For whom").select_option("clinic")
    first, last = monday().date(), monday(weeks=2).date()
    page.locator("[name=first_day]").fill(f"{first}")
    page.locator("[name=last_day]").fill(f"{last}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Booked visits that this disturbs")
    assert barriers(page, "#content", RULES) == []
    groups = page.locator("select[name^=conflicts-group]")
    assert groups.count() == 2
    for group in groups.all():
        group.select_option("cancel")
    page.locator("#content summary").first.click()
    single = page.locator("[name=conflicts-single]").first
    pk = single.get_attribute("value")
    single.check()
    page.get_by_role("button", name="Show the ticked visits").click()
    alone = page.locator(f"[name=conflicts-visit-{pk}]")
    alone.select_option("later")
    assert groups.first.input_value() == "cancel"
    page.get_by_role("button", name="Save the change and do all this").click()
    expect(page.locator(".messagelist")).to_contain_text("59 visits are being settled")
    assert HoursException.objects.count() == 1
    assert decisions.carry_out() == 59
    left = Appointment.objects.get(status=Status.BOOKED)
    assert (str(left.pk), len(visits)) == (pk, 60)
    page.goto(page.url.partition("/admin/")[0] + "/admin/appointments/appointment/affected/")
    expect(page.locator(f"[name=conflicts-visit-{pk}]")).to_be_visible()


def test_two_who_edit_one_provider_lose_nothing_and_undo_nothing(staff_page):
    provider = make_provider(hours="", name="Anna Berg")
    path = reverse("admin:appointments_provider_change", args=[provider.pk])
    mine, theirs = staff_page(path, "Mina", width=390), staff_page(path, "Theo")
    theirs.locator("[name=active]").uncheck()
    theirs.get_by_role("button", name="Save", exact=True).click()
    theirs.wait_for_url("**/provider/")
    mine.locator("[name=languages]").fill("English, Spanish")
    mine.get_by_role("button", name="Save", exact=True).click()
    told = mine.locator(".edit-conflict")
    expect(told).to_contain_text("Changed by: Theo")
    assert barriers(mine, ".edit-conflict", RULES) == []
    assert mine.locator("[name=languages]").input_value() == "English, Spanish"
    assert not mine.locator("[name=active]").is_checked()
    mine.get_by_role("button", name="Save", exact=True).click()
    mine.wait_for_url("**/provider/")
    now = Provider.objects.get()
    assert (now.active, now.languages) == (False, "English, Spanish")


def test_a_patient_who_waits_takes_a_better_time_instead_of_the_visit_they_have(open_page):
    with at_noon():
        service, taken = booked_out()
        entry = make_entry(service=service, email="grace@example.org")
        mine = make_appointment(
            patient=make_patient(email="grace@example.org"), starts_at=monday("14:00", weeks=2)
        )
        cancel_visit(taken)
        offers.offer_freed_times()
        page = open_page(links.page(entry))
        assert barriers(page) == []
        expect(page.get_by_role("heading", name="You have a visit already")).to_be_visible()
        page.get_by_role("button", name="Take this instead of").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You are booked, Grace.")
        mine.refresh_from_db()
        assert mine.status == Status.CANCELLED
        kept = Appointment.objects.get(status=Status.BOOKED)
        assert (kept.starts_at, kept.patient) == (monday("10:00"), mine.patient)

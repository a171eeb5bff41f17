"""A clinician changes hours of their own and nobody else's; the clinic is closed by its name."""

import html
import importlib
import pkgutil
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django import forms
from django.apps import apps
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from appointments import migrations
from appointments.conflicts import detection
from appointments.models import HoursException, Provider, Service
from appointments.scheduling import availability
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_conflicts import off
from tests.appointments.test_desk import stretch
from tests.core.guard.test_odd_requests import forms_of_the_admin
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_provider, make_service, make_time_off, monday
from tests.pages.factories import make_practice

pytestmark = pytest.mark.django_db
ADD = reverse("admin:appointments_hoursexception_add")
LIST = reverse("admin:appointments_hoursexception_changelist")


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def own(db) -> Provider:
    return make_provider(name="Robin Vale")


def test_a_clinician_reaches_their_week_and_hours_from_the_menu_of_every_page(clinician, own):
    page = clinician.get(reverse("admin:to_do")).text
    for name, leads_to in (("my_week", f"/week/{own.pk}/"), ("my_hours", f"/{own.pk}/hours/")):
        assert f'href="{reverse(f"admin:{name}")}"' in page
        assert leads_to in clinician.get(reverse(f"admin:{name}")).headers["Location"]
    Provider.objects.update(account=None)
    told = clinician.get(reverse("admin:my_hours"), follow=True).text
    assert "A manager links it" in told
    assert "My hours" not in signed_in("front desk").get(reverse("admin:to_do")).text


@pytest.fixture
def clinician(own) -> Client:
    client = signed_in("clinician", name="Robin Vale")
    user = client.get("/admin/").wsgi_request.user
    Provider.objects.filter(pk=own.pk).update(account=user)
    return client


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def page(name: str, row) -> str:
    return reverse(f"admin:appointments_hoursexception_{name}", args=[row.pk])


def test_a_clinician_takes_time_off(clinician, own):
    assert clinician.post(ADD, off(provider=own.pk)).status_code == 302
    row = HoursException.objects.get()
    assert row.provider == own
    assert clinician.post(page("delete", row), {"post": "yes"}).status_code == 302
    assert not HoursException.objects.exists()


@pytest.mark.parametrize("whom", ["clinic", "colleague", ""])
def test_a_clinician_closes_neither_the_clinic_nor_a_colleagues_day(clinician, whom):
    colleague = make_provider(name="Anna Berg")
    answer = clinician.post(ADD, off(provider=colleague.pk if whom == "colleague" else whom))
    assert answer.status_code == 200
    assert not HoursException.objects.exists()
    assert "Anna Berg" not in text_of(clinician.get(ADD))
    assert 'value="clinic"' not in text_of(clinician.get(ADD))


@pytest.mark.parametrize("theirs", [True, False])
def test_a_clinician_changes_and_deletes_no_others_time_off(clinician, theirs):
    colleague = make_provider() if theirs else None
    row = make_time_off(colleague, monday().date())
    before = HoursException.objects.values().get()
    assert clinician.get(page("change", row)).status_code == 200  # to read
    assert clinician.post(page("change", row), off()).status_code == 403
    assert clinician.post(page("delete", row), {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    assert clinician.post(LIST, chosen).status_code == 403
    assert HoursException.objects.values().get() == before


def test_a_clinician_gives_their_own_time_off_to_nobody_else(clinician, own):
    row = make_time_off(own, monday().date())
    for whom in ("clinic", make_provider().pk):
        assert clinician.post(page("change", row), off(provider=whom)).status_code == 200
        assert HoursException.objects.get().provider == own


@pytest.mark.parametrize("kind", ["time_off", "extra_hours"])
def test_a_stretch_of_the_board_is_closed_or_opened_by_whose_hours_it_is(clinician, own, kind):
    page = reverse("admin:desk_hours")
    theirs = stretch(make_provider(), "16:00", "17:00", kind=kind)
    shown = clinician.get(page, theirs)
    assert shown.status_code == 200
    assert 'name="kind"' not in text_of(shown)
    assert clinician.post(page, theirs).status_code == 403
    assert not HoursException.objects.exists()
    mine = stretch(own, "16:00", "17:00", kind=kind)
    assert 'name="kind"' in text_of(clinician.get(page, mine))
    assert clinician.post(page, mine).status_code == 302
    assert set(HoursException.objects.values_list("provider", flat=True)) == {own.pk}


def test_somebody_whose_account_is_no_providers_reads_why_nothing_can_be_chosen(db):
    client = signed_in("clinician")
    make_provider(name="Anna Berg")
    assert "Your account is linked to no provider yet" in text_of(client.get(ADD))
    assert client.post(ADD, off()).status_code == 200
    assert not HoursException.objects.exists()


def test_whoever_leaves_out_for_whom_closes_nothing(db):
    desk = signed_in("front desk")
    answer = desk.post(ADD, off(provider=""))
    assert "This field is required." in text_of(answer)
    assert not HoursException.objects.exists()
    assert desk.post(ADD, off(provider="clinic")).status_code == 302
    assert HoursException.objects.get().provider is None


def free(service: Service, provider: Provider) -> set[str]:
    """The hours in UTC at which a visit with them on that Monday could begin."""
    starts = availability.grid(service, "TN", now=timezone.now()).of(provider)
    moments = (datetime.fromtimestamp(start, UTC) for start in starts)
    first = monday("00:00")
    return {f"{at:%H:%M}" for at in moments if first <= at < first + timedelta(days=1)}


@pytest.mark.parametrize(("whom", "far_away"), [("clinic", "1:00 pm"), ("clinic-here", "11:00 am")])
def test_a_closure_of_an_hour_is_at_one_moment_or_on_each_ones_clock_as_staff_say(whom, far_away):
    """For patients, on the board and among what such a closure would disturb."""
    make_practice(time_zone="America/Chicago")
    near, far = (
        make_provider(name=name, states=["TN"], time_zone=zone, hours="08:00-18:00")
        for name, zone in (("Anna", "America/Chicago"), ("Bo", "America/Los_Angeles"))
    )
    service = make_service(providers=[near, far], minutes=60)
    desk, day = signed_in("front desk"), monday().date()
    here, there = (
        datetime.combine(day, time(hour), who.zone).astimezone(UTC).strftime("%H:%M")
        for hour, who in ((13, near), (13, far))
    )
    assert {here} <= free(service, near)
    assert {here, there} <= free(service, far)
    hour = {"part": "times", "opens": "1:00 pm", "closes": "2:00 pm"}
    assert desk.post(ADD, off(provider=whom, **hour)).status_code == 302
    gone, left = (there, here) if whom == "clinic" else (here, there)
    assert here not in free(service, near)
    assert gone not in free(service, far)
    assert left in free(service, far)
    row = HoursException.objects.get()
    assert (row.provider, bool(row.zone)) == (None, whom == "clinic-here")
    said = "1:00 pm – 2:00 pm" + (" Central Time" if row.zone else " on each provider’s own clock")
    assert said in text_of(desk.get(LIST))
    assert f'value="{whom}" selected' in text_of(desk.get(page("change", row))).replace("data-", "")
    week = text_of(desk.get(reverse("admin:appointments_provider_hours", args=[far.pk])))
    assert "1:00 pm" in week
    asked = make_appointment(service=service, provider=far, starts_at=at(day, far_away, far))
    found = {pk for pk, _why in detection.all_of()}
    assert found == {asked.pk}


def at(day: date, clock: str, provider: Provider) -> datetime:
    """That time on their clock."""
    return datetime.strptime(f"{day} {clock}", "%Y-%m-%d %I:%M %p").replace(tzinfo=provider.zone)


def test_an_upgrade_links_each_account_to_the_provider_with_its_address():
    own = make_provider(email="Vale@Example.org")
    twice, other = make_provider(email="vale@example.org"), make_provider(email="")
    account = make_staff("clinician", email="vale@example.org")
    make_staff("clinician", email="gone@example.org", is_active=False)
    gone = make_provider(email="gone@example.org")
    names = [name for _, name, _ in pkgutil.iter_modules(migrations.__path__)]
    [name] = [name for name in names if name.endswith("_provider_account")]
    module = importlib.import_module(f"appointments.migrations.{name}")
    module.link_by_email(apps, None)
    linked = Provider.objects.filter(account=account)
    assert set(linked) <= {own, twice}
    assert linked.count() == 1
    assert Provider.objects.filter(account=None).count() == 3
    assert {other, gone} <= set(Provider.objects.filter(account=None))


# ── whose clock, and which part of the day ──


def test_the_list_and_the_form_name_the_providers_clock_and_the_practices_beside_it(db):
    make_practice(time_zone="America/Chicago")
    west = make_provider(name="West Wind", time_zone="America/Los_Angeles")
    row = make_time_off(west, monday().date(), hours="13:00-14:00")
    both = "1:00 pm – 2:00 pm Pacific Time (3:00 pm – 4:00 pm Central Time)"
    desk = signed_in("front desk")
    assert both in text_of(desk.get(LIST))
    form = text_of(desk.get(page("change", row)))
    assert both in form
    assert "West Wind, NP – Pacific Time" in form
    assert "The whole clinic – each provider’s own clock" in form


@pytest.mark.parametrize(
    ("part", "clocks"),
    [
        ("morning", (time(0), time(12))),
        ("afternoon", (time(12), time(0))),
        ("all_day", (None, None)),
    ],
)
def test_a_part_of_the_day_is_one_choice_and_the_last_day_may_be_left_out(part, clocks):
    provider = make_provider()
    data = off(provider=provider.pk, part=part, last_day="")
    assert signed_in("front desk").post(ADD, data).status_code == 302
    row = HoursException.objects.get()
    assert (row.opens, row.closes) == clocks
    assert row.first_day == row.last_day


def test_times_that_were_typed_are_never_dropped_for_a_part_of_the_day(db):
    desk, provider = signed_in("front desk"), make_provider()
    times = {"opens": "1 pm", "closes": "2 pm"}
    refused = desk.post(ADD, off(provider=provider.pk, part="afternoon", **times))
    assert "not both" in text_of(refused)
    assert desk.post(ADD, off(provider=provider.pk, part="times")).status_code == 200
    assert not HoursException.objects.exists()
    # "All day" is what the page comes with.
    assert desk.post(ADD, off(provider=provider.pk, part="all_day", **times)).status_code == 302
    assert HoursException.objects.get().opens == time(13)


def test_a_holiday_of_the_whole_clinic_shows_first_whom_it_would_disturb(db):
    visits = [make_appointment(service=make_service()) for _ in range(2)]
    desk = signed_in("front desk")
    answer = desk.post(ADD, off(provider="clinic", note="Founders’ Day"))
    assert all(f"visit-{visit.pk}" in text_of(answer) for visit in visits)
    assert not HoursException.objects.exists()


def test_every_time_that_a_form_of_the_admin_asks_for_names_its_clock():
    request = RequestFactory().get("/")
    request.user = make_staff(is_superuser=True)
    asked = {
        f"{part}: {name}": str(field.help_text)
        for part, form in forms_of_the_admin(request)
        for name, field in form().fields.items()
        if isinstance(field, (forms.TimeField, forms.SplitDateTimeField))
        and name != "closes"  # it stands in the line of "opens"
    }
    assert len(asked) >= 2
    assert [name for name, words in asked.items() if "clock" not in words] == []


def test_time_off_without_a_day_is_asked_for_it_and_nothing_breaks(clinician, own):
    row = make_time_off(own, monday().date())
    answer = clinician.post(page("change", row), off(provider=own.pk, first_day="", last_day=""))
    assert (answer.status_code, answer.text.count("This field is required.")) == (200, 1)

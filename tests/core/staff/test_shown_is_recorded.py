"""What an answer of the admin shows of somebody is in the trail, whatever was asked and how."""

import html
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import reverse

from appointments.admin.appointments import AppointmentAdmin
from appointments.models import Appointment, HoursException
from core.mail import test_message
from core.staff.audit import admin_pages
from core.staff.audit.shown_records import UndeclaredRecords
from core.staff.models import AuditEvent
from core.staff.urgency import Urgency
from tests.appointments.test_conflicts import change, change_hours, choose, off, two_providers
from tests.core.staff.addresses import all_addresses, custom, patterns
from tests.core.staff.people import make_staff, sign_in
from tests.core.staff.world import World, make_world
from tests.factories import (
    at,
    make_appointment,
    make_extra_hours,
    make_patient,
    make_provider,
    make_service,
    monday,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]
EXCEPTIONS = "/admin/appointments/hoursexception/"
VISITS = "/admin/appointments/appointment/"


@pytest.fixture
def manager(client) -> Client:
    return sign_in(client, make_staff("manager"))


@pytest.fixture
def superuser(client) -> Client:
    return sign_in(client, make_staff(is_superuser=True))


def newest() -> int:
    row = AuditEvent.objects.order_by("-pk").first()
    return row.pk if row else 0


def recorded(after: int) -> set[tuple[str, str]]:
    """Every record that the trail has named since, as (model, key)."""
    rows = AuditEvent.objects.filter(pk__gt=after)
    return {(row.model, pk) for row in rows for pk in row.object_pks}


def of(*visits: Appointment) -> set[tuple[str, str]]:
    return {("appointments.appointment", str(visit.pk)) for visit in visits}


def text_of(answer) -> str:
    return html.unescape(answer.getvalue().decode(errors="replace"))


def booked(number: int, **values) -> list[Appointment]:
    service = make_service(**values)
    return [
        make_appointment(
            service=service,
            starts_at=monday("09:00", weeks=1 + nth),
            patient=make_patient(last_name=f"Quillon{nth}"),
        )
        for nth in range(number)
    ]


# ── a change that is shown first, and not saved ──


def everybody_off() -> dict:
    return off(first_day=f"{monday().date()}", last_day="2099-12-31")


def test_time_off_for_the_whole_clinic_that_is_not_saved_names_every_visit_it_showed(manager):
    visits, start = booked(5), newest()
    answer = manager.post(f"{EXCEPTIONS}add/", everybody_off())
    assert all(f"Quillon{nth}" in text_of(answer) for nth in range(5))
    assert not HoursException.objects.exists()
    assert recorded(start) >= of(*visits)


def test_a_refused_choice_shows_them_again_and_they_are_recorded_again(manager):
    visits = booked(2)
    answer = manager.post(f"{EXCEPTIONS}add/", everybody_off())
    start = newest()
    assert choose(manager, answer, "keep").status_code == 409
    assert recorded(start) >= of(*visits)


def test_what_a_change_of_an_exception_and_its_deletion_show_is_recorded(manager):
    provider = make_provider(hours="")
    extra = make_extra_hours(provider, monday().date())
    visit = make_appointment(service=make_service(providers=[provider]))
    for page, data in (("change", off(provider=provider.pk)), ("delete", {"post": "yes"})):
        start = newest()
        answer = manager.post(f"{EXCEPTIONS}{extra.pk}/{page}/", data)
        assert "Whitfield" in text_of(answer)
        assert recorded(start) >= of(visit)


@pytest.mark.parametrize(
    "changes",
    [{"active": None}, {"licenses-0-expires": "2001-01-01"}],
    ids=["inactive", "license"],
)
def test_what_a_change_of_a_provider_shows_is_recorded(manager, changes):
    one, _other, service = two_providers()
    visit, start = make_appointment(service=service, provider=one), newest()
    assert "Whitfield" in text_of(change(manager, one, **changes))
    assert recorded(start) >= of(visit)


def test_what_a_change_of_weekly_hours_shows_is_recorded(manager):
    visit, start = make_appointment(), newest()
    assert "Whitfield" in text_of(change_hours(manager, visit.provider, "11:00 am-5 pm"))
    assert recorded(start) >= of(visit)


def test_what_new_holidays_show_is_recorded(manager):
    visit = make_appointment(starts_at=at(coming_christmas(), "10:00"))
    start = newest()
    data = {"holidays": ["Christmas Day"], "most_upcoming": "5"}
    data |= {"most_hourly": "60", "most_unproved": "500"}
    answer = manager.post("/admin/appointments/clinicrules/1/change/", data)
    assert "Whitfield" in text_of(answer)
    assert recorded(start) >= of(visit)


def coming_christmas() -> date:
    """The day on which the clinic is closed for it, which is a Friday or Monday on a weekend."""
    today = datetime.now(UTC).date()
    day = date(today.year, 12, 25)
    return day if day > today + timedelta(days=2) else date(today.year + 1, 12, 25)


# ── every page, every method ──


def payloads(world: World, name: str) -> list[dict]:
    """What a form of that name would send, beside nothing at all."""
    visits = [visit.pk for visit in world.visits]
    given: dict[str, list[dict]] = {
        "appointments_appointment_changelist": [
            {"action": action, "_selected_action": visits, "index": "0"}
            for action in ("cancel_chosen", "complete_chosen", "no_show_chosen")
        ],
        "appointments_hoursexception_add": [everybody_off()],
        "appointments_appointment_conflicts": [{"conflicts-all": "keep"}],
        "appointments_appointment_series": [{"cancel-rest": "yes"}],
        "articles_comment_answer": [{"text": "Thank you."}],
    }
    return [{}, *given.get(name, [])]


def test_whoever_can_be_read_on_any_answer_of_the_admin_is_named_in_the_trail(superuser):
    world, seen = make_world(), set()
    by_kind: Counter[str] = Counter()
    for address in all_addresses(most=2):
        if address.name == "logout":
            continue
        found = _check(superuser, world, address, "get", {})
        # Django's page of one kind is the same view for every model: two of each are enough.
        kind = address.name if address.name in custom() else address.name.rpartition("_")[2]
        by_kind[kind] += bool(found)
        for method in ("head", "options", "put") if found and by_kind[kind] <= 2 else ():
            _check(superuser, world, address, method, {})
        for data in payloads(world, address.name):
            found |= _check(superuser, world, address, "post", data)
        seen |= found
    assert seen == set(range(len(world.people))), "somebody is nowhere"


def _check(client: Client, world: World, address, method: str, data: dict) -> set[int]:
    """Ask, compare with the trail, and undo whatever it did. Returns who could be read."""
    with transaction.atomic():
        start = newest()
        answer = getattr(client, method)(address.path, data)
        assert answer.status_code < 500, f"{method} {address.path}"
        page, named = text_of(answer), recorded(start)
        if method == "get" and answer.status_code == 200 and address.name in custom():
            assert newest() > start, f"{address.path} leaves no row: is it behind admin_view?"
        found = {nth for nth, person in enumerate(world.people) if person.on(page)}
        for nth in found:
            person = world.people[nth]
            assert named & person.records, f"{method} {address.path} {data} shows {person.words}"
        transaction.set_rollback(True)
    return found


def test_what_hangs_below_a_form_is_named_too(manager):
    visits = booked(3)
    Appointment.objects.update(patient=visits[0].patient)
    start = newest()
    manager.get(f"/admin/appointments/patient/{visits[0].patient.pk}/change/")
    assert recorded(start) >= of(*visits)


def test_what_forbids_a_deletion_is_named(superuser, monkeypatch):
    visit = make_appointment()
    address = f"/admin/appointments/provider/{visit.provider.pk}/delete/"
    start = newest()
    superuser.get(address)
    assert not recorded(start) & of(visit)  # it says only that there are visits
    monkeypatch.setattr(AppointmentAdmin, "has_delete_permission", lambda *_args: True)
    for ask in (superuser.get, lambda path: superuser.post(path, {"post": "yes"})):
        start = newest()
        assert f"{visit}" in text_of(ask(address))
        assert recorded(start) >= of(visit)
    start = newest()
    data = {"action": "delete_selected", "_selected_action": [visit.provider.pk], "index": "0"}
    assert f"{visit}" in text_of(superuser.post("/admin/appointments/provider/", data))
    assert recorded(start) >= of(visit)


def test_the_first_page_names_the_visits_in_its_blocks(manager):
    visit = make_appointment()
    HoursException.objects.create(
        kind="time_off", first_day=monday().date(), last_day=monday().date()
    )
    start = newest()
    assert "cannot take place" in text_of(manager.get("/admin/to-do/"))
    assert recorded(start) >= of(visit)


# ── actions ──


def act(client: Client, action: str, query: str = "", **data):
    return client.post(f"{VISITS}{query}", {"action": action, "index": "0"} | data)


def test_an_action_on_all_of_a_list_names_each_of_them(manager):
    visits = booked(4)
    other = make_appointment(service=make_service())
    start = newest()
    data = {"select_across": "1", "_selected_action": [visits[0].pk]}
    query = f"?provider__id__exact={visits[0].provider.pk}"
    act(manager, "cancel_chosen", query, sure="yes", **data)
    rows = AuditEvent.objects.filter(pk__gt=start, action="act:cancel_chosen")
    [row] = rows
    assert sorted(row.object_pks) == sorted(str(visit.pk) for visit in visits)
    assert not recorded(start) & of(other)


def test_very_many_take_several_rows_and_none_is_left_out(manager, monkeypatch):
    monkeypatch.setattr(admin_pages, "AT_ONCE", 3)
    visits, start = booked(7), newest()
    act(manager, "cancel_chosen", select_across="1", _selected_action=[visits[0].pk])
    rows = AuditEvent.objects.filter(pk__gt=start, action="act:cancel_chosen")
    assert [len(row.object_pks) for row in rows.order_by("pk")] == [3, 3, 1]
    assert recorded(start) >= of(*visits)


def test_the_page_that_asks_whether_one_is_sure_names_whom_it_shows(manager):
    visits, start = booked(2), newest()
    page = text_of(act(manager, "cancel_chosen", _selected_action=[v.pk for v in visits]))
    assert "Quillon1" in page
    assert recorded(start) >= of(*visits)


def test_the_trail_names_the_action_that_was_done_and_no_other_that_was_sent_along(manager):
    [visit] = booked(1)
    start = newest()
    data = {"action": ["cancel_chosen", "no_show_chosen"], "index": "0", "sure": "yes"}
    manager.post(VISITS, data | {"_selected_action": [visit.pk]})
    acts = AuditEvent.objects.filter(pk__gt=start, action__startswith="act:")
    assert [row.action for row in acts] == ["act:cancel_chosen"]


def test_a_key_that_is_none_is_left_out(manager):
    [visit] = booked(1)
    for wrong in ("foo", "", "1\0", "9" * 40):
        answer = act(manager, "no_show_chosen", _selected_action=[visit.pk, wrong])
        assert answer.status_code == 302


# ── a page that says nothing ──


def test_a_page_that_does_not_say_what_it_shows_fails_here_and_in_development(manager, monkeypatch):
    monkeypatch.setattr(test_message, "declare_none", lambda response: response)
    with pytest.raises(UndeclaredRecords, match="send_test does not say which records"):
        manager.get(reverse("admin:mail_outgoingemail_test"))


def test_in_production_it_is_recorded_as_a_page_with_unknown_content(
    manager, monkeypatch, settings
):
    settings.AUDIT_RAISES_UNDECLARED = False
    monkeypatch.setattr(test_message, "declare_none", lambda response: response)
    assert manager.get(reverse("admin:mail_outgoingemail_test")).status_code == 200
    row = AuditEvent.objects.latest("pk")
    assert (row.action, row.model) == ("undeclared:send_test", "mail.outgoingemail")


def test_a_block_of_the_first_page_that_does_not_say_what_it_shows_fails(manager):
    before = list(admin.site._panels)
    admin.site.register_panel(Urgency.NOW)(lambda request: ("429.html", {}))
    try:
        with pytest.raises(UndeclaredRecords):
            manager.get("/admin/to-do/")
    finally:
        admin.site._panels[:] = before


def test_every_address_was_asked():
    make_world()
    asked = {address.name for address in all_addresses(most=1)}
    assert {name for name, _route, _model in patterns()} - asked <= {"app_list"}

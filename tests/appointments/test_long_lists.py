"""A change that disturbs thousands of visits is decided by groups, and locks nobody out."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.test import Client
from django.urls import reverse

from appointments.admin import conflict_resolution
from appointments.booking.visits import cancel
from appointments.conflicts import decisions as conflict_decisions
from appointments.conflicts import detection
from appointments.models import Appointment, ConflictDecision, HoursException, Provider, Status
from core.mail.models import OutgoingEmail
from core.staff.models import AuditEvent
from tests.appointments.staff_clients import signed_in
from tests.appointments.test_conflicts import EXCEPTION, STANDING, off
from tests.factories import (
    make_appointment,
    make_patient,
    make_provider,
    make_service,
    make_time_off,
    monday,
    prepared,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


@pytest.fixture
def desk(db) -> Client:
    return signed_in("front desk", name="Robin Example")


@pytest.fixture
def _long_from_two(monkeypatch) -> None:
    """Lists of more than two count as long, so that a test needs three visits."""
    monkeypatch.setattr(conflict_resolution, "MOST_SINGLE", 2)


def many(count: int) -> list[Appointment]:
    """So many visits with two providers, from next Monday at nine, half an hour each."""
    who = [make_provider(), make_provider()]
    service, patient = make_service(providers=who), make_patient()
    first = prepared(service=service, starts_at=monday("09:00"))
    given = {"email": patient.email, "phone": patient.phone, "contact": "email"}
    rows = []
    for nth in range(count):
        day, rest = divmod(nth, 28)
        by = timedelta(days=day, minutes=30 * (rest // 2))
        start, end = first["starts_at"] + by, first["ends_at"] + by
        moved = {"starts_at": start, "ends_at": end, "blocked": DateTimeTZRange(start, end)}
        of = {"provider": who[rest % 2], "patient": patient, "status": Status.BOOKED}
        rows.append(Appointment(**first | moved | of | given))
    return Appointment.objects.bulk_create(rows)


def closing(weeks: int = 1) -> dict:
    return off(last_day=f"{monday(weeks=weeks + 1).date()}")


def fields(answer) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    page = html.unescape(answer.text)
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(value)
    for name, first in re.findall(r'<select name="([^"]+)"[^>]*>\s*<option value="([^"]*)"', page):
        found[name] = [first]
    return found


def groups(answer) -> list[str]:
    return [name for name in fields(answer) if name.startswith("conflicts-group")]


def choose(client: Client, answer, for_all: str = "each", **chosen):
    data = fields(answer) | {"conflicts-all": for_all} | chosen
    return client.post(answer.request["PATH_INFO"], data)


def test_two_thousand_visits_are_listed_and_cancelled_by_one_decision(desk):
    visits = many(2000)
    answer = desk.post(EXCEPTION, closing(12))
    assert answer.status_code == 200
    assert len(groups(answer)) == 2
    assert len(fields(answer)) < 50, "what the form sends does not grow with the list"
    done = choose(desk, answer, "cancel", **{"conflicts-reason": "Flood"})
    assert done.status_code == 302
    assert HoursException.objects.count() == 1
    decisions = ConflictDecision.objects.all()
    assert {(d.choice, d.reason, d.by) for d in decisions} == {
        ("cancel", "Flood", "staff: Robin Example")
    }
    assert decisions.count() == len(visits)
    [first, second] = AuditEvent.objects.filter(action="act:conflicts")
    assert len(first.object_pks) + len(second.object_pks) == 2000
    page = desk.get(STANDING).text
    assert "2000 visits are being moved or cancelled as you decided." in page
    assert "conflicts-seen" not in page


@pytest.mark.usefixtures("_long_from_two")
def test_what_was_decided_is_carried_out_visit_by_visit_with_its_mails(desk):
    visits = many(4)
    choose(desk, desk.post(EXCEPTION, off()), "cancel")
    assert not OutgoingEmail.objects.exists()
    assert conflict_decisions.carry_out() == 4
    for visit in visits:
        visit.refresh_from_db()
        assert (visit.status, visit.changed_by) == (Status.CANCELLED, "staff: Robin Example")
    templates = set(OutgoingEmail.objects.values_list("template", flat=True))
    assert templates == {"appointment_cancelled_by_us"}
    assert not ConflictDecision.objects.exists()
    assert conflict_decisions.carry_out() == 0


@pytest.mark.usefixtures("_long_from_two")
def test_groups_are_decided_each_by_itself_with_exceptions_one_by_one(desk):
    visits = many(6)
    answer = desk.post(EXCEPTION, off())
    one, other = (f"conflicts-group-{visits[nth].provider_id}-time_off" for nth in (0, 1))
    single = visits[0]
    shown = choose(
        desk,
        answer,
        **{one: "move", other: "keep", "conflicts-single": str(single.pk), "conflicts-show": "yes"},
    )
    assert shown.status_code == 200
    assert not HoursException.objects.exists()
    assert f"conflicts-visit-{single.pk}" in shown.text
    assert 'value="keep" selected' in shown.text, "what was chosen so far stays"
    reason = {"conflicts-reason": "They come in"}
    chosen = {one: "move", other: "keep", f"conflicts-visit-{single.pk}": "cancel"}
    assert choose(desk, shown, **chosen, **reason).status_code == 302
    conflict_decisions.carry_out()
    for visit in visits:
        visit.refresh_from_db()
    assert single.status == Status.CANCELLED
    assert all(visit.staff_reason == "They come in" for visit in visits[1::2])
    assert all(visit.starts_at.date() != monday().date() for visit in visits[2::2])
    assert all(visit.status == Status.BOOKED for visit in visits[2::2])


@pytest.mark.usefixtures("_long_from_two")
@pytest.mark.parametrize("missing", ["choice", "reason"])
def test_nothing_is_saved_before_every_group_has_its_decision_and_keeping_its_reason(desk, missing):
    many(4)
    answer = desk.post(EXCEPTION, off())
    one, other = groups(answer)
    chosen = {one: "keep", other: "keep" if missing == "reason" else ""}
    refused = choose(desk, answer, **chosen)
    assert refused.status_code == 409
    assert not HoursException.objects.exists()
    assert not ConflictDecision.objects.exists()


@pytest.mark.usefixtures("_long_from_two")
def test_what_was_booked_since_the_list_was_made_is_marked_before_anything_is_done(desk):
    visits = many(4)
    answer = desk.post(EXCEPTION, off())
    make_appointment(
        service=visits[0].service,
        starts_at=monday("15:00"),
        patient=make_patient(last_name="Adeyo"),
    )
    refused = choose(desk, answer, "cancel")
    assert refused.status_code == 409
    assert "they are marked as new" in html.unescape(refused.text)
    assert re.search(r"Adeyo\s*<b>new</b>", refused.text)
    assert refused.text.count("<b>new</b>") == 1
    assert not HoursException.objects.exists()
    assert choose(desk, refused, "cancel").status_code == 302


@pytest.mark.usefixtures("_long_from_two")
def test_what_cannot_be_moved_stands_on_the_list_of_visits_that_need_somebody(desk):
    visits = many(4)
    for provider in Provider.objects.all():
        provider.weekly_hours.exclude(weekday=0).delete()  # nothing is free within two weeks
    make_time_off(None, monday(weeks=2).date(), monday(weeks=6).date())
    choose(desk, desk.post(EXCEPTION, off()), "move")
    conflict_decisions.carry_out()
    page = desk.get(STANDING).text
    assert all(f"conflicts-group-{visit.provider_id}" in page for visit in visits)
    choose(desk, desk.get(STANDING), "cancel")
    conflict_decisions.carry_out()
    assert not ConflictDecision.objects.exists()
    assert not Appointment.objects.filter(status=Status.BOOKED).exists()


@pytest.mark.usefixtures("_long_from_two")
def test_a_visit_that_is_no_conflict_any_more_is_left_alone(desk):
    many(4)
    choose(desk, desk.post(EXCEPTION, off()), "cancel")
    HoursException.objects.all().delete()  # the closure was a mistake
    assert conflict_decisions.carry_out() == 0
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 4
    assert not ConflictDecision.objects.exists()


def test_what_is_decided_while_others_are_carried_out_is_not_forgotten(desk, monkeypatch):
    first, second = many(2)
    conflict_decisions.decide([first], "cancel", by="staff: Robin Example", reason="Closed")
    looked = detection.all_of

    def closed_meanwhile():
        found = looked()
        make_time_off(None, monday().date(), monday().date())
        conflict_decisions.decide([second], "cancel", by="staff: Robin Example", reason="Closed")
        return found

    monkeypatch.setattr(detection, "all_of", closed_meanwhile)
    conflict_decisions.carry_out()
    assert ConflictDecision.objects.get().appointment == second
    monkeypatch.setattr(detection, "all_of", looked)
    assert conflict_decisions.carry_out() == 1
    second.refresh_from_db()
    assert second.status == Status.CANCELLED


@pytest.mark.usefixtures("_long_from_two")
def test_a_visit_that_its_patient_cancelled_first_is_not_cancelled_twice(desk):
    visits = many(4)
    choose(desk, desk.post(EXCEPTION, off()), "cancel")
    cancel(visits[0])
    assert conflict_decisions.carry_out() == 3


@pytest.mark.django_db(transaction=True)
def test_no_provider_is_locked_while_times_are_looked_up_for_the_page(monkeypatch):
    desk = signed_in("front desk")
    visits = many(4)
    looked_up = conflict_decisions.alternatives

    def nobody_waits() -> bool:
        try:
            with transaction.atomic():
                rows = Provider.objects.select_for_update(nowait=True, no_key=True)
                return bool(list(rows))
        except OperationalError:
            return False
        finally:
            connection.close()

    free = []

    def watched(visit: Appointment):
        with ThreadPoolExecutor(1) as pool:
            free.append(pool.submit(nobody_waits).result())
        return looked_up(visit)

    monkeypatch.setattr(conflict_decisions, "alternatives", watched)
    assert desk.post(EXCEPTION, off()).status_code == 200
    provider = visits[0].provider
    page = reverse("admin:appointments_provider_change", args=[provider.pk])
    assert desk.get(page).status_code == 200
    assert free == [True] * 4


def test_a_patient_with_hundreds_of_visits_can_be_corrected():
    patient = many(501)[0].patient
    manager = signed_in("manager")
    page = reverse("admin:appointments_patient_change", args=[patient.pk])
    names = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"',
        manager.get(page, {"edit": "1"}).text,
    )
    person = {"first_name": "Graça", "last_name": "W", "birth_date": "04/17/1988"}
    reached = {"email": patient.email, "phone": "615-555-0117"}
    assert manager.post(page, dict(names) | person | reached).status_code == 302
    patient.refresh_from_db()
    assert patient.first_name == "Graça"


def test_a_thousand_chosen_visits_reach_the_page_that_asks_whether_to_cancel(desk):
    pks = [visit.pk for visit in many(1001)]
    data = {"action": "cancel_chosen", "_selected_action": pks, "index": "0"}
    answer = desk.post(reverse("admin:appointments_appointment_changelist"), data)
    assert answer.status_code == 200
    assert Appointment.objects.filter(status=Status.BOOKED).count() == 1001

"""Visits and holds are changed by roles that may change appointments, whatever page is asked."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from appointments.models import Appointment, HoursException, Provider
from core.mail.models import OutgoingEmail
from core.staff import roles
from tests.appointments.staff_clients import signed_in
from tests.factories import make_appointment, make_hold, make_service, make_time_off, monday

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("refusals_unlogged")]
CHANGE = ("view_appointment", "add_appointment", "view_hoursexception", "add_hoursexception")
LOOKS_ON = "looks on"  # sees visits, books them and keeps the hours, but changes none


@pytest.fixture(autouse=True)
def _without_a_second_factor(settings) -> None:
    settings.STAFF_MFA_REQUIRED = False


def somebody(role: str, provider: Provider) -> Client:
    """Of that role, and with an account that belongs to this provider: the hours are theirs."""
    client = signed_in("" if role == LOOKS_ON else role)
    user = client.get("/admin/").wsgi_request.user
    Provider.objects.filter(pk=provider.pk).update(account=user)
    if role == LOOKS_ON:
        user.user_permissions.set(Permission.objects.filter(codename__in=CHANGE))
    return client


def settle_at_once(visits: list[Appointment]) -> tuple[str, dict]:
    """A change of hours together with what becomes of the visits it disturbs."""
    day = {
        "provider": visits[0].provider_id,
        "kind": "time_off",
        "first_day": f"{monday().date()}",
        "last_day": f"{monday().date()}",
    }
    seen = [visit.pk for visit in visits]
    chosen = {"conflicts-all": "cancel", "conflicts-seen": seen, "conflicts-reason": ""}
    return reverse("admin:appointments_hoursexception_add"), day | chosen


def settle_later(visits: list[Appointment]) -> tuple[str, dict]:
    """What becomes of visits on a day that is closed by now."""
    make_time_off(None, monday().date())
    chosen = {"conflicts-all": "cancel", "conflicts-seen": [visit.pk for visit in visits]}
    return reverse("admin:appointments_appointment_conflicts"), chosen


def release(_visits: list[Appointment]) -> tuple[str, dict]:
    hold = make_hold(starts_at=monday("15:00"))
    return reverse("admin:appointments_appointment_holds"), {"release": hold.pk}


def cancel_series(visits: list[Appointment]) -> tuple[str, dict]:
    return _page("series", visits[0]), {"cancel-rest": "yes"}


def cancel(visits: list[Appointment]) -> tuple[str, dict]:
    return _page("action", visits[0], "cancel"), {"reason": ""}


def cancel_chosen(visits: list[Appointment]) -> tuple[str, dict]:
    data = {"action": "cancel_chosen", "index": "0", "sure": "yes"}
    return reverse("admin:appointments_appointment_changelist"), data | {
        "_selected_action": [visit.pk for visit in visits]
    }


def _page(name: str, visit: Appointment, *more: str) -> str:
    return reverse(f"admin:appointments_appointment_{name}", args=[visit.pk, *more])


WAYS = [settle_at_once, settle_later, release, cancel_series, cancel, cancel_chosen]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("role", [*roles.ROLES, LOOKS_ON])
def test_only_roles_that_may_change_appointments_do(role, way: Callable):
    may = "change" in roles.ROLES.get(role, {}).get("appointments.appointment", "").split()
    service, series = make_service(), uuid4()
    times = (monday("10:00"), monday("11:00"))
    visits = [make_appointment(service=service, starts_at=t, series=series) for t in times]
    client = somebody(role, visits[0].provider)
    path, data = way(visits)
    before = states()
    answer = client.post(path, data)
    if may:
        assert answer.status_code == 302
        assert states() != before
    else:
        assert answer.status_code == 403
        assert states() == before


def states() -> tuple[list, int, int]:
    visits = Appointment.objects.order_by("pk").values_list("pk", "status", "starts_at")
    return list(visits), OutgoingEmail.objects.count(), HoursException.objects.count()


def test_those_who_may_are_the_desk_the_clinicians_and_the_managers():
    may = {
        role
        for role, table in roles.ROLES.items()
        if "change" in table.get("appointments.appointment", "").split()
    }
    assert may == {"front desk", "clinician", "manager"}

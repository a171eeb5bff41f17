"""What no page of ours asks for gets an answer that says so, never an error of ours."""

import contextlib

import pytest
from django import forms
from django.contrib import admin
from django.core.exceptions import FieldError
from django.test import Client, RequestFactory
from django.urls import reverse

from appointments.forms.fields import BirthDateField
from appointments.models import HoursException
from core.validation import dates
from tests.appointments.staff_clients import signed_in as desk
from tests.core.staff.people import make_staff
from tests.factories import make_appointment, make_service

pytestmark = pytest.mark.django_db
DEEP = "[" * 60_000
ENDS = ["9999-12-31", "9999-01-01", "0001-01-01"]
ELSEWHERE = ["foo", "9999-12-31", "//evil.example", "https://evil.example", "\\\\evil", "", " /x"]


@pytest.mark.parametrize("place", ELSEWHERE)
def test_staff_who_are_signed_in_already_are_led_to_a_path_of_ours(place):
    response = desk("manager").get("/admin/login/", {"next": place})
    assert response.status_code == 302
    assert response["Location"] == "/admin/"


@pytest.mark.parametrize("day", ENDS)
def test_no_page_of_the_front_desk_breaks_at_the_ends_of_the_calendar(day):
    client, visit = desk("manager"), make_appointment()
    provider = visit.provider
    name = "admin:appointments_appointment_"
    for path, expected in (
        (reverse(f"{name}day", args=[day]), 404),
        (reverse(f"{name}week", args=[provider.pk, day]), 404),
        (reverse(f"{name}today") + f"?day={day}", 302),
        (reverse(f"{name}this_week") + f"?day={day}", 302),
        (reverse(f"{name}move", args=[visit.pk]) + f"?day={day}", 200),
        (reverse(f"{name}series", args=[visit.pk]) + f"?day={day}", 200),
        (reverse(f"{name}book") + f"?day={day}&state=TN&service={visit.service.pk}", 200),
        (reverse(f"{name}changelist") + f"?day={day}", 302),
    ):
        response = client.get(path)
        assert response.status_code in (expected, 200, 302), path
        assert client.get(path, follow=True).status_code in (200, 404), path


@pytest.mark.parametrize("day", ENDS)
def test_no_page_of_a_patient_breaks_at_the_ends_of_the_calendar(client, day):
    service = make_service()
    for path in (f"/book/tn/{service.slug}/", f"/book/tn/{service.slug}/times/"):
        assert client.get(f"{path}?day={day}").status_code == 200


@pytest.mark.parametrize("day", ENDS)
def test_staff_cannot_save_a_day_at_the_ends_of_the_calendar(day):
    response = desk("manager").post(
        "/admin/appointments/hoursexception/add/",
        {"provider": "clinic", "kind": "time_off", "first_day": day, "last_day": day},
    )
    assert response.status_code == 200
    assert "Choose a day between 1900 and 2199." in response.text
    assert not HoursException.objects.exists()


def test_every_day_that_a_form_of_the_admin_asks_for_has_bounds():
    request = RequestFactory().get("/")
    request.user = make_staff(is_superuser=True)
    asked = {
        f"{part}: {name}": field
        for part, form in forms_of_the_admin(request)
        for name, field in form.base_fields.items()
        if isinstance(field, (forms.DateField, forms.SplitDateTimeField))
    }
    assert len(asked) > 8
    unbounded = [
        name
        for name, field in asked.items()
        if dates.validate_plausible not in field.validators
        and not isinstance(field, BirthDateField)
    ]
    assert unbounded == []


def forms_of_the_admin(request):
    for site_admin in admin.site._registry.values():
        may = (site_admin.has_add_permission(request), site_admin.has_change_permission(request))
        if any(may):
            with contextlib.suppress(FieldError):  # pages of their own stand in for the form
                yield site_admin, site_admin.get_form(request)
            for inline in site_admin.get_inline_instances(request):
                yield inline, inline.get_formset(request).form


@pytest.mark.parametrize("year", ["9" * 30, "9999", "10000", "0", "-1"])
def test_no_list_of_the_admin_breaks_at_a_year_that_is_none(year):
    client = Client()
    client.force_login(make_staff(is_superuser=True))
    for path, field in (
        ("/admin/staff/auditevent/", "at"),
        ("/admin/articles/article/", "changed_at"),
    ):
        response = client.get(path, {f"{field}__year": year})
        assert response.status_code < 500, response.exc_info


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000, "\u0661", "-1", "0", "1e3"])
def test_a_number_that_no_row_can_have_is_a_row_that_is_not_there(number):
    client, visit = desk("manager"), make_appointment()
    for path in (
        f"/admin/appointments/patient/{number}/book/",
        f"/admin/appointments/provider/{number}/change/",
        f"/admin/newsletter/subscriber/{number}/change/",
        f"/admin/appointments/appointment/week/?provider={number}",
    ):
        assert client.get(path, follow=True).status_code in (200, 403, 404), path
    sent = {"release": number, "slot": f"2026-12-01T10:00Z/{number}"}
    for path in ("holds/", f"{visit.pk}/move/"):
        response = client.post(f"/admin/appointments/appointment/{path}", sent, follow=True)
        assert response.status_code in (200, 404), path


@pytest.mark.parametrize("name", ["credential", "proof_of_work", "login", "code"])
@pytest.mark.parametrize(
    "path", ["/accounts/2fa/webauthn/login/", "/accounts/login/", "/newsletter/subscribe/"]
)
def test_json_that_is_nested_without_end_is_no_error(client, path, name):
    response = client.post(path, {name: DEEP})
    assert response.status_code < 500


@pytest.mark.parametrize("method", ["options", "put", "delete", "patch", "trace"])
def test_other_methods_are_refused_before_any_page(method):
    for client in (Client(), desk("manager")):
        for path in ("/", "/admin/", "/admin/autocomplete/", "/admin/appointments/patient/"):
            response = getattr(client, method)(path)
            assert response.status_code == 405
            assert response["Allow"] == "GET, HEAD, POST"
            assert not response.content

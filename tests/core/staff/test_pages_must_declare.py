"""A page of the admin that does not say whom it shows fails here and in development."""

import io
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseNotFound,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import path

from core.staff.audit import disclosures
from core.staff.audit.shown_records import UndeclaredRecords
from core.staff.models import AuditEvent
from curednation.urls import urlpatterns as ours
from tests.core.staff.people import make_staff
from tests.factories import make_patient

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "text": lambda request: HttpResponse("Grace Whitfield"),
    "json": lambda request: JsonResponse({"name": "Grace Whitfield"}),
    "file": lambda request: FileResponse(io.BytesIO(b"Grace Whitfield"), filename="a.csv"),
    "stream": lambda request: StreamingHttpResponse(iter([b"Grace ", b"Whitfield"])),
    "template": lambda request: TemplateResponse(
        request, "admin/base_site.html", admin.site.each_context(request)
    ),
    "conflict": lambda request: HttpResponse("Grace Whitfield", status=409),
    "not-found": lambda request: HttpResponseNotFound("Grace Whitfield"),
}
EMPTY: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "nothing": lambda request: HttpResponse(status=204),
    "elsewhere": lambda request: HttpResponseRedirect("/admin/"),
}


def answering(kind: str, *, declare: bool = False):
    """A view of an app's own, as `get_urls` adds them."""

    def view(request: HttpRequest) -> HttpResponse:
        answer = (ANSWERS | EMPTY)[kind](request)
        return disclosures.declare(answer, [make_patient(pk=7)]) if declare else answer

    return admin.site.admin_view(view)


urlpatterns = [
    *(path(f"silent/{kind}/", answering(kind)) for kind in ANSWERS | EMPTY),
    *(path(f"said/{kind}/", answering(kind, declare=True)) for kind in ANSWERS),
    *ours,
]


@pytest.fixture
def manager(client, settings) -> Client:
    settings.STAFF_MFA_REQUIRED = False
    client.force_login(make_staff("manager"))
    return client


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("kind", ANSWERS)
def test_what_says_nothing_of_whom_it_shows_is_a_fault(manager, kind, method):
    with pytest.raises(UndeclaredRecords):
        getattr(manager, method)(f"/silent/{kind}/")


@pytest.mark.parametrize("kind", ANSWERS)
def test_in_production_it_is_recorded_as_unknown_and_answered(manager, settings, kind):
    settings.AUDIT_RAISES_UNDECLARED = False
    manager.get(f"/silent/{kind}/")
    assert AuditEvent.objects.latest("pk").action == "undeclared:view"


@pytest.mark.parametrize("kind", ANSWERS)
def test_what_says_whom_it_shows_leaves_them_in_the_trail(manager, kind):
    manager.get(f"/said/{kind}/")
    row = AuditEvent.objects.latest("pk")
    assert (row.model, list(row.object_pks)) == ("appointments.patient", ["7"])


@pytest.mark.parametrize("kind", EMPTY)
def test_what_shows_nothing_to_see_needs_no_word(manager, kind):
    assert manager.get(f"/silent/{kind}/").status_code < 400


def test_the_fault_is_raised_wherever_debug_is_on(settings):
    assert settings.AUDIT_RAISES_UNDECLARED

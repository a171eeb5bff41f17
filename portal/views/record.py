"""What is kept of somebody: who has seen it, a copy to take along, asking to have it erased."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from appointments.models import Appointment, Patient, PrivacyRequest
from appointments.patient_records import erasure, export, export_pdf, privacy_requests
from appointments.patient_records.fhir import bundle
from appointments.patient_records.privacy_requests import AlreadyAsked, NotOpen
from core.database import database_time
from core.guard.limit_pages import over_limit_page
from core.practice.models import Practice
from core.staff.audit import trail
from core.validation.primary_keys import parse_key
from portal import records, request_news, seen_by
from portal.access import FRESH_FOR, account_required
from portal.requests import PortalRequest

View = Callable[..., HttpResponse]
SHOWN = 5  # lines of who has seen it, on the page of the record
BY, BY_ANOTHER = "the patient, signed in", "who stands for the patient, signed in"
# By what a button says: the ending of the file's name, and its type.
FILES = {
    "pdf": ("pdf", "application/pdf"),
    "json": ("json", "application/json"),
    "fhir": ("fhir.json", bundle.MIMETYPE),
}


def record_required(view: View) -> View:
    """Give a view the record that is asked for by `?who=`, else the account's own; 404 for another.

    Whoever has no record yet is led to where they find it.
    """

    @account_required
    @wraps(view)
    def wrapper(request: PortalRequest) -> HttpResponse:
        asked = parse_key(request.POST.get("who") or request.GET.get("who"))
        patient = records.chosen(request.account, asked)
        if patient is None and not asked and request.method != "POST":
            return redirect("portal:gather")
        if patient is None or (asked and patient.pk != asked):
            raise Http404("No such record")
        return view(request, patient)

    return wrapper


@require_safe
@record_required
def record(request: PortalRequest, patient: Patient) -> HttpResponse:
    """Show who has seen the record last, and what can be done with it."""
    plan = erasure.plan(patient)
    zone = Practice.current().zone
    asked = PrivacyRequest.objects.open_for(patient)
    context = _context(request, patient) | {
        "days": seen_by.page(patient, zone).days[:SHOWN],
        "plan": plan,
        "kept_until": plan.kept_until and plan.kept_until.astimezone(zone),
        "asked": asked,
        "asked_on": asked and asked.asked_at.astimezone(zone),
        "is_own_request": asked is not None and asked.asked_by_pk == request.account.user_id,
        "is_fresh": is_fresh(request),
    }
    return render(request, "portal/record.html", context)


@require_safe
@record_required
def seen(request: PortalRequest, patient: Patient) -> HttpResponse:
    """Show all who have seen it, the last first."""
    before = parse_key(request.GET.get("before"))
    page = seen_by.page(patient, Practice.current().zone, before=before)
    context = _context(request, patient) | {"days": page.days, "older": page.older}
    return render(request, "portal/record_seen.html", context)


@require_POST
@record_required
def file(request: PortalRequest, patient: Patient) -> HttpResponse:
    """Hand out all that is kept, as a file. The trail names the record before it leaves."""
    kind = request.POST.get("kind", "")
    if kind not in FILES:
        raise Http404("No such file")
    refused = _asks_again(request, patient) or over_limit_page(request, "record_files")
    if refused:
        return refused
    ending, mimetype = FILES[kind]
    pks = Appointment.objects.filter(patient=patient).order_by("pk").values_list("pk", flat=True)
    with transaction.atomic():
        _note(request, "export", Patient, [patient.pk])
        _note(request, "export", Appointment, list(pks))
    response = HttpResponse(_content(request, patient, kind), content_type=mimetype)
    response["Content-Disposition"] = f'attachment; filename="record.{ending}"'
    return response


def _content(request: PortalRequest, patient: Patient, kind: str) -> bytes:
    if kind == "fhir":
        return bundle.as_json(bundle.collect(patient)).encode()
    is_own = patient == request.account.own_record
    stands_for = None if is_own else request.account.user_id
    kept = export.collect(patient, by=BY if is_own else BY_ANOTHER, stands_for=stands_for)
    if kind == "pdf":
        return export_pdf.as_pdf(kept, Practice.current().zone)
    return export.as_json(kept).encode()


@require_http_methods(["GET", "HEAD", "POST"])
@record_required
def erase(request: PortalRequest, patient: Patient) -> HttpResponse:
    """Say what an erasure leaves; a POST asks the clinic for it, or takes that back."""
    if request.method != "POST":
        return redirect(_page(patient) + "#erase")
    refused = _asks_again(request, patient) or over_limit_page(request, "changes")
    if refused:
        return refused
    (_withdraw if request.POST.get("step") == "withdraw" else _ask)(request, patient)
    return redirect(_page(patient) + "#erase")


def _ask(request: PortalRequest, patient: Patient) -> None:
    kind, user = PrivacyRequest.Kind.ERASE, request.account.user
    try:
        with transaction.atomic():
            asked = privacy_requests.ask_as_patient(patient, kind, user=user)
            request_news.received(asked, request.account)
            _note(request, "asked to erase", Patient, [patient.pk])
    except AlreadyAsked:
        messages.info(request, _("We are looking at a request about this record already."))
    else:
        messages.success(request, _("We have your request. Somebody of the clinic looks at it."))


def _withdraw(request: PortalRequest, patient: Patient) -> None:
    asked = PrivacyRequest.objects.open_for(patient)
    try:
        if asked is None:
            raise NotOpen
        with transaction.atomic():
            privacy_requests.withdraw_as_patient(asked, user=request.account.user)
            _note(request, "took back to erase", Patient, [patient.pk])
    except NotOpen:
        messages.info(request, _("It was decided meanwhile. This is how it stands now."))
    else:
        messages.success(request, _("You have taken it back. Nothing is erased."))


def is_fresh(request: PortalRequest) -> bool:
    """Return whether they signed in a moment ago: else whoever finds their phone could be it."""
    return database_time.now() - request.account.device.signed_in_at < FRESH_FOR


def _asks_again(request: PortalRequest, patient: Patient) -> HttpResponse | None:
    """Lead to the door once more, and back to the page, who signed in a while ago."""
    if is_fresh(request):
        return None
    messages.info(request, _("Please sign in once more before you do this."))
    query = urlencode({"next": _page(patient), "again": 1})
    return redirect(f"{reverse('portal:sign_in')}?{query}")


def _note(request: PortalRequest, action: str, model: Any, pks: list[int]) -> None:
    """Write a row of the trail. Whose account it was stands in it by its number alone."""
    if pks:
        label = model._meta.label_lower
        user = request.account.user
        trail.record(request, action, user=user, model=label, object_pks=pks)


def _page(patient: Patient) -> str:
    return f"{reverse('portal:record')}?who={patient.pk}"


def _context(request: PortalRequest, patient: Patient) -> dict[str, Any]:
    mine = records.managed(request.account)
    return {
        "patient": patient,
        "is_own": patient == request.account.own_record,
        "others": [(_page(other), other) for other in mine if other != patient],
    }

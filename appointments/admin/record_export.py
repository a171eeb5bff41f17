"""All that the clinic holds about a patient, as a file to hand out: a PDF to read, or JSON.

And the record of care in FHIR, which another clinic's system takes in.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.models import Appointment, Patient
from appointments.patient_records import export, export_pdf
from appointments.patient_records.fhir import bundle
from core.staff.audit import disclosures, trail
from core.staff.models import AuditEvent
from core.validation.primary_keys import parse_key

TEMPLATE = "admin/appointments/export.html"
ACTION = "export"
SHOWN = 20
ENDINGS = {"pdf": "pdf", "json": "json", "fhir": "fhir.json"}


def export_view(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Say what is in the file and who had one before; by a button, hand it out."""
    if not request.user.has_perm("appointments.export_patient"):
        raise PermissionDenied
    patient = admin.get_queryset(request).filter(pk=parse_key(object_id)).first()
    if patient is None:
        raise Http404("No such patient")
    kind = request.POST.get("kind", "") if request.method == "POST" else ""
    if kind in ENDINGS:
        return _file(admin, request, patient, kind)
    return _page(admin, request, patient)


def _file(admin: Any, request: HttpRequest, patient: Patient, kind: str) -> HttpResponse:
    """The trail names the record and each visit before the file leaves."""
    trail.record(request, ACTION, model=Patient._meta.label_lower, object_pks=[patient.pk])
    visits = Appointment.objects.filter(patient=patient).order_by("pk")
    pks = list(visits.values_list("pk", flat=True))
    if pks:
        admin.record_many(request, ACTION, Appointment, pks)
    content, mimetype = _content(patient, kind, by=str(request.user))
    response = HttpResponse(content, content_type=mimetype)
    name = f"record-{patient.pk}.{ENDINGS[kind]}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return disclosures.declare(response, [patient])


def _content(patient: Patient, kind: str, *, by: str) -> tuple[bytes, str]:
    """Return what is in the file, and its type."""
    if kind == "fhir":
        return bundle.as_json(bundle.collect(patient)).encode(), bundle.MIMETYPE
    record = export.collect(patient, by=by)
    if kind == "pdf":
        return export_pdf.as_pdf(record, practice_time.zone()), "application/pdf"
    return export.as_json(record).encode(), "application/json"


def _page(admin: Any, request: HttpRequest, patient: Patient) -> HttpResponse:
    before = AuditEvent.objects.filter(
        action=ACTION, model=Patient._meta.label_lower, object_pks__contains=[str(patient.pk)]
    )
    zone = practice_time.zone()
    context = admin.admin_site.each_context(request) | {
        "title": _("Export"),
        "opts": Patient._meta,
        "media": admin.media,
        "patient": patient,
        "before": [
            (event.who, practice_time.format_datetime(event.at, zone))
            for event in before.order_by("-at")[:SHOWN]
        ],
    }
    return disclosures.declare(TemplateResponse(request, TEMPLATE, context), [patient])

"""What staff are told of a restricted record: why it is not shown, and why nobody books for it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from appointments.models import Patient
from core.staff.audit import disclosures, trail

NOT_BOOKED = _(
    "The record of this person is restricted, as they asked. Nothing is booked for it until a "
    "manager or the privacy officer lifts that: please talk to one of them."
)


def page(admin: Any, request: HttpRequest, patient: Patient) -> HttpResponse:
    """Return the page that says so, without a word about whose record it is. The trail has it."""
    trail.record(request, "refused", model=Patient._meta.label_lower, object_pks=[patient.pk])
    context = admin.admin_site.each_context(request) | {
        "title": _("This record is restricted"),
        "opts": Patient._meta,
        "media": admin.media,
    }
    template = "admin/appointments/restricted.html"
    return disclosures.declare_none(TemplateResponse(request, template, context, status=403))

"""Two records of one person become one, and a visit is given to the right record.

Each is found by search, shown beside the other before anything happens, and refused where somebody
changed one of them meanwhile. A merge can be taken back for a day.
"""

from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from appointments.admin import patient_search, practice_time, workflow_actions
from appointments.admin.page_context import page_context
from appointments.booking import corrections, patients, record_merging
from appointments.booking.patients import RecordRestricted
from appointments.booking.record_merging import NotReversible, RecordsChanged
from appointments.models import Appointment, Patient, RecordMerge, WaitlistEntry
from core.people import email_addresses, phone_numbers
from core.staff.audit import disclosures
from core.validation.primary_keys import parse_key

SHOWN = 25
MERGE = _("Merge with another record")
REASSIGN = _("Give the visit to another record")
CHANGED = _("Somebody changed one of these records just now. Please look at them again.")
RESTRICTED = _(
    "One of these records is restricted, or somebody has asked for that: nothing changed."
)
NOT_TAKEN_BACK = _(
    "This merge cannot be taken back any more: its day is over, it was taken back already, or the "
    "record was merged into another or restricted since."
)


@method_decorator(require_POST)
def merge_find_view(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Return the records that a search finds, to merge one of them with this. Changes nothing."""
    patient = _to_merge(request, object_id)
    return _choose(admin, request, patient, MERGE)


def merge_view(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Ask which record is the same person's; then show both, and merge them by the button."""
    patient = _to_merge(request, object_id)
    other = _chosen(request, patient)
    if other is None:
        return _choose(admin, request, patient, MERGE)
    both, status = (patient, other), 200
    if request.method == "POST":
        into, gone = both if parse_key(request.POST.get("keep")) == patient.pk else (other, patient)
        refusal = _merge(admin, request, gone, into)
        if not refusal:
            return redirect("admin:appointments_patient_change", into.pk)
        messages.error(request, refusal)
        status = 409
    context = page_context(admin, request, _("Merge two records"), Appointment) | {
        "sides": [_side(each) for each in both],
        "differ": _differ(*both),
        "other": other,
        "keep": parse_key(request.POST.get("keep")) or patient.pk,
        "seen": record_merging.seen(*both),
    }
    page = "admin/appointments/merge_records.html"
    visits = [visit for side in context["sides"] for visit, _words in side["visits"]]
    response = TemplateResponse(request, page, context, status=status)
    return disclosures.declare(response, both, visits)


def _merge(admin: Any, request: HttpRequest, gone: Patient, into: Patient) -> Any:
    """Merge and write down what was done, both or neither. Return why not, in words."""
    seen = request.POST.get("seen", "")
    try:
        with transaction.atomic():
            merged = record_merging.merge(gone, into=into, as_seen=seen, by=str(request.user))
            note = _now("Record %(gone)s was merged into record %(into)s.")
            _write_down(admin, request, merged, note)
    except RecordsChanged:
        return CHANGED
    except RecordRestricted:
        return RESTRICTED
    moved = len(merged.visits)
    text = ngettext(
        "The two records are one now. %d visit came over.",
        "The two records are one now. %d visits came over.",
        moved,
    )
    messages.success(request, text % moved)
    return ""


def unmerge_view(admin: Any, request: HttpRequest, object_id: str, merge: int) -> HttpResponse:
    """Take a merge into the record `object_id` back; what was booked since stays."""
    if not request.user.has_perm("appointments.merge_patient"):
        raise PermissionDenied
    patient = _kept(request, object_id)
    if patient is None:
        raise Http404("No such patient")
    found = RecordMerge.objects.filter(pk=merge, into=patient).first()
    if found and request.method == "POST":
        _take_back(admin, request, found)
    return disclosures.declare_none(redirect("admin:appointments_patient_change", patient.pk))


def _take_back(admin: Any, request: HttpRequest, merge: RecordMerge) -> None:
    try:
        with transaction.atomic():
            back = record_merging.undo(merge, by=str(request.user))
            note = _now("The merge of record %(gone)s into record %(into)s was taken back.")
            _write_down(admin, request, merge, note)
    except NotReversible:
        messages.error(request, NOT_TAKEN_BACK)
        return
    text = ngettext(
        "The two records are two again. %d visit went back.",
        "The two records are two again. %d visits went back.",
        len(back.visits),
    )
    messages.success(request, text % len(back.visits))
    if back.stay:
        text = ngettext(
            "%d visit was booked since the merge and stays here. Where it is the other person’s, "
            "open it and choose “Another patient’s visit?”.",
            "%d visits were booked since the merge and stay here. Where one is the other person’s, "
            "open it and choose “Another patient’s visit?”.",
            back.stay,
        )
        messages.warning(request, text % back.stay)


def _to_merge(request: HttpRequest, object_id: str) -> Patient:
    if not request.user.has_perm("appointments.merge_patient"):
        raise PermissionDenied
    patient = _kept(request, object_id)
    if patient is None:
        raise Http404("No such patient")
    return patient


def _write_down(admin: Any, request: HttpRequest, merge: RecordMerge, note: str) -> None:
    note %= {"gone": merge.gone_id, "into": merge.into_id}
    for patient in (merge.into, merge.gone):
        admin.log_change(request, patient, note)
    if merge.visits:
        admin.record_many(request, "change", Appointment, merge.visits)


@method_decorator(require_POST)
def reassign_find_view(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Return the records that a search finds, to give the visit to one. Changes nothing."""
    visit, patient = _to_reassign(admin, request, object_id)
    return _choose(admin, request, patient, REASSIGN, visit)


def reassign_view(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Ask which record a visit belongs to; then show both, and give it there by the button."""
    visit, patient = _to_reassign(admin, request, object_id)
    other = _chosen(request, patient)
    if other is None:
        return _choose(admin, request, patient, REASSIGN, visit)
    status = 200
    if request.method == "POST":
        if _give(admin, request, visit, other):
            return redirect("admin:appointments_appointment_change", visit.pk)
        messages.error(request, CHANGED)
        status = 409
    context = page_context(admin, request, REASSIGN, Appointment) | {
        "visit": visit,
        "when": practice_time.format_datetime(visit.starts_at),
        "sides": [_side(patient), _side(other)],
        "differ": _differ(patient, other),
        "other": other,
        "seen": record_merging.seen(patient, other),
        "other_address": email_addresses.normalized(visit.email)
        != email_addresses.normalized(other.email),
        "mails": request.POST.get("mails") or _default_address(visit, other),
    }
    visits = [each for side in context["sides"] for each, _words in side["visits"]]
    response = TemplateResponse(
        request, "admin/appointments/reassign_visit.html", context, status=status
    )
    return disclosures.declare(response, [visit, *visits], [patient, other])


def _to_reassign(admin: Any, request: HttpRequest, object_id: str) -> tuple[Appointment, Patient]:
    may_look = request.user.has_perm("appointments.view_patient")
    if not may_look or not admin.has_act_permission(request):
        raise PermissionDenied
    visit = admin.get_object(request, unquote(object_id))
    if visit is None or visit.patient is None:
        raise Http404("No such visit")
    return visit, visit.patient


def _give(admin: Any, request: HttpRequest, visit: Appointment, other: Patient) -> bool:
    was = visit.patient_id
    try:
        with transaction.atomic():
            record_merging.give(visit, to=other, as_seen=request.POST.get("seen", ""))
            if request.POST.get("mails") == "theirs":
                corrections.correct_address(
                    other, was=visit.email, by=workflow_actions.changed_by(request)
                )
            note = _now("Given from record %(was)s to record %(to)s.")
            admin.log_change(request, visit, note % {"was": was, "to": other.pk})
    except RecordsChanged:
        return False
    messages.success(request, _("The visit stands in the other record now."))
    return True


def _default_address(visit: Appointment, other: Patient) -> str:
    """Return "theirs", unless they have booked with the visit's address themselves."""
    theirs = Appointment.objects.filter(patient=other).of_address(visit.email)
    return "same" if theirs.exists() else "theirs"


# ── what both show ──


def _kept(request: HttpRequest, text: str) -> Patient | None:
    found = Patient.objects.kept().visible_to(request.user)
    return found.filter(pk=parse_key(unquote(text))).first()


def _chosen(request: HttpRequest, patient: Patient) -> Patient | None:
    """Return the other record that the address or the form names, if there is one."""
    sent = request.POST if request.method == "POST" else request.GET
    other = _kept(request, sent.get("with", ""))
    return None if other == patient else other


def _choose(
    admin: ModelAdmin,
    request: HttpRequest,
    patient: Patient,
    title: Any,
    visit: Appointment | None = None,
) -> HttpResponse:
    """Return the page of the records that are alike, and of those that a posted search finds."""
    term = request.POST.get("q", "").replace("\0", "")
    page = "appointment_reassign" if visit else "patient_merge"
    choose_url = reverse(f"admin:appointments_{page}", args=[(visit or patient).pk])
    others = Patient.objects.kept().visible_to(request.user).exclude(pk=patient.pk)
    found = patient_search.find_patients(others, term) if term.strip() else ()
    alike = patients.alike(patient).visible_to(request.user)
    rows = [*found[:SHOWN]] if term else [*alike[:SHOWN]]
    context = page_context(admin, request, title, Appointment) | {
        "patient": patient,
        "visit": visit,
        "term": term,
        "find_url": choose_url + "find/",
        "choose_url": choose_url,
        "rows": [(row, phone_numbers.as_link(row.phone)) for row in rows],
        "help": patient_search.SEARCH_HELP,
        "most": SHOWN,
    }
    response = TemplateResponse(request, "admin/appointments/choose_record.html", context)
    return disclosures.declare(response, [patient, *rows], [visit] if visit else [])


def _side(patient: Patient) -> dict[str, Any]:
    """Return one record as it stands beside the other, with the latest of its visits."""
    visits = Appointment.objects.filter(patient=patient)
    latest = visits.select_related("provider", "service").order_by("-starts_at")[:SHOWN]
    count, zone = visits.count(), practice_time.zone()
    return {
        "patient": patient,
        "phone": phone_numbers.as_link(patient.phone),
        "visits": [
            (visit, practice_time.format_datetime(visit.starts_at, zone)) for visit in latest
        ],
        "count": count,
        "more": max(count - SHOWN, 0),
        "notes": patient.notes.count(),
        "places": WaitlistEntry.objects.of_patient(patient).count(),
    }


def _differ(one: Patient, other: Patient) -> set[str]:
    """Return what is not the same in both, so that nobody overlooks it."""
    names = ("birth_date", "email", "phone", "search_name")
    return {name for name in names if getattr(one, name) != getattr(other, name)}

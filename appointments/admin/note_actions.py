"""What staff do with notes about a patient: write one, keep it on top, strike it out."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appointments.admin import patient_notes
from appointments.admin.patient_notes import NoteForm
from appointments.models import Patient, PatientNote
from appointments.patient_records import notes
from core.guard.safe_redirect import safe_path
from core.staff.audit import disclosures
from core.validation.primary_keys import parse_key


def notes_view(admin: Any, request: HttpRequest, object_id: str) -> HttpResponse:
    """Write a note about the patient `object_id`, pin one, or strike one out; lead back."""
    if not request.user.has_perm("appointments.change_patient"):
        raise PermissionDenied
    patient = admin.get_queryset(request).filter(pk=parse_key(object_id)).first()
    if patient is None:
        raise Http404("No such patient")
    page = reverse("admin:appointments_patient_change", args=[patient.pk])
    back = safe_path(request, request.POST.get("next", "")) or page
    if request.method == "POST":
        done = _act(request, patient)
        if isinstance(done, NoteForm):
            return _again(admin, request, patient, done)
        if done:
            admin.log_change(request, patient, done)
    return disclosures.declare_none(redirect(f"{back}#notes"))


def _act(request: HttpRequest, patient: Patient) -> "str | NoteForm":
    """Return what was done, in words for the history; or the form, where it has a mistake."""
    step, by = request.POST.get("step", "write"), str(request.user)
    if step == "write":
        return _write(request, patient, by)
    note = PatientNote.objects.filter(patient=patient, pk=parse_key(request.POST.get("note")))
    found = note.first()
    done = found is not None and _change(found, step, by)
    if not done:
        messages.warning(request, _("That note was struck out meanwhile. Nothing has changed."))
    return str(_("Note changed")) if done else ""


def _change(note: PatientNote, step: str, by: str) -> bool:
    match step:
        case "strike":
            return notes.strike(note, by=by)
        case "pin" | "unpin":
            return notes.pin(note, step == "pin")
    return False


def _write(request: HttpRequest, patient: Patient, by: str) -> "str | NoteForm":
    form = NoteForm(request.POST)
    if not form.is_valid():
        return form
    visit = patient.appointments.filter(pk=parse_key(request.POST.get("visit"))).first()
    said = form.cleaned_data
    notes.write(patient, said["text"], by=by, pinned=said["pinned"], visit=visit)
    messages.success(request, _("The note is written."))
    return str(_("Note written"))


def _again(admin: Any, request: HttpRequest, patient: Patient, form: NoteForm) -> HttpResponse:
    """Return the patient's page with what was typed and what is wrong with it."""
    visit = patient.appointments.filter(pk=parse_key(request.POST.get("visit"))).first()
    notes_shown = patient_notes.context(request, patient, visit=visit, form=form)
    return admin.read_view(request, patient, notes_shown=notes_shown)

"""Notes about a patient as pages show them: on the patient's page, and on that of a visit.

Any page shows them by `{% include "admin/appointments/_notes.html" %}` with what `context` returns.
"""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.admin.cut_lists import cut
from appointments.models import Appointment, Patient
from appointments.patient_records import notes

SHOWN = 20  # on one page


class NoteForm(forms.Form):
    """A note as it is written."""

    text = forms.CharField(
        label=_("New note"),
        max_length=notes.LONGEST,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("For the desk. What happens in a visit belongs into the health record."),
    )
    pinned = forms.BooleanField(label=_("Keep it on top"), required=False)


def context(
    request: HttpRequest,
    patient: Patient,
    *,
    visit: Appointment | None = None,
    form: NoteForm | None = None,
) -> dict[str, Any]:
    """Return what the include needs: the patient's notes, and a form where this person may write.

    With `visit` what is written is about that visit; the visit's own notes are marked as such.
    """
    found = patient.notes.in_reading_order().select_related("appointment")
    shown = cut(request, "notes", found, SHOWN)
    zone = practice_time.zone()
    may_write = request.user.has_perm("appointments.change_patient")
    return {
        "notes": shown,
        "note_rows": [
            {
                "note": note,
                "when": practice_time.format_datetime(note.written_at, zone),
                "struck": note.struck_at and practice_time.format_datetime(note.struck_at, zone),
                "visit": note.appointment
                and practice_time.format_datetime(note.appointment.starts_at, zone),
                "here": visit is not None and note.appointment_id == visit.pk,
            }
            for note in shown.page
        ],
        "note_form": (form or NoteForm()) if may_write else None,
        "note_url": reverse("admin:appointments_patient_notes", args=[patient.pk]),
        "note_visit": visit,
        "note_next": request.path,
    }

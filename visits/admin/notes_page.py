"""All notes of a patient's visits, to read: for whoever goes on where a colleague has stopped."""

from typing import Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from appointments.admin.cut_lists import cut
from appointments.admin.practice_time import format_datetime
from appointments.models import Appointment, Patient
from core.staff.audit import disclosures
from visits import notes
from visits.admin.cows_panel import RatingRow, rating_row
from visits.models.notes import CowsRating, NoteAddendum, VisitNote

PAGE = "admin/visits/notes.html"
READ = "visits.view_visitnote"
SHOWN = 20


class NoteRow(NamedTuple):
    """One visit with what was written of it."""

    appointment: Appointment
    when: str
    note: VisitNote
    signed: str
    as_signed: bool
    addenda: list[tuple[NoteAddendum, str]]
    ratings: list[RatingRow]


@admin.site.register_page("visits/room/<int:pk>/notes/")  # type: ignore[attr-defined]  # our site
def visits_notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the notes of the patient of this appointment, the newest visit first. To read only."""
    if not request.user.has_perm(READ):
        raise PermissionDenied
    visible = Appointment.objects.visits().visible_to(request.user)
    appointment = visible.select_related("patient").filter(pk=pk).first()
    if appointment is None or appointment.patient is None:
        raise Http404("No such visit")
    found = cut(request, "notes", _notes_of(appointment.patient), SHOWN)
    rows = [_row(note) for note in found.page]
    context: dict[str, Any] = admin.site.each_context(request) | {
        "title": _("Notes of visits"),
        "subtitle": str(appointment.patient),
        "opts": Appointment._meta,
        "appointment": appointment,
        "notes": found,
        "rows": rows,
    }
    page = TemplateResponse(request, PAGE, context)
    return disclosures.declare(page, [appointment], [row.appointment for row in rows])


def _notes_of(patient: Patient) -> Any:
    found = VisitNote.objects.of_patient(patient).select_related("appointment__provider")
    return found.order_by("-appointment__starts_at", "-pk")


def _row(note: VisitNote) -> NoteRow:
    ratings = CowsRating.objects.filter(appointment=note.appointment)
    return NoteRow(
        appointment=note.appointment,
        when=format_datetime(note.appointment.starts_at),
        note=note,
        signed=format_datetime(note.signed_at) if note.signed_at else "",
        as_signed=notes.is_as_signed(note),
        addenda=[(one, format_datetime(one.written_at)) for one in note.addenda.all()],
        ratings=[rating_row(each) for each in ratings],
    )

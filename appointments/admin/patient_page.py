"""A patient's page, to read: what is next, what was, who wrote what; buttons for what can be done.

Every list on it is cut into pages, each by a parameter of its own: a patient may have 500 visits.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appointments import contact_preferences
from appointments.admin import patient_notes, practice_time, visit_mails
from appointments.admin.appointment_page import visit_counts
from appointments.admin.cut_lists import cut
from appointments.booking import patients
from appointments.booking.rules import age_on
from appointments.calls import phone_notes
from appointments.models import (
    Appointment,
    Consent,
    ConsentText,
    Patient,
    PrivacyRequest,
    RecordMerge,
    Status,
    WaitlistEntry,
)
from appointments.patient_records.whole_record import mails_of
from appointments.scheduling import time_zones
from core.database import database_time
from core.languages.speaking import name_of
from core.mail.models import OutgoingEmail
from core.people import phone_numbers
from core.staff.audit import disclosures

TEMPLATE = "admin/appointments/patient_page.html"
VISITS, MAILS, PLACES = 10, 10, 5  # on one page
ALIKE = 5  # other records that may be the same person's
# The address and words of one more button of the page; None for whom it is not.
PageLink = Callable[[HttpRequest, Patient], "tuple[str, Any] | None"]
_links: list[PageLink] = []


def register_link(link: PageLink) -> PageLink:
    """Show what `link(request, patient)` returns among the buttons of a patient's page."""
    _links.append(link)
    return link


def page(
    admin: Any,
    request: HttpRequest,
    patient: Patient,
    *,
    notes_shown: dict[str, Any] | None = None,
) -> HttpResponse:
    """Return the page of this patient, with everybody on it declared for the trail.

    `notes_shown` are the notes with a form that was not written down, and says why.
    """
    zone = str(practice_time.zone())
    visits = cut(request, "visits", _visits(patient), VISITS)
    mails = cut(request, "mails", _mails(patient), MAILS)
    places = cut(request, "places", _places(patient), PLACES)
    alike = [*patients.alike(patient).visible_to(request.user)[:ALIKE]]
    merged, merges = [*patient.merged.all()], _reversible(patient)
    upcoming = _next_visit(patient)
    context = admin.admin_site.each_context(request) | {
        "title": str(patient),
        "opts": Patient._meta,
        "media": admin.media,
        "patient": patient,
        "phone": phone_notes.with_note(
            phone_numbers.as_link(patient.phone),
            phone_notes.contacts_of([patient]).get(patient.pk, ""),
        ),
        "facts": [*_facts(patient), (_("Writes and reads"), name_of(patient.language))],
        "age": age_on(patient.birth_date, practice_time.today()),
        "practice_zone": time_zones.words(zone),
        "next_visit": upcoming and _visit(upcoming, zone),
        "counts": _counts(patient),
        "visits": visits,
        "visit_rows": [_visit(visit, zone) for visit in visits.page],
        "mails": mails,
        "mail_rows": [_mail(mail, zone) for mail in mails.page],
        "places": places,
        "place_rows": [(place, _moment(place.created, zone)) for place in places.page],
        "consents": _consents(patient, zone),
        "alike": alike,
        "merged": merged,
        "merges": [(merge, _moment(merge.ends_at, zone)) for merge in merges],
        "request_open": PrivacyRequest.objects.open_for(patient),
        "restricted_since": patient.restricted_at and _moment(patient.restricted_at, zone),
        "latest_kept": _latest_kept(patient),
        "may": _rights(request),
        "more_links": [found for link in _links if (found := link(request, patient))],
    }
    context |= notes_shown or patient_notes.context(request, patient)
    response = TemplateResponse(request, TEMPLATE, context)
    shown = [patient, *alike, *merged], visits.page, mails.page, places.page
    return disclosures.declare(response, *shown, [upcoming] if upcoming else [])


def _rights(request: HttpRequest) -> dict[str, bool]:
    """Return what of the page's links and buttons is for this person."""
    may = request.user.has_perm
    return {
        "book": may("appointments.add_appointment"),
        "edit": may("appointments.change_patient"),
        "merge": may("appointments.merge_patient"),
        "export": may("appointments.export_patient"),
        "privacy": may("appointments.request_erasure_patient")
        or may("appointments.confirm_erasure_patient"),
        "sees_visits": may("appointments.view_appointment")
        or may("appointments.change_appointment"),
        "sees_places": may("appointments.view_waitlistentry"),
        "sees_mails": may("mail.view_outgoingemail"),
    }


# ── what is read ──


def _visits(patient: Patient) -> QuerySet[Appointment]:
    found = Appointment.objects.filter(patient=patient).select_related("provider", "service")
    return found.order_by("-starts_at", "-pk")


def _next_visit(patient: Patient) -> Appointment | None:
    now = database_time.now()
    ahead = _visits(patient).filter(status__in=[Status.BOOKED, Status.CHECKED_IN])
    return ahead.filter(ends_at__gt=now).order_by("starts_at").first()


def _latest_kept(patient: Patient) -> int | None:
    """The visit that follow-ups start from: the latest that was not given up."""
    given_up = [Status.CANCELLED, Status.RELEASED, Status.EXPIRED]
    return _visits(patient).exclude(status__in=given_up).values_list("pk", flat=True).first()


def _counts(patient: Patient) -> list[tuple[Any, int]]:
    """Return how many visits are to be, took place, were missed, and were cancelled late."""
    visits = Appointment.objects.upcoming(database_time.now()).filter(patient=patient)
    known = visit_counts(patient)
    return [
        (_("Ahead"), visits.count()),
        (_("Completed"), known["completed"]),
        (_("Missed"), known["missed"]),
        (_("Cancelled late"), known["cancelled_late"]),
    ]


def _mails(patient: Patient) -> QuerySet[OutgoingEmail]:
    about = OutgoingEmail.objects.about(*mails_of(patient))
    # Spelled out, for the index.
    return about.exclude(about="").defer("text", "html", "attachments").order_by("-pk")


def _places(patient: Patient) -> QuerySet[WaitlistEntry]:
    places = WaitlistEntry.objects.of_patient(patient).select_related("service", "provider")
    return places.order_by("-created", "-pk")


def _consents(patient: Patient, zone: str) -> list[dict[str, Any]]:
    """Return each text that was agreed to, how often and when last."""
    given = Consent.objects.filter(appointment__patient=patient).order_by()
    texts = given.values("text__kind", "text__version")
    kinds = dict(ConsentText.Kind.choices)
    return [
        {
            "text": kinds.get(row["text__kind"], row["text__kind"]),
            "version": row["text__version"],
            "times": row["times"],
            "last": _moment(row["last"], zone),
        }
        for row in texts.annotate(times=Count("pk"), last=Max("given")).order_by(
            "text__kind", "-text__version"
        )
    ]


def _reversible(patient: Patient) -> Iterable[RecordMerge]:
    merges = RecordMerge.objects.reversible(database_time.now()).filter(into=patient)
    return merges.filter(gone__merged_into=patient).select_related("gone").order_by("-pk")


# ── in words ──


@dataclass(frozen=True)
class VisitRow:
    """A visit as one row of the page."""

    visit: Appointment
    when: str
    url: str


def _visit(visit: Appointment, zone: str) -> VisitRow:
    url = reverse("admin:appointments_appointment_change", args=[visit.pk])
    return VisitRow(visit, _moment(visit.starts_at, zone), url)


def _mail(mail: OutgoingEmail, zone: str) -> tuple[OutgoingEmail, str, str]:
    when = _moment(mail.sent_at or mail.created_at, zone)
    return mail, visit_mails.kind(mail.template), when


def _facts(patient: Patient) -> list[tuple[Any, str]]:
    """Return what the latest visit says of how to reach them, and where they are."""
    latest = Appointment.objects.filter(patient=patient).exclude(contact="")
    last = latest.order_by("-starts_at").first()
    if last is None:
        return []
    wants_mail = contact_preferences.of(patient.pk).by_mail or not patient.email
    no_mail = [] if wants_mail else [(_("E-mails"), str(_("Wants none: the desk calls instead")))]
    return [
        (_("How to reach"), last.get_contact_display()),
        *no_mail,
        (_("State"), str(last.place.name)),
        (_("Their time zone"), time_zones.words(last.zone)),
    ]


def _moment(when: Any, zone: str) -> str:
    return practice_time.format_datetime(when, zone)

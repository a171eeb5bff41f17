"""Who saw whom: the audit trail in words, of a patient, a person of the staff, or a period.

For the privacy officer and the manager. To read alone; that it was read is in the trail as well.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appointments.admin import patient_search, practice_time
from appointments.admin.trail_words import Key, Words, lines
from appointments.models import Patient, WaitlistEntry
from appointments.patient_records import patient_trail
from core.people.name_matching import Plain
from core.spreadsheets import table
from core.staff.audit import disclosures
from core.staff.audit.disclosures import Shown
from core.staff.models import AuditEvent, User
from core.validation import dates
from core.validation.primary_keys import parse_key

PAGE = 100  # rows of the trail
MOST_IN_FILE = 20_000  # lines
FOUND = 25
MOST_PLACES = 500  # that are looked through for those of who is no patient
DAY = timedelta(days=1)
NAMES_PATIENTS = (
    *("appointments.patient", "appointments.appointment", "appointments.waitlistentry"),
    *("appointments.consent", "mail.outgoingemail"),
)


class Subject(NamedTuple):
    """Whom the page is about: a patient, or a place on the waitlist of who has no record."""

    row: Patient | WaitlistEntry
    parameter: str
    records: Shown


class TrailForm(forms.Form):
    """Which part of the trail. Days are by the clock of the practice, both included."""

    person = forms.ModelChoiceField(
        User.objects.all(), required=False, label=_("Who"), empty_label=_("Anybody")
    )
    first = forms.DateField(
        required=False,
        label=_("From"),
        validators=[dates.validate_plausible],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    last = forms.DateField(
        required=False,
        label=_("To"),
        validators=[dates.validate_plausible],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", ValidationError(_("This day is before the first one.")))
        return cleaned

    def rows(self, subject: Subject | None) -> QuerySet[AuditEvent]:
        """Return the rows that are asked for; none of a form that is not valid."""
        if not self.is_valid():
            return AuditEvent.objects.none()
        rows = patient_trail.about(subject.records) if subject else AuditEvent.objects.all()
        zone, asked = practice_time.zone(), self.cleaned_data
        if asked["person"]:
            rows = rows.filter(user_pk=asked["person"].pk)
        if asked["first"]:
            rows = rows.filter(at__gte=practice_time.midnight(asked["first"], zone))
        if asked["last"]:
            rows = rows.filter(at__lt=practice_time.midnight(asked["last"] + DAY, zone))
        return rows


@admin.site.register_page("who-saw/")  # type: ignore[attr-defined]  # our site: core.staff
def who_saw(request: HttpRequest) -> HttpResponse:
    """Show who did what to whose records, the newest first."""
    subject, form = _asked(request)
    found = form.rows(subject)
    events = list(_in_order(_before(request, found), subject)[: PAGE + 1])
    people = list(patient_trail.by_person(found)) if subject else []
    words = _words(events[:PAGE], subject, people)
    context = admin.site.each_context(request) | {
        "title": _("Who saw whom"),
        "subject": subject,
        "form": form,
        "lines": lines(events[:PAGE], words),
        "people": [_person(row, words) for row in people],
        "older": _link(request, before=events[PAGE - 1].pk) if len(events) > PAGE else "",
        "is_older": bool(parse_key(request.GET.get("before"))),
        "newest": _link(request),
        "file": reverse("admin:who_saw_file") + _link(request),
        "term": "",
    }
    response = TemplateResponse(request, "admin/appointments/who_saw.html", context)
    return _declared(response, subject, words.named)


@admin.site.register_page("who-saw/find/")  # type: ignore[attr-defined]  # our site: core.staff
def find_whose_trail(request: HttpRequest) -> HttpResponse:
    """List whom a posted term means, or lead to the one that it can mean alone."""
    _require(request)
    term = request.POST.get("q", "").strip().replace("\0", "")
    patients, places = _found(term, request) if term else ([], [])
    if len(patients) + len(places) == 1:
        row = (*patients, *places)[0]
        name = "patient" if patients else "place"
        return redirect(reverse("admin:who_saw", query={name: row.pk}))
    context = admin.site.each_context(request) | {
        "title": _("Whose record?"),
        "patients": patients,
        "places": places,
        "is_full": FOUND in (len(patients), len(places)),
        "term": term,
    }
    response = TemplateResponse(request, "admin/appointments/find_whose_trail.html", context)
    return disclosures.declare(response, patients, places)


@admin.site.register_page("who-saw/file/")  # type: ignore[attr-defined]  # our site: core.staff
def who_saw_file(request: HttpRequest) -> HttpResponse:
    """Return the same as CSV: a line for each record of each row, MOST_IN_FILE of them."""
    subject, form = _asked(request)
    events = list(_in_order(form.rows(subject), subject)[: MOST_IN_FILE + 1])
    words = _words(events, subject)
    named: list[Key] = []
    rows = list(_file_rows(events, words, named))
    text = table([FILE_HEAD, *rows])
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = f"who-saw-{practice_time.today().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return _declared(response, subject, named)


FILE_HEAD = [
    *(_("when"), _("who"), _("e-mail"), _("what"), _("kind of record"), _("record")),
    *(_("is called"), _("in a list of"), _("from where"), _("row of the trail")),
]


def _file_rows(events: list[AuditEvent], words: Words, named: list[Key]) -> Iterator[list[Any]]:
    """A list of a hundred is a hundred lines. Adds to `named` what it has named."""
    wanted: dict[str, set[str]] = {}
    every = ((event, pk) for event in events for pk in words.records(event) or [""])
    pairs = list(islice(every, MOST_IN_FILE + 1))
    for event, pk in pairs[:MOST_IN_FILE]:
        if pk:
            wanted.setdefault(event.model, set()).add(pk)
    words.learn(wanted)
    named += [(model, pk) for model, pks in wanted.items() for pk in pks]
    for event, pk in pairs[:MOST_IN_FILE]:
        yield [
            event.at.astimezone(words.zone).isoformat(timespec="seconds"),
            words.who(event),
            event.email,
            event.action,
            event.model,
            pk,
            words.record(event.model, pk) if pk else "",
            len(event.object_pks),
            event.network,
            event.pk,
        ]
    if len(pairs) > MOST_IN_FILE or len(events) > MOST_IN_FILE:
        yield [_("There is more. Choose a shorter period.")]


@admin.site.register_menu_link  # type: ignore[attr-defined]  # our site: core.staff
def who_saw_link(request: HttpRequest) -> tuple[str, Any] | None:
    """Lead there from the menu of whoever reads it."""
    return ("who_saw", _("Who saw whom")) if may_read(request) else None


def may_read(request: HttpRequest) -> bool:
    """Return whether this person reads who saw whom."""
    return request.user.has_perms(["staff.view_auditevent", "appointments.view_patient"])


def _require(request: HttpRequest) -> None:
    if not may_read(request):
        raise PermissionDenied


def _asked(request: HttpRequest) -> tuple[Subject | None, TrailForm]:
    """Return whom and what is asked for. Raises PermissionDenied, or Http404."""
    _require(request)
    return _subject(request), TrailForm(request.GET)


def _subject(request: HttpRequest) -> Subject | None:
    if "patient" in request.GET:
        wanted = parse_key(request.GET["patient"])
        visible = Patient.objects.visible_to(request.user).select_related("merged_into")
        patient = visible.filter(pk=wanted).first()
        if patient is None:
            raise Http404("No such patient")
        patient = patient.merged_into or patient
        return Subject(patient, "patient", patient_trail.records_of_patient(patient))
    if "place" in request.GET:
        entry = WaitlistEntry.objects.filter(pk=parse_key(request.GET["place"])).first()
        if entry is None:
            raise Http404("No such place")
        return Subject(entry, "place", patient_trail.records_of_place(entry))
    return None


def _in_order(rows: QuerySet[AuditEvent], subject: Subject | None) -> QuerySet[AuditEvent]:
    return patient_trail.newest_first(rows) if subject else rows.order_by("-at", "-pk")


def _before(request: HttpRequest, rows: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    """Those that come after the row of `?before=` on the list."""
    last = AuditEvent.objects.filter(pk=parse_key(request.GET.get("before"))).first()
    if last is None:
        return rows
    # The first condition is for the index: the second alone has none.
    older = Q(at__lt=last.at) | Q(pk__lt=last.pk)
    return rows.filter(at__lte=last.at).filter(older)


def _link(request: HttpRequest, **more: Any) -> str:
    """Return the query of this page, with what else is asked of it."""
    names = ("patient", "place", "person", "first", "last")
    asked = {name: request.GET[name] for name in names if request.GET.get(name)}
    return "?" + urlencode(asked | more)


def _words(
    events: list[AuditEvent], subject: Subject | None, people: Iterable[dict[str, Any]] = ()
) -> Words:
    if subject is None:
        return Words(events)
    return Words(events, subject.records, subject.row, people)


def _person(row: dict[str, Any], words: Words) -> dict[str, Any]:
    name = words.person(row["user_pk"], row["email"], row["api_key"])
    return {
        "name": name,
        "email": row["email"],
        "times": row["times"],
        "last": practice_time.format_datetime(row["last"], words.zone),
    }


def _found(term: str, request: HttpRequest) -> tuple[list[Patient], list[WaitlistEntry]]:
    """The patients, and the places of those who are no patient yet."""
    visible = Patient.objects.kept().visible_to(request.user)
    patients = list(patient_search.find_patients(visible, term)[:FOUND])
    called = WaitlistEntry.objects.alias(caller=Plain("booked_by"))
    places: list[Any] = list(called.filter(patient_search.PLACE.matching(term))[:MOST_PLACES])
    people = Patient.objects.filter(match_key__in=[entry.person for entry in places])
    known = set(people.order_by().values_list("match_key", flat=True))
    return patients, [entry for entry in places if entry.person not in known][:FOUND]


def _declared(response: Any, subject: Subject | None, named: list[Key]) -> Any:
    """Say whom it shows: the one who was asked for, or all whose name stands in it."""
    if subject:
        return disclosures.declare(response, [subject.row])
    return disclosures.declare(response, *_rows(named))


def _rows(named: list[Key]) -> Iterator[list[Model]]:
    models = {model._meta.label_lower: model for model in admin.site._registry}
    for label in NAMES_PATIENTS:
        keys = [parse_key(pk) for model, pk in named if model == label]
        yield [models[label](pk=key) for key in dict.fromkeys(keys)]

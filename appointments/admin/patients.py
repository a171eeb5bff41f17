"""Patients: to find, to read, and to put right what was mistyped."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from appointments.admin import (
    patient_page,
    patient_search,
    phone_correction,
    practice_time,
    restricted_records,
    workflow_actions,
)
from appointments.admin.book_on_behalf import book_view
from appointments.admin.note_actions import notes_view
from appointments.admin.record_export import export_view
from appointments.admin.record_merging import merge_find_view, merge_view, unmerge_view
from appointments.admin.record_privacy import privacy_decision_view, privacy_view
from appointments.booking import corrections, patients, spoken_language
from appointments.calls import phone_notes
from appointments.forms.fields import BirthDateField, LanguageField
from appointments.models import Appointment, Patient
from appointments.models.appointment_status import SEES_RESTRICTED
from appointments.waitlist import corrections as waitlist_corrections
from core.people import phone_numbers
from core.people.form_fields import AddressField, NameField
from core.staff.admin_urls import Page, admin_urls
from core.staff.long_lists import LongList
from core.validation.primary_keys import parse_key

IDENTITY = ("first_name", "last_name", "birth_date", "email")


PAGES: list[Page] = [
    ("<path:object_id>/book/", book_view),
    ("<path:object_id>/merge/find/", merge_find_view),
    ("<path:object_id>/merge/", merge_view),
    ("<path:object_id>/unmerge/<int:merge>/", unmerge_view),
    ("<path:object_id>/notes/", notes_view),
    ("<path:object_id>/export/", export_view),
    ("<path:object_id>/privacy/", privacy_view),
    ("<path:object_id>/privacy/decide/", privacy_decision_view),
]


class PatientForm(forms.ModelForm):
    first_name = NameField(label=_("First name"), max_length=60)
    last_name = NameField(
        label=_("Last name"),
        max_length=60,
        required=False,
        help_text=_("Empty where there is only one name."),
    )
    birth_date = BirthDateField(label=_("Date of birth"))
    email = AddressField(
        label=_("E-mail"),
        required=False,
        help_text=_("Empty where they have none: then what would be mailed is on the call list."),
    )

    language = LanguageField(
        help_text=_("In which they get e-mails about what is ahead, and what they wait for."),
    )

    class Meta:
        model = Patient
        fields = ("first_name", "last_name", "birth_date", "email", "phone", "language")

    def clean(self) -> dict:
        """Make the key by which the patient is known again follow what is corrected."""
        cleaned = super().clean() or {}
        if any(name not in cleaned for name in IDENTITY):
            return cleaned
        # Without an e-mail address they are known by their phone number.
        typed = Patient(**{name: cleaned[name] for name in IDENTITY}, phone=cleaned.get("phone"))
        self.instance.match_key = patients.match_key(typed)
        # One that was merged into this very record makes room: see PatientAdmin.save_model.
        others = Patient.objects.exclude(pk=self.instance.pk).exclude(merged_into=self.instance.pk)
        same = others.filter(match_key=self.instance.match_key).first()
        if same:
            changed = next((name for name in IDENTITY if name in self.changed_data), "email")
            self.add_error(changed, self._merge_them(same.merged_into_id or same.pk))
        return cleaned

    def _merge_them(self, other: int) -> SafeString:
        url = reverse("admin:appointments_patient_merge", args=[self.instance.pk])
        return format_html(
            '{} <a href="{}?with={}">{}</a>',
            _("Another patient has this same name, date of birth and e-mail address."),
            url,
            other,
            _("Merge the two records"),
        )


class PatientList(LongList):
    """Reads the latest visit of each patient on the page in one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        people = list(self.result_list)
        visits = Appointment.objects.filter(patient__in=people).order_by().values("patient")
        contacts = phone_notes.contacts_of(people)
        latest = dict(visits.values_list("patient", Max("starts_at")))
        for patient in people:
            patient.latest = latest.get(patient.pk)
            patient.contact = contacts.get(patient.pk, "")
        self.result_list = people


@admin.register(Patient)
class PatientAdmin(admin.ModelAdmin):
    change_form_template = "admin/appointments/patient.html"
    form = PatientForm
    list_display = ["name", "birth_date", "email", "call", "latest"]
    order_by_index = ["name", "birth_date"]
    search_fields = ["search_name"]  # see patient_search.PATIENT
    search_help_text = patient_search.SEARCH_HELP

    def save_model(
        self, request: HttpRequest, obj: Patient, form: forms.ModelForm, change: bool
    ) -> None:
        Patient.objects.filter(merged_into=obj, match_key=obj.match_key).delete()
        was = Patient.objects.get(pk=obj.pk)
        super().save_model(request, obj, form, change)
        if obj.language != was.language:
            spoken_language.choose(obj, obj.language)
        if "phone" in form.changed_data:
            phone_correction.follow(self, request, obj, was=was)
        if "email" not in form.changed_data:
            return
        count = corrections.correct_address(
            obj, was=was.email, by=workflow_actions.changed_by(request)
        )
        waitlist_corrections.follow_patient(obj, was=was.email, known_as=was.match_key)
        if count:
            text = ngettext(
                "The new address got the link to %(count)s visit. The old links have ended.",
                "The new address got the links to %(count)s visits. The old links have ended.",
                count,
            )
            self.message_user(request, text % {"count": count})

    def get_urls(self) -> list[URLPattern]:
        return [*admin_urls(self, PAGES), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Return the page to read; with `?edit=1` the form, which posts to where it stands."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        into = Patient.objects.filter(merged=parse_key(unquote(object_id))).first()
        if into:
            self.message_user(request, _("That record was merged into this one."), messages.WARNING)
            return redirect("admin:appointments_patient_change", into.pk)
        restricted = self._not_for(request, object_id)
        if restricted:
            return restricted_records.page(self, request, restricted)
        patient = self.get_object(request, unquote(object_id))
        edits = request.method == "POST" or "edit" in request.GET
        if patient is None or (edits and self.has_change_permission(request, patient)):
            return super().change_view(request, object_id, form_url, extra_context)
        if request.method == "POST":
            raise PermissionDenied
        return self.read_view(request, patient)

    def read_view(
        self, request: HttpRequest, patient: Patient, *, notes_shown: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return the page to read; `notes_shown` where a note was not written, and says why."""
        return patient_page.page(self, request, patient, notes_shown=notes_shown)

    def _not_for(self, request: HttpRequest, object_id: str) -> Patient | None:
        """The restricted record that the address names, where this person may not see it."""
        if request.user.has_perm(SEES_RESTRICTED):
            return None
        return Patient.objects.restricted().filter(pk=parse_key(unquote(object_id))).first()

    def response_change(self, request: HttpRequest, obj: Patient) -> HttpResponse:
        """Lead from the form back to the page to read."""
        if "_continue" in request.POST:
            return super().response_change(request, obj)
        self.message_user(request, _("The patient’s details are saved."), messages.SUCCESS)
        return redirect("admin:appointments_patient_change", obj.pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a patient comes with a visit

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a record of care

    def get_queryset(self, request: HttpRequest) -> QuerySet[Patient]:
        kept = super().get_queryset(request).kept().visible_to(request.user)  # type: ignore[attr-defined]  # our queryset
        return practice_time.with_practice_zone(kept)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PatientList]:
        return PatientList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        found = patient_search.find_patients(queryset, search_term) if search_term else queryset
        return found, False

    @admin.display(description=_("name"), ordering="last_name")
    def name(self, patient: Patient) -> str:
        return str(patient)

    @admin.display(description=_("phone"))
    def call(self, patient: Any) -> str:
        return phone_notes.with_note(phone_numbers.as_link(patient.phone), patient.contact)

    @admin.display(description=_("latest visit"), empty_value="–")
    def latest(self, patient: Any) -> str | None:
        return patient.latest and practice_time.format_datetime(
            patient.latest, practice_time.zone_of(patient)
        )

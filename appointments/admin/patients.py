"""Patients: to find, and to put right what was mistyped. Each page lists the patient's visits."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from appointments.admin import patient_search, practice_time, workflow_actions
from appointments.admin.book_on_behalf import book_view
from appointments.admin.record_merging import merge_view
from appointments.booking import corrections, patients
from appointments.forms.fields import BirthDateField
from appointments.models import Appointment, Patient, Status
from appointments.waitlist import corrections as waitlist_corrections
from core.people import phone_numbers
from core.people.form_fields import AddressField, NameField
from core.staff.admin_urls import Page, admin_urls
from core.staff.audit import disclosures
from core.staff.long_lists import LongList
from core.validation.primary_keys import parse_key

ALIKE = 5  # other records that may be the same person's
IDENTITY = ("first_name", "last_name", "birth_date", "email")


PAGES: list[Page] = [
    ("<path:object_id>/book/", book_view),
    ("<path:object_id>/merge/", merge_view),
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
    email = AddressField(label=_("E-mail"))

    class Meta:
        model = Patient
        fields = ("first_name", "last_name", "birth_date", "email", "phone")

    def clean(self) -> dict:
        """Make the key by which the patient is known again follow what is corrected."""
        cleaned = super().clean() or {}
        if any(name not in cleaned for name in IDENTITY):
            return cleaned
        typed = Patient(**{name: cleaned[name] for name in IDENTITY})
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


class VisitInline(admin.TabularInline):
    model = Appointment
    extra = 0
    fields = ["when", "provider", "service", "status"]
    readonly_fields = ["when", "provider", "service", "status"]
    verbose_name_plural = _("Visits")
    can_delete = False
    ordering = ["-starts_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        visits = super().get_queryset(request).select_related("provider", "service")
        return practice_time.with_practice_zone(visits)

    @admin.display(description=_("starts"))
    def when(self, visit: Appointment) -> SafeString:
        url = reverse("admin:appointments_appointment_change", args=[visit.pk])
        when = practice_time.format_datetime(visit.starts_at, practice_time.zone_of(visit))
        return format_html('<a href="{}">{}</a>', url, when)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PatientList(LongList):
    """Reads the latest visit of each patient on the page in one query."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        people = list(self.result_list)
        visits = Appointment.objects.filter(patient__in=people).order_by().values("patient")
        latest = dict(visits.values_list("patient", Max("starts_at")))
        for patient in people:
            patient.latest = latest.get(patient.pk)
        self.result_list = people


@admin.register(Patient)
class PatientAdmin(admin.ModelAdmin):
    change_form_template = "admin/appointments/patient.html"
    form = PatientForm
    list_display = ["name", "birth_date", "email", "call", "latest"]
    order_by_index = ["name", "birth_date"]
    search_fields = ["search_name"]  # see patient_search.PATIENT
    search_help_text = patient_search.SEARCH_HELP
    inlines = [VisitInline]

    def save_model(
        self, request: HttpRequest, obj: Patient, form: forms.ModelForm, change: bool
    ) -> None:
        Patient.objects.filter(merged_into=obj, match_key=obj.match_key).delete()
        was = Patient.objects.get(pk=obj.pk)
        super().save_model(request, obj, form, change)
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
        """Return the page, with the visit that follow-ups start from (the latest that was not given
        up), and other records that may be this person's, or were."""
        into = Patient.objects.filter(merged=parse_key(unquote(object_id))).first()
        if into and self.has_view_or_change_permission(request):
            self.message_user(request, _("That record was merged into this one."), messages.WARNING)
            return redirect("admin:appointments_patient_change", into.pk)
        patient = self.get_object(request, unquote(object_id))
        if patient is None or not self.has_view_or_change_permission(request, patient):
            return super().change_view(request, object_id, form_url, extra_context)
        visits = Appointment.objects.filter(patient=patient)
        kept = visits.exclude(status__in=[Status.CANCELLED, Status.RELEASED, Status.EXPIRED])
        latest = kept.order_by("-starts_at").values_list("pk", flat=True).first()
        alike, merged = list(patients.alike(patient)[:ALIKE]), list(patient.merged.all())
        more = {"latest_visit": latest, "alike": alike, "merged": merged} | (extra_context or {})
        response = super().change_view(request, object_id, form_url, more)
        return disclosures.declare(response, alike, merged)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a patient comes with a visit

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a record of care

    def get_queryset(self, request: HttpRequest) -> QuerySet[Patient]:
        kept = super().get_queryset(request).filter(merged_into=None)
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
    def call(self, patient: Patient) -> str:
        return phone_numbers.as_link(patient.phone)

    @admin.display(description=_("latest visit"), empty_value="–")
    def latest(self, patient: Any) -> str | None:
        return patient.latest and practice_time.format_datetime(
            patient.latest, practice_time.zone_of(patient)
        )

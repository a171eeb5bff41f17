"""Patients: to find, and to put right what was mistyped. Each page lists the patient's visits."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from appointments import booking, patients
from appointments.admin import finding, office, pages, steps
from appointments.admin.book_on_behalf import book_view
from appointments.forms import BirthDateField
from appointments.models import Appointment, Patient, Status
from curednation.guard.fields import AddressField, NameField

IDENTITY = ("first_name", "last_name", "birth_date", "email")
PEOPLE = finding.People(
    names=["search_name", "merged__search_name"],
    addresses=["email", "merged__email"],
    numbers=["phone", "merged__phone"],
    births=["birth_date", "merged__birth_date"],
)


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
        """The key by which the patient is known again follows what is corrected."""
        cleaned = super().clean() or {}
        if any(name not in cleaned for name in IDENTITY):
            return cleaned
        typed = Patient(**{name: cleaned[name] for name in IDENTITY})
        self.instance.match_key = patients.match_key(typed)
        others = Patient.objects.exclude(pk=self.instance.pk)
        if others.filter(match_key=self.instance.match_key).exists():
            changed = next((name for name in IDENTITY if name in self.changed_data), "email")
            self.add_error(
                changed,
                _(
                    "Another patient has this same name, date of birth and e-mail address. "
                    "Please use that record."
                ),
            )
        return cleaned


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
        return office.clocked(visits)

    @admin.display(description=_("starts"))
    def when(self, visit: Appointment) -> SafeString:
        url = reverse("admin:appointments_appointment_change", args=[visit.pk])
        when = office.moment(visit.starts_at, office.zone_of(visit))
        return format_html('<a href="{}">{}</a>', url, when)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Patient)
class PatientAdmin(admin.ModelAdmin):
    change_form_template = "admin/appointments/patient.html"
    form = PatientForm
    list_display = ["name", "birth_date", "email", "call", "latest"]
    search_fields = ["search_name"]  # see PEOPLE
    search_help_text = finding.HELP
    show_full_result_count = False
    inlines = [VisitInline]

    def save_model(
        self, request: HttpRequest, obj: Patient, form: forms.ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if "email" not in form.changed_data:
            return
        count = booking.correct_address(obj, was=form.initial["email"], by=steps.signature(request))
        if count:
            text = ngettext(
                "%(count)s upcoming visit was confirmed once more, to the new address.",
                "%(count)s upcoming visits were confirmed once more, to the new address.",
                count,
            )
            self.message_user(request, text % {"count": count})

    def get_urls(self) -> list[URLPattern]:
        return [*pages.urls(self, [("<path:object_id>/book/", book_view)]), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With the visit that follow-ups start from: the latest that was not given up."""
        visits = Appointment.objects.filter(patient=self.get_object(request, unquote(object_id)))
        kept = visits.exclude(status__in=[Status.CANCELLED, Status.RELEASED, Status.EXPIRED])
        latest = kept.order_by("-starts_at").values_list("pk", flat=True).first()
        more = {"latest_visit": latest} | (extra_context or {})
        return super().change_view(request, object_id, form_url, more)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a patient comes with a visit

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a record of care

    def get_queryset(self, request: HttpRequest) -> QuerySet[Patient]:
        kept = super().get_queryset(request).filter(merged_into=None)
        known = kept.annotate(latest=Max("appointments__starts_at"))
        return office.clocked(known)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        found = queryset.filter(PEOPLE.matching(search_term)) if search_term else queryset
        return found, True  # one for each record that was merged into it

    @admin.display(description=_("name"), ordering="last_name")
    def name(self, patient: Patient) -> str:
        return str(patient)

    @admin.display(description=_("phone"))
    def call(self, patient: Patient) -> str:
        return office.phone(patient.phone)

    @admin.display(description=_("latest visit"), ordering="latest", empty_value="–")
    def latest(self, patient: Any) -> str | None:
        return patient.latest and office.moment(patient.latest, office.zone_of(patient))

"""Visits, to read and to take forward. Nobody edits or deletes one by hand."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from appointments.admin import (
    appointment_list,
    appointment_page,
    front_desk_urls,
    patient_search,
    practice_time,
    workflow_actions,
)
from appointments.admin.appointment_list import (
    BACKWARDS,
    DayFilter,
    StatusFilter,
    VisitList,
    chosen_day,
)
from appointments.admin.book_on_behalf import book_view, move_view
from appointments.admin.day_view import day_view, today_view
from appointments.admin.follow_ups import series_view
from appointments.admin.holds import holds_view
from appointments.admin.record_merging import record_view
from appointments.admin.schedule_conflicts import affected_view
from appointments.admin.week_view import this_week_view, week_view
from appointments.admin.workflow_actions import Step
from appointments.models import Appointment
from appointments.scheduling import time_zones
from appointments.templatetags.appointments import clock
from core.mail import outbox
from core.people.name_matching import Plain
from core.staff.audit import disclosures

PAGES: list[front_desk_urls.Page] = [
    ("book/", book_view),
    ("affected/", affected_view),
    ("holds/", holds_view),
    ("day/", today_view),
    ("day/<str:day>/", day_view),
    ("week/", this_week_view),
    ("week/<int:provider>/<str:day>/", week_view),
    ("<path:object_id>/move/", move_view),
    ("<path:object_id>/series/", series_view),
    ("<path:object_id>/record/", record_view),
]
PEOPLE = patient_search.People(
    names=["patient__search_name", "caller"],
    addresses=["patient__email", "email"],
    numbers=["phone", "patient__phone"],
    births=["patient__birth_date"],
)


@admin.register(Appointment)
class AppointmentAdmin(admin.ModelAdmin):
    change_form_template = "admin/appointments/visit.html"
    list_display = ["starts", "who", "status", "mail", "with_whom", "service", "their_clock"]
    list_display_links = ["starts"]
    list_filter = [DayFilter, StatusFilter, "provider", "service"]
    list_per_page = 50
    show_full_result_count = False
    empty_value_display = "–"
    show_facets = admin.ShowFacets.NEVER
    search_fields = ["patient__search_name"]  # see PEOPLE
    search_help_text = patient_search.HELP
    actions = ["cancel_chosen", "complete_chosen", "no_show_chosen"]
    fieldsets = [
        (None, {"fields": ["when", "patient_clock", "length", "status", "provider", "service"]}),
        (
            _("Patient"),
            {"fields": ["patient_link", "email", "call", "contact", "booked_for", "booked_by"]},
        ),
        (_("Where the patient will be"), {"fields": ["state", "zone_words"]}),
        (
            _("More"),
            {"fields": ["cancel_reason", "staff_reason", "changed", "created_at", "kept_free"]},
        ),
    ]

    class Media:
        css = {"all": ["css/admin-appointments.css"]}

    # ── who may ──

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # by form; see has_act_permission

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) or self.has_act_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Whether they may take a visit forward, through `booking`."""
        return super().has_change_permission(request)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mail.change_outgoingemail")

    # ── the list ──

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        visits = super().get_queryset(request).select_related("patient", "provider", "service")
        return practice_time.clocked(visits)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[VisitList]:
        return VisitList

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["-starts_at" if chosen_day(request) in BACKWARDS else "starts_at", "pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if not search_term:
            return queryset, False
        called = queryset.alias(caller=Plain("booked_by"))
        return called.filter(PEOPLE.matching(search_term)), False

    @admin.display(description=_("starts"), ordering="starts_at")
    def starts(self, visit: Appointment) -> str:
        return practice_time.near_moment(visit.starts_at, practice_time.zone_of(visit))

    @admin.display(description=_("patient’s clock"))
    def their_clock(self, visit: Appointment) -> str:
        local, words = visit.local_start, time_zones.words(visit.zone)
        if (
            local.date()
            == visit.starts_at.astimezone(ZoneInfo(practice_time.zone_of(visit))).date()
        ):
            return f"{clock(local)} {words}"
        return f"{practice_time.near_moment(local, visit.zone)} {words}"

    @admin.display(description=_("starts"))
    def when(self, visit: Appointment) -> str:
        return practice_time.moment(visit.starts_at, practice_time.zone_of(visit))

    @admin.display(description=_("on the patient’s clock"))
    def patient_clock(self, visit: Appointment) -> str:
        return practice_time.moment_in_words(visit.starts_at, visit.zone)

    @admin.display(description=_("provider"), ordering="provider__name")
    def with_whom(self, visit: Appointment) -> str:
        return visit.provider.name

    @admin.display(description=_("patient"), ordering="patient__last_name")
    def who(self, visit: Appointment) -> str | None:
        return str(visit.patient) if visit.patient else None

    @admin.display(description=_("mail"))
    def mail(self, visit: Appointment) -> SafeString | None:
        email = appointment_list.last_mail(visit)
        if email is None:
            return None
        return format_html(
            '<span class="mail-{}">{}</span>', email.status, email.get_status_display()
        )

    # ── the page ──

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [name for _title, options in self.fieldsets for name in options["fields"]]

    @admin.display(description=_("patient"))
    def patient_link(self, visit: Appointment) -> SafeString | None:
        if visit.patient is None:
            return None
        url = reverse("admin:appointments_patient_change", args=[visit.patient_id])
        return format_html('<a href="{}">{}</a>', url, visit.patient)

    @admin.display(description=_("phone"))
    def call(self, visit: Appointment) -> str | None:
        return practice_time.phone(visit.phone) or None

    @admin.display(description=_("length"))
    def length(self, visit: Appointment) -> str:
        return ngettext("%d minute", "%d minutes", visit.minutes) % visit.minutes

    @admin.display(description=_("time zone"))
    def zone_words(self, visit: Appointment) -> str:
        return time_zones.words(visit.zone)

    @admin.display(description=_("last changed by"))
    def changed(self, visit: Appointment) -> str:
        return appointment_page.who(visit.changed_by)

    @admin.display(description=_("time chosen"))
    def created_at(self, visit: Appointment) -> str:
        return practice_time.moment(visit.created, practice_time.zone_of(visit))

    @admin.display(description=_("kept free"))
    def kept_free(self, visit: Appointment) -> str:
        return _now("%(first)s to %(last)s") % {
            "first": practice_time.moment(visit.blocked.lower, practice_time.zone_of(visit)),
            "last": practice_time.moment(visit.blocked.upper, practice_time.zone_of(visit)),
        }

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        visit = self.get_object(request, unquote(object_id))
        if visit is not None and self.has_view_permission(request, visit):
            extra_context = (extra_context or {}) | self._beside(request, visit)
        return super().change_view(request, object_id, form_url, extra_context)

    def _beside(self, request: HttpRequest, visit: Appointment) -> dict:
        mails = appointment_page.mails(visit, practice_time.zone_of(visit))
        return {
            "title": _("Visit"),
            "subtitle": practice_time.moment(visit.starts_at, practice_time.zone_of(visit)),
            "steps": workflow_actions.open_now(visit) if self.has_act_permission(request) else [],
            "cancel": workflow_actions.CANCEL,
            "can_follow": self.has_add_permission(request) and visit.patient_id is not None,
            "can_move": self.has_act_permission(request)
            and not workflow_actions.CANCEL.why_not(visit, timezone.now()),
            "can_give": self.has_act_permission(request)
            and request.user.has_perm("appointments.view_patient")
            and visit.patient_id is not None,
            "cancel_form": workflow_actions.CancelForm(),
            "resend": self.has_resend_permission(request) and appointment_page.resendable(mails),
            "consents": appointment_page.consents(visit, practice_time.zone_of(visit)),
            "mails": mails,
            "sees_outbox": request.user.has_perm("mail.view_outgoingemail"),
            "changes": appointment_page.changes(visit, practice_time.zone_of(visit)),
            "office_zone": time_zones.words(practice_time.zone_of(visit)),
        }

    # ── what can be done ──

    def get_urls(self) -> list[URLPattern]:
        step = self.admin_site.admin_view(self.take_step)
        again = self.admin_site.admin_view(self.send_again)
        name = "appointments_appointment_"
        return [
            path("<path:object_id>/steps/<slug:name>/", step, name=name + "step"),
            path("<path:object_id>/send-again/", again, name=name + "send_again"),
            *front_desk_urls.urls(self, PAGES),
            *super().get_urls(),
        ]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A visit is added by booking it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect("admin:appointments_appointment_book")

    @method_decorator(require_POST)
    def take_step(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        visit, step = self._visit_or_404(request, object_id), workflow_actions.STEPS.get(name)
        if step is None:
            raise Http404("No such step")
        if not self.has_act_permission(request):
            raise PermissionDenied
        form = workflow_actions.CancelForm(request.POST)
        if not form.is_valid():
            self.message_user(request, str(form.errors["reason"][0]), messages.ERROR)
            return self._back_to(visit)
        typed = form.cleaned_data if step is workflow_actions.CANCEL else {}
        self._take(request, step, [visit], **typed)
        return self._back_to(visit)

    @method_decorator(require_POST)
    def send_again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        visit = self._visit_or_404(request, object_id)
        if not self.has_resend_permission(request):
            raise PermissionDenied
        email = appointment_page.resendable(
            appointment_page.mails(visit, practice_time.zone_of(visit))
        )
        try:
            if email is None:
                raise outbox.NotResendable
            outbox.resend(email)
        except outbox.NotResendable:
            text = _("No failed e-mail of this visit can be sent again.")
            self.message_user(request, text, messages.WARNING)
        else:
            self.log_change(request, visit, _("Its e-mail was sent again."))
            self.message_user(request, _("The e-mail is on its way again."), messages.SUCCESS)
        return self._back_to(visit)

    @admin.action(description=workflow_actions.CANCEL.label, permissions=["act"])
    def cancel_chosen(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        form = workflow_actions.CancelForm(request.POST if "sure" in request.POST else None)
        if not form.is_valid():
            context = self.admin_site.each_context(request) | {
                "title": workflow_actions.CANCEL.label,
                "opts": self.opts,
                "form": form,
                "rows": [f"{self.when(visit)}, {self.who(visit)}" for visit in queryset],
                "pks": [visit.pk for visit in queryset],
                "checkbox": ACTION_CHECKBOX_NAME,
            }
            page = TemplateResponse(request, "admin/appointments/cancel.html", context)
            return disclosures.declare(page, queryset)
        self._take(request, workflow_actions.CANCEL, queryset, **form.cleaned_data)
        return None

    @admin.action(description=workflow_actions.COMPLETE.label, permissions=["act"])
    def complete_chosen(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._take(request, workflow_actions.COMPLETE, queryset)

    @admin.action(description=workflow_actions.NO_SHOW.label, permissions=["act"])
    def no_show_chosen(self, request: HttpRequest, queryset: QuerySet) -> None:
        self._take(request, workflow_actions.NO_SHOW, queryset)

    def _take(
        self, request: HttpRequest, step: Step, visits: Iterable[Appointment], **typed: str
    ) -> None:
        """Take the step with each of them, and say what was done and what could not be."""
        done = 0
        for visit in visits:
            refusal = workflow_actions.take(step, visit, request, **typed)
            if refusal:
                text = _("%(when)s, %(who)s: not changed. %(why)s")
                facts = {"when": self.when(visit), "who": self.who(visit), "why": refusal}
                self.message_user(request, text % facts, messages.WARNING)
            else:
                done += 1
                self.log_change(request, visit, str(step.label))
        if done:
            self.message_user(request, step.done(done), messages.SUCCESS)

    def _visit_or_404(self, request: HttpRequest, object_id: str) -> Appointment:
        visit = self.get_object(request, unquote(object_id))
        if visit is None:
            raise Http404("No such visit")
        return visit

    def _back_to(self, visit: Appointment) -> HttpResponse:
        return redirect("admin:appointments_appointment_change", visit.pk)

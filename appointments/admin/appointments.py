"""Visits, to read and to take forward. Nobody edits or deletes one by hand."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from appointments.admin import appointment_list, patient_notes, patient_search, practice_time
from appointments.admin.appointment_actions import (
    action_view,
    cancel_chosen,
    complete_chosen,
    no_show_chosen,
    send_again_view,
)
from appointments.admin.appointment_list import (
    NEWEST_FIRST,
    DayFilter,
    StatusFilter,
    VisitList,
    chosen_day,
)
from appointments.admin.appointment_page import page_context
from appointments.admin.book_on_behalf import book_times_view, book_view, book_who_view
from appointments.admin.desk.moving import desk_move_view
from appointments.admin.desk.pages import (
    day_view,
    print_view,
    this_week_view,
    today_view,
    week_view,
)
from appointments.admin.desk.renewal import renewal_view
from appointments.admin.desk.steps import desk_more_view, desk_step_view
from appointments.admin.follow_ups import series_view
from appointments.admin.holds import holds_view
from appointments.admin.move_visit import move_times_view, move_view
from appointments.admin.record_merging import reassign_find_view, reassign_view
from appointments.admin.schedule_conflicts import conflicts_view
from appointments.models import Appointment
from appointments.models.appointment_status import SEES_RESTRICTED
from appointments.scheduling import time_zones
from appointments.templatetags.appointments import clock
from core.staff.admin_urls import Page, admin_urls

PAGES: list[Page] = [
    ("<path:object_id>/steps/<slug:name>/", action_view),
    ("<path:object_id>/send-again/", send_again_view),
    ("book/", book_view),
    ("book/times/", book_times_view),
    ("book/who/", book_who_view),
    ("affected/", conflicts_view),
    ("holds/", holds_view),
    ("day/", today_view),
    ("day/<str:day>/", day_view),
    ("day/<str:day>/print/", print_view),
    ("renewal/", renewal_view),
    ("<path:object_id>/desk/", desk_more_view),
    ("<path:object_id>/desk/move/", desk_move_view),
    ("<path:object_id>/desk/<slug:name>/", desk_step_view),
    ("week/", this_week_view),
    ("week/<int:provider>/<str:day>/", week_view),
    ("<path:object_id>/move/times/", move_times_view),
    ("<path:object_id>/move/", move_view),
    ("<path:object_id>/series/", series_view),
    ("<path:object_id>/record/find/", reassign_find_view),
    ("<path:object_id>/record/", reassign_view),
]


@admin.register(Appointment)
class AppointmentAdmin(admin.ModelAdmin):
    change_form_template = "admin/appointments/appointment.html"
    list_display = ["starts", "who", "status", "mail", "with_whom", "service", "their_clock"]
    list_display_links = ["starts"]
    list_filter = [DayFilter, StatusFilter, "provider", "service"]
    list_per_page = 50
    order_by_index = ["starts"]
    empty_value_display = "–"
    search_fields = ["patient__search_name"]  # see patient_search.VISIT
    search_help_text = patient_search.SEARCH_HELP
    actions = [cancel_chosen, complete_chosen, no_show_chosen]
    # Django makes a link of a record, which not everybody here may open.
    facts = ["when", "patient_clock", "length", "provider_name", "service_name", "state"]
    said_where_known = ["status_reason", "cancel_reason", "staff_reason"]

    class Media:
        css = {"all": ["css/admin-appointments.css", "css/patient.css"]}

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

    # ── the list ──

    def get_queryset(self, request: HttpRequest) -> QuerySet[Appointment]:
        visits = super().get_queryset(request).visible_to(request.user)  # type: ignore[attr-defined]  # our queryset
        if SEARCH_VAR in request.GET and not request.user.has_perm(SEES_RESTRICTED):
            visits = visits.exclude(patient__restricted_at__isnull=False)
        visits = visits.select_related("patient", "provider", "service", "status_reason")
        return practice_time.with_practice_zone(visits)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[VisitList]:
        return VisitList

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return ["-starts_at" if chosen_day(request) in NEWEST_FIRST else "starts_at", "pk"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        found = patient_search.find_visits(queryset, search_term) if search_term else queryset
        return found, False

    @admin.display(description=_("starts"), ordering="starts_at")
    def starts(self, visit: Appointment) -> str:
        return practice_time.format_short_datetime(visit.starts_at, practice_time.zone_of(visit))

    @admin.display(description=_("patient’s clock"))
    def their_clock(self, visit: Appointment) -> str:
        local, words = visit.local_start, time_zones.words(visit.zone)
        if (
            local.date()
            == visit.starts_at.astimezone(ZoneInfo(practice_time.zone_of(visit))).date()
        ):
            return f"{clock(local)} {words}"
        return f"{practice_time.format_short_datetime(local, visit.zone)} {words}"

    @admin.display(description=_("starts"))
    def when(self, visit: Appointment) -> str:
        return practice_time.format_datetime(visit.starts_at, practice_time.zone_of(visit))

    @admin.display(description=_("on the patient’s clock"))
    def patient_clock(self, visit: Appointment) -> str:
        return practice_time.format_datetime_and_zone(visit.starts_at, visit.zone)

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
        said = [name for name in self.said_where_known if obj and getattr(obj, name)]
        return [*self.facts, *said, "kept_free"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [(None, {"fields": self.get_readonly_fields(request, obj)})]

    @admin.display(description=_("provider"))
    def provider_name(self, visit: Appointment) -> str:
        return str(visit.provider)

    @admin.display(description=_("service"))
    def service_name(self, visit: Appointment) -> str:
        return str(visit.service)

    @admin.display(description=_("length"))
    def length(self, visit: Appointment) -> str:
        return ngettext("%d minute", "%d minutes", visit.minutes) % visit.minutes

    @admin.display(description=_("kept free"))
    def kept_free(self, visit: Appointment) -> str:
        return _now("%(first)s to %(last)s") % {
            "first": practice_time.format_datetime(
                visit.blocked.lower, practice_time.zone_of(visit)
            ),
            "last": practice_time.format_datetime(
                visit.blocked.upper, practice_time.zone_of(visit)
            ),
        }

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        visit = self.get_object(request, unquote(object_id))
        if visit is not None and self.has_view_permission(request, visit):
            more = {"can_follow": self.has_add_permission(request) and visit.patient_id is not None}
            extra_context = (extra_context or {}) | page_context(request, visit) | more
            if visit.patient and request.user.has_perm("appointments.view_patient"):
                extra_context |= patient_notes.context(request, visit.patient, visit=visit)
        return super().change_view(request, object_id, form_url, extra_context)

    # ── other pages ──

    def get_urls(self) -> list[URLPattern]:
        return [*admin_urls(self, PAGES), *super().get_urls()]

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A visit is added by booking it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return redirect("admin:appointments_appointment_book")

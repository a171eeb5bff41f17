"""Exceptions to the weekly hours: a provider's time off and extra hours, and clinic closures."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, schedule_conflicts
from appointments.models import HoursException


class WhenFilter(admin.SimpleListFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, Any]]:
        return [("ahead", _("Now and ahead")), ("over", _("Over"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        today = practice_time.today()
        if self.value() == "ahead":
            return queryset.filter(last_day__gte=today)
        return queryset.filter(last_day__lt=today) if self.value() == "over" else queryset


@admin.register(HoursException)
class HoursExceptionAdmin(admin.ModelAdmin):
    list_display = ["days", "whose", "kind", "clocks", "note"]
    list_filter = [WhenFilter, "kind", ("provider", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["provider"]
    formfield_overrides = practice_time.FORMFIELD_OVERRIDES
    search_fields = ["provider__name", "note"]
    fieldsets = [
        (None, {"fields": ["provider", "kind"]}),
        (_("Days"), {"fields": [("first_day", "last_day")]}),
        (_("Time of day"), {"fields": [("opens", "closes")]}),
        (None, {"fields": ["note"]}),
    ]

    class Media:
        css = {"all": ["css/admin-appointments.css"]}

    @admin.display(description=_("days"), ordering="first_day")
    def days(self, exception: HoursException) -> str:
        first, last = (
            practice_time.format_date(exception.first_day),
            practice_time.format_date(exception.last_day),
        )
        return first if first == last else f"{first} – {last}"

    @admin.display(description=_("whose"), ordering="provider__name")
    def whose(self, exception: HoursException) -> str:
        return exception.provider.name if exception.provider else _now("The whole clinic")

    @admin.display(description=_("time of day"))
    def clocks(self, exception: HoursException) -> str:
        if exception.opens is None or exception.closes is None:
            return _now("all day")
        opens, closes = map(practice_time.format_time, (exception.opens, exception.closes))
        return f"{opens} – {closes}"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        save = super().changeform_view
        return schedule_conflicts.before_saving(
            self, request, lambda: save(request, object_id, form_url, extra_context)
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show conflicts first: without extra hours a visit may stand outside the weekly ones."""
        delete = super().delete_view
        return schedule_conflicts.before_saving(
            self, request, lambda: delete(request, object_id, extra_context)
        )

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer none: each deletion may cause conflicts, and is asked about."""
        return {}

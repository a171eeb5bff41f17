"""Exceptions to the weekly hours: a provider's time off and extra hours, and clinic closures."""

from typing import Any

from django.contrib import admin
from django.db.models import TimeField
from django.forms import ModelForm, TimeInput
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time, schedule_conflicts, schedule_rights, two_clocks
from appointments.admin.hours_exception_form import HoursExceptionForm
from appointments.models import HoursException, Provider
from core.validation import dates
from core.validation.primary_keys import parse_key


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


class WhoseFilter(admin.SimpleListFilter):
    title = _("for whom")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[Any, Any]]:
        providers = Provider.objects.filter(exceptions__isnull=False).distinct()
        return [("clinic", _("The whole clinic")), *((str(one.pk), one.name) for one in providers)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "clinic":
            return queryset.filter(provider=None)
        return queryset.filter(provider=parse_key(self.value())) if self.value() else queryset


@admin.register(HoursException)
class HoursExceptionAdmin(admin.ModelAdmin):
    """Somebody without the right to schedule everybody changes those of their own provider."""

    form = HoursExceptionForm
    list_display = ["days", "whose", "kind", "clocks", "note"]
    list_filter = [WhenFilter, "kind", WhoseFilter]
    list_select_related = ["provider"]
    # No shortcuts beside the times: "now" would be the practice's, and they are the provider's.
    formfield_overrides = dates.FORM_FIELDS | {
        TimeField: {
            "input_formats": practice_time.TIME_INPUT_FORMATS,
            "widget": TimeInput(format=practice_time.TIME_INPUT_FORMATS[0]),
        }
    }
    search_fields = ["provider__name", "note"]
    fieldsets = [
        (None, {"fields": ["provider", "kind"]}),
        (_("When"), {"fields": [("first_day", "last_day"), "part", ("opens", "closes")]}),
        (None, {"fields": ["note"]}),
    ]
    READING = [(None, {"fields": ["whose", "kind", "days", "clocks", "note"]})]

    class Media:
        css = {"all": ["css/admin-appointments.css"]}
        js = [Script("js/two-clocks.js", defer=True)]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"user": request.user})

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return self.READING
        return self.fieldsets

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _may_change(request, obj)

    @admin.display(description=_("days"), ordering="first_day")
    def days(self, exception: HoursException) -> str:
        return practice_time.format_days(exception.first_day, exception.last_day)

    @admin.display(description=_("for whom"), ordering="provider__name")
    def whose(self, exception: HoursException) -> str:
        return exception.provider.name if exception.provider else _now("The whole clinic")

    @admin.display(description=_("time of day"))
    def clocks(self, row: HoursException) -> str:
        if row.opens is None or row.closes is None:
            return _now("all day")
        return two_clocks.of_exception(row, row.provider)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        save = super().changeform_view
        return schedule_conflicts.before_saving(
            self,
            request,
            lambda: save(request, object_id, form_url, extra_context),
            provider=_only(request),
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show conflicts first: without extra hours a visit may stand outside the weekly ones."""
        delete = super().delete_view
        return schedule_conflicts.before_saving(
            self,
            request,
            lambda: delete(request, object_id, extra_context),
            provider=_only(request),
        )

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer none: each deletion may cause conflicts, and is asked about."""
        return {}


def _may_change(request: HttpRequest, row: HoursException | None) -> bool:
    return row is None or schedule_rights.may_change(request.user, row.provider_id)


def _only(request: HttpRequest) -> int | None:
    """Return the provider whose visits alone a change of this person's can disturb, if one."""
    if schedule_rights.may_schedule_everybody(request.user):
        return None
    own = schedule_rights.own_provider(request.user)
    return own.pk if own else None

"""Exceptions to the weekly hours: a provider's time off and extra hours, and clinic closures."""

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from appointments import hours
from appointments.admin import office
from appointments.models import Appointment, HoursException


class WhenFilter(admin.SimpleListFilter):
    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin):
        return [("ahead", _("Now and ahead")), ("over", _("Over"))]

    def queryset(self, request: HttpRequest, queryset):
        today = office.today()
        if self.value() == "ahead":
            return queryset.filter(last_day__gte=today)
        return queryset.filter(last_day__lt=today) if self.value() == "over" else queryset


@admin.register(HoursException)
class HoursExceptionAdmin(admin.ModelAdmin):
    list_display = ["days", "whose", "kind", "clocks", "note"]
    list_filter = [WhenFilter, "kind", ("provider", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["provider"]
    formfield_overrides = office.AS_STAFF_WRITE
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
        first, last = office.day(exception.first_day), office.day(exception.last_day)
        return first if first == last else f"{first} – {last}"

    @admin.display(description=_("whose"), ordering="provider__name")
    def whose(self, exception: HoursException) -> str:
        return exception.provider.name if exception.provider else _now("The whole clinic")

    @admin.display(description=_("time of day"))
    def clocks(self, exception: HoursException) -> str:
        if exception.opens is None or exception.closes is None:
            return _now("all day")
        return f"{office.wall_clock(exception.opens)} – {office.wall_clock(exception.closes)}"

    def save_model(
        self, request: HttpRequest, obj: HoursException, form: ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        caught = visits_caught(obj)
        if caught:
            url = reverse("admin:appointments_appointment_changelist")
            text = ngettext(
                "%d booked visit falls into this time. It stays booked until somebody "
                "cancels or moves it.",
                "%d booked visits fall into this time. They stay booked until somebody "
                "cancels or moves them.",
                len(caught),
            )
            link = format_html(' <a href="{}">{}</a>', url, _("See the visits"))
            self.message_user(
                request, format_html("{}{}", text % len(caught), link), messages.WARNING
            )


def visits_caught(exception: HoursException) -> list[Appointment]:
    """Booked visits ahead that share any time with a time off, on each provider's own clock."""
    if exception.kind != HoursException.Kind.TIME_OFF:
        return []
    day = timedelta(days=1)
    first, last = (
        office.midnight(when, office.zone())
        for when in (exception.first_day - day, exception.last_day + 2 * day)
    )
    near: Any = Appointment.objects.upcoming(timezone.now()).select_related("provider")
    near = near.filter(starts_at__gte=first, starts_at__lt=last)
    if exception.provider_id:
        near = near.filter(provider=exception.provider_id)
    return [visit for visit in near if _falls_into(visit, exception)]


def _falls_into(visit: Appointment, exception: HoursException) -> bool:
    zone = visit.provider.zone
    begins, ends = visit.starts_at.timestamp(), visit.ends_at.timestamp()
    day = visit.starts_at.astimezone(zone).date()
    if not exception.first_day <= day <= exception.last_day:
        return False
    start, end = hours.day_span(day, exception.opens, exception.closes, zone)
    return begins < end and start < ends

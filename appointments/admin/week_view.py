"""One provider's week, Monday to Sunday."""

from datetime import timedelta

from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from appointments.admin import day_schedule, practice_time
from appointments.admin.day_view import require_day, schedule_context, schedule_page
from appointments.forms.slots import parse_day
from appointments.models import Provider
from appointments.scheduling import time_zones
from core.validation.primary_keys import parse_key

DAY, WEEK = timedelta(days=1), timedelta(days=7)


def this_week_view(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Lead to the week of `?day=` and `?provider=`; else to this one, of whoever comes first."""
    day = parse_day(request.GET.get("day", "")) or practice_time.today()
    pk = parse_key(request.GET.get("provider"))
    if not pk:
        first = Provider.objects.active().first()
        if first is None:
            raise Http404("No provider")
        pk = first.pk
    return redirect("admin:appointments_appointment_week", pk, day.isoformat())


def week_view(
    model_admin: ModelAdmin, request: HttpRequest, provider: int, day: str
) -> HttpResponse:
    """Return the seven days of a provider, from Monday on."""
    chosen = require_day(request, day)
    everyone = list(Provider.objects.all())
    who = next((each for each in everyone if each.pk == provider), None)
    if who is None:
        raise Http404("No such provider")
    monday = chosen - timedelta(days=chosen.weekday())
    columns = day_schedule.columns([monday + n * DAY for n in range(7)], who)
    context = schedule_context(model_admin, request, columns) | {
        "title": _("Week of %(who)s") % {"who": who.name},
        "subtitle": " – ".join(map(practice_time.format_date, (monday, monday + 6 * DAY))),
        "day": monday,
        "provider": who,
        "providers": [each for each in everyone if each.active or each == who],
        "zone_words": "" if who.zone == practice_time.zone() else time_zones.words(who.time_zone),
        "previous": (monday - WEEK).isoformat(),
        "next": (monday + WEEK).isoformat(),
    }
    return schedule_page("week", request, context)

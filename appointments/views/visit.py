"""The patient's own page, reached by its private link: see, calendar file, cancel, confirm."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from appointments import booking, links
from appointments.calendar_file import Method, calendar_file
from appointments.forms import CancelForm
from appointments.models import Appointment, Status
from appointments.views.refusing import too_many, within_limit
from appointments.views.taken import taken
from curednation.guard.private import private
from curednation.practice.models import Practice

JOIN_OPENS = timedelta(minutes=10)


def of_visit(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the appointment behind the token: 404 for a stranger's, 410 for an old one."""

    @private
    @wraps(view)
    def wrapper(request: HttpRequest, token: str) -> HttpResponse:
        appointment = links.find(token)
        if appointment is None:
            raise Http404("No such visit")
        if links.has_ended(appointment):
            return render(request, "appointments/ended.html", status=410)
        return view(request, appointment, token)

    return wrapper


def can_change(appointment: Appointment) -> bool:
    """Whether the patient can still move or cancel it here."""
    open_ = appointment.status == Status.BOOKED or appointment.waits_for_the_patient
    return open_ and appointment.changes_close_at > timezone.now()


@require_GET
@of_visit
def visit(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    now = timezone.now()
    on_its_way = appointment.is_live and now < appointment.ends_at
    others = Appointment.objects.upcoming(now).of_address(appointment.email).order_by("starts_at")
    context = {
        "appointment": appointment,
        "token": token,
        "today": now.astimezone(appointment.patient_zone).date(),
        "now": now,
        "can_change": can_change(appointment),
        "by_phone_only": appointment.status == Status.BOOKED
        and appointment.changes_close_at <= now < appointment.starts_at,
        "on_its_way": on_its_way,
        "join_open": on_its_way and now >= appointment.starts_at - JOIN_OPENS,
        "minutes_to_start": int((appointment.starts_at - now).total_seconds() // 60),
        "just": request.GET.get("just", ""),
        "others": [(links.page(other), other) for other in others.exclude(pk=appointment.pk)],
    }
    return render(request, "appointments/visit.html", context)


@require_GET
@of_visit
def calendar_download(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    response = HttpResponse(
        calendar_file(appointment, Method.PUBLISH, Practice.current()),
        content_type="text/calendar; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return response


@require_http_methods(["GET", "POST"])
@of_visit
def cancel(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    form = CancelForm(request.POST or None)
    if not can_change(appointment):
        return redirect(links.page(appointment))
    if request.method == "GET" or not form.is_valid():
        context = {"appointment": appointment, "form": form, "token": token}
        return render(request, "appointments/cancel.html", context)
    if not within_limit(request, "changes"):
        return too_many(request)
    with suppress(booking.NotChangeable):  # the page says what it is now
        booking.cancel(appointment, reason=form.cleaned_data["reason"])
    return redirect(links.page(appointment))


@require_http_methods(["GET", "POST"])
@of_visit
def confirm(request: HttpRequest, appointment: Appointment, token: str) -> HttpResponse:
    """One visit more than usual for this address: the reader of the mail says that it is wanted."""
    if appointment.status not in (Status.HELD, Status.EXPIRED):
        return redirect(links.page(appointment))
    if request.method == "GET":
        return render(request, "appointments/confirm.html", {"appointment": appointment})
    try:
        booking.confirm(appointment)
    except booking.NotChangeable:
        return redirect(links.page(appointment))
    except booking.SlotTaken as error:
        return taken(
            request,
            appointment.service,
            appointment.place,
            appointment.starts_at,
            error.nearest,
            zone=appointment.patient_zone,
        )
    return redirect(links.page(appointment, "done"))

"""The patient's own page, reached by its private link: see, calendar file, cancel, confirm."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from appointments import booking, links
from appointments.calendar_file import Method, calendar_file
from appointments.forms import CancelForm
from appointments.links import Purpose, VisitLink
from appointments.models import Appointment, Status
from appointments.views.refusing import refusal
from appointments.views.taken import taken
from curednation.guard.private import private
from curednation.practice.models import Practice

View = Callable[..., HttpResponse]
JOIN_OPENS = timedelta(minutes=10)


def of_visit(purpose: Purpose) -> Callable[[Callable[..., HttpResponse]], View]:
    """Give a view the link behind its token: 404 for what was not made for it, 410 for an old one.

    Decorates `view(request, link)`.
    """

    def decorate(view: Callable[..., HttpResponse]) -> View:
        @private
        @wraps(view)
        def wrapper(request: HttpRequest, token: str) -> HttpResponse:
            link = links.find(token, purpose)
            if link is None:
                raise Http404("No such visit")
            if link.has_ended:
                return render(request, "appointments/ended.html", {"link": link}, status=410)
            return view(request, link)

        return wrapper

    return decorate


def can_change(appointment: Appointment) -> bool:
    """Whether the patient can still move or cancel it here."""
    open_ = appointment.status == Status.BOOKED or appointment.waits_for_the_patient
    return open_ and appointment.changes_close_at > timezone.now()


@require_safe
@of_visit(Purpose.VISIT)
def visit(request: HttpRequest, link: VisitLink) -> HttpResponse:
    appointment, now = link.appointment, timezone.now()
    on_its_way = appointment.is_live and now < appointment.ends_at
    context = {
        "appointment": appointment,
        "link": link,
        "token": link.token,
        "calendar": link.page("calendar"),
        "status": _shown_status(link),
        "today": now.astimezone(appointment.patient_zone).date(),
        "now": now,
        "can_change": can_change(appointment),
        "by_phone_only": appointment.status == Status.BOOKED
        and appointment.changes_close_at <= now < appointment.starts_at,
        "on_its_way": on_its_way,
        "join_open": on_its_way and now >= appointment.starts_at - JOIN_OPENS,
        "minutes_to_start": int((appointment.starts_at - now).total_seconds() // 60),
        "just": request.GET.get("just", ""),
        "others": _other_visits(link),
    }
    return render(request, "appointments/visit.html", context)


def _shown_status(link: VisitLink) -> str:
    """The visit's status, but a browser that proved no address learns of none that waited for it.

    A visit that waits because its address has many is to that browser as any other. PRIVACY 10.
    """
    status = link.appointment.status
    if not link.mailed and status == Status.RELEASED:
        return Status.CANCELLED
    return status


def _other_visits(link: VisitLink) -> list[tuple[str, Appointment]]:
    """The upcoming visits of the same address, for whoever reads its mail. PRIVACY 29."""
    if not link.mailed:
        return []
    upcoming = Appointment.objects.upcoming(timezone.now()).of_address(link.appointment.email)
    others = upcoming.exclude(pk=link.appointment.pk).order_by("starts_at")
    return [(links.page(other), other) for other in others]


@require_safe
@of_visit(Purpose.CALENDAR)
def calendar_download(request: HttpRequest, link: VisitLink) -> HttpResponse:
    response = HttpResponse(
        calendar_file(link.appointment, Method.PUBLISH, Practice.current()),
        content_type="text/calendar; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@of_visit(Purpose.VISIT)
def cancel(request: HttpRequest, link: VisitLink) -> HttpResponse:
    form = CancelForm(request.POST or None)
    if not can_change(link.appointment):
        return redirect(link.page())
    if request.method != "POST" or not form.is_valid():
        context = {"appointment": link.appointment, "form": form, "token": link.token}
        return render(request, "appointments/cancel.html", context)
    refused = refusal(request, "changes")
    if refused:
        return refused
    with suppress(booking.NotChangeable):  # the page says what it is now
        booking.cancel(link.appointment, reason=form.cleaned_data["reason"])
    return redirect(link.page())


@require_http_methods(["GET", "HEAD", "POST"])
@of_visit(Purpose.CONFIRM)
def confirm(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """One visit more than usual for this address: the reader of the mail says that it is wanted."""
    appointment = link.appointment
    if appointment.status not in (Status.HELD, Status.EXPIRED):
        return redirect(link.page())
    if request.method != "POST":
        return render(request, "appointments/confirm.html", {"appointment": appointment})
    refused = refusal(request, "changes")
    if refused:
        return refused
    try:
        booking.confirm(appointment)
    except booking.NotChangeable:
        return redirect(link.page())
    except booking.SlotTaken as error:
        return taken(
            request,
            appointment.service,
            appointment.place,
            appointment.starts_at,
            error.nearest,
            zone=appointment.patient_zone,
        )
    return redirect(links.page(appointment) + "?just=booked")

"""The patient's own page, reached by its private link: see, calendar file, cancel, confirm."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from appointments import booking, links, waitlist
from appointments.booking import hold_owner
from appointments.calendars.ics import Method, calendar_file
from appointments.forms.booking import CancelForm
from appointments.links import Purpose, VisitLink
from appointments.models import Appointment, ClinicRules, Status
from appointments.scheduling import visit_progress
from appointments.scheduling.visit_progress import Phase
from appointments.views.rate_limited import refusal
from appointments.views.slot_taken import taken
from core.guard.no_store import no_store
from core.people import email_addresses
from core.practice.models import Practice
from core.validation.primary_keys import parse_keys

View = Callable[..., HttpResponse]
# How often the page looks at the latest: staff may have moved or closed the visit.
LOOKS_AGAIN, LOOKS_AGAIN_ON_THE_DAY = timedelta(minutes=30), timedelta(minutes=1)


def of_visit(purpose: Purpose) -> Callable[[Callable[..., HttpResponse]], View]:
    """Give a view the link behind its token: 404 for what was not made for it, 410 for an old one.

    Old is also what was mailed or handed out before the visit's address was corrected.
    Decorates `view(request, link)`.
    """

    def decorate(view: Callable[..., HttpResponse]) -> View:
        @no_store
        @wraps(view)
        def wrapper(request: HttpRequest, token: str) -> HttpResponse:
            link = links.find(token, purpose)
            if link is None and links.was_replaced(token, purpose):
                return replaced(request)
            if link is None:
                raise Http404("No such visit")
            if link.has_ended:
                response = render(request, "appointments/ended.html", {"link": link}, status=410)
                response["HX-Redirect"] = request.path  # never in the place of a fragment
                return response
            return view(request, link)

        return wrapper

    return decorate


def replaced(request: HttpRequest) -> HttpResponse:
    """Return the page of a link from before the visit's address was corrected, saying only that."""
    response = render(request, "appointments/link_replaced.html", status=410)
    response["HX-Redirect"] = request.path  # never in the place of a fragment
    return response


def can_change(link: VisitLink) -> bool:
    """Whether the patient can still move or cancel it here."""
    open_ = shown_status(link) in (Status.BOOKED, Status.HELD)
    return open_ and link.appointment.changes_close_at > timezone.now()


@require_safe
@of_visit(Purpose.VISIT)
def visit(request: HttpRequest, link: VisitLink) -> HttpResponse:
    appointment, now = link.appointment, timezone.now()
    status = shown_status(link)
    phase = visit_progress.phase(status, appointment.starts_at, appointment.ends_at, now)
    if status == Status.HELD and phase == Phase.OVER:
        status = Status.EXPIRED  # nobody can confirm it any more
    context = {
        "appointment": appointment,
        "link": link,
        "token": link.token,
        "calendar": link.page("calendar"),
        "status": status,
        "today": now.astimezone(appointment.patient_zone).date(),
        "now": now,
        "can_change": can_change(link),
        "by_phone_only": status == Status.BOOKED
        and appointment.changes_close_at <= now < appointment.starts_at,
        "phase": phase,
        "on_its_way": phase != Phase.OVER,
        "join_open": phase.can_join,
        "minutes_to_start": int((appointment.starts_at - now).total_seconds() // 60),
        "turns_in": _turns_in(link, phase, now),
        "just": request.GET.get("just", ""),
        "others": _other_visits(link),
        "most_before_asking": most_before_asking(link),
        "place": waitlist.entries_beside(appointment).first() if link.mailed else None,
    }
    return render(request, "appointments/visit.html", context)


def _turns_in(link: VisitLink, phase: Phase, now: datetime) -> int:
    """Return after how many seconds the page is to be looked at again: then it says else."""
    visit = link.appointment
    zone = visit.patient_zone
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    moments = [
        *visit_progress.turns(visit.starts_at, visit.ends_at),
        visit.changes_close_at,
        datetime.combine(tomorrow, time.min, zone),
        now + (LOOKS_AGAIN_ON_THE_DAY if phase.can_join else LOOKS_AGAIN),
    ]
    # Only where the page says that it waits: the seconds would tell that it does. PRIVACY 10.
    if visit.held_until and shown_status(link) == Status.HELD:
        moments.append(visit.held_until)
    if phase == Phase.SOON:  # it counts the minutes
        moments.append(now + (visit.starts_at - now) % timedelta(minutes=1))
    if not link.mailed:
        moments.append(visit.created + links.HANDED_FOR)
    return int(min((m - now).total_seconds() for m in moments if m > now)) + 1


def shown_status(link: VisitLink) -> str:
    """The visit's status, as whoever holds the link may know it. PRIVACY 10.

    Everybody is told that a visit waits for its mailed link under pressure: of these, one that
    keeps no time, because too many wait for its address, is as the others while they wait. One
    that waits because its address has many looks booked to a browser that proved no address; what
    `most_before_asking` says there is true of both.
    """
    visit, now = link.appointment, timezone.now()
    if link.mailed:
        return visit.status
    if visit.status == Status.RELEASED:
        return Status.CANCELLED
    if visit.status in (Status.HELD, Status.EXPIRED):
        if not visit.told_to_confirm:
            return Status.BOOKED
        return Status.HELD if visit.held_until and visit.held_until > now else Status.EXPIRED
    return visit.status


def most_before_asking(link: VisitLink) -> int:
    """How many other visits an address may have before one more must be confirmed by mail.

    For whoever cannot be told how many this one has; 0 where nothing is to be said about it.
    """
    visit = link.appointment
    if link.mailed or visit.told_to_confirm or hold_owner.had_proved(visit):
        return 0
    return ClinicRules.current().most_upcoming if shown_status(link) == Status.BOOKED else 0


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
    if not can_change(link):
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


def _confirm_page(request: HttpRequest, link: VisitLink, status: int = 200) -> HttpResponse:
    """The question, with the person's visits at the same time: a mailed link led here."""
    appointment, now = link.appointment, timezone.now()
    until, others = appointment.held_until, list[Appointment]()
    if appointment.patient:
        times = appointment.starts_at, appointment.ends_at
        others = booking.at_that_time(appointment.patient, *times, but=[appointment.pk])
    context = {
        "appointment": appointment,
        "is_kept": appointment.status == Status.HELD and until and until > now,
        "others": [(_page_of(other, appointment.email), other) for other in others],
    }
    return render(request, "appointments/confirm.html", context, status=status)


def _page_of(visit: Appointment, email: str) -> str:
    """Its mailed link, for whoever reads that very address; empty where it goes to another."""
    same = email_addresses.normalized(visit.email) == email_addresses.normalized(email)
    return links.page(visit) if same else ""


@require_http_methods(["GET", "HEAD", "POST"])
@of_visit(Purpose.CONFIRM)
def confirm(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """A visit that waits for the link in its mail: whoever reads it says that it is wanted."""
    appointment = link.appointment
    if appointment.status not in (Status.HELD, Status.EXPIRED):
        return redirect(link.page())
    if request.method != "POST":
        return _confirm_page(request, link)
    refused = refusal(request, "changes")
    if refused:
        return refused
    try:
        beside = parse_keys(request.POST.getlist("beside"))
        booking.confirm(appointment, beside=beside)
    except booking.NotChangeable:
        return redirect(link.page())
    except booking.AtTheSameTime:
        return _confirm_page(request, link, status=409)
    except booking.SlotTaken as error:
        return taken(
            request,
            appointment.service,
            appointment.place,
            appointment.starts_at,
            error.nearest,
            zone=appointment.patient_zone,
            closed=isinstance(error, booking.TimeClosed),
        )
    return redirect(links.page(appointment) + "?just=booked")

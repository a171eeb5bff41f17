"""The patient's own page, reached by its private link: see, calendar file, cancel, confirm."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time, timedelta
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from appointments import links
from appointments.booking import first_visits, hold_owner, patients, spoken_language, visits
from appointments.booking.patients import AtTheSameTime
from appointments.booking.rules import NotChangeable, SlotTaken
from appointments.calendars import ics
from appointments.forms.cancel import CancelForm
from appointments.links import Purpose, VisitLink
from appointments.models import Appointment, ClinicRules, Status
from appointments.scheduling import visit_progress
from appointments.scheduling.visit_progress import Phase
from appointments.views.slot_taken import slot_taken
from appointments.waitlist import own_visits
from core.database import database_time
from core.guard.limit_pages import limit_page
from core.guard.no_store import no_store
from core.languages.speaking import of_now
from core.practice.models import Practice
from core.validation.primary_keys import parse_keys

View = Callable[..., HttpResponse]
# How often the page looks again at the latest: staff may have moved or closed the visit.
LOOKS_AGAIN, LOOKS_AGAIN_ON_THE_DAY = timedelta(minutes=30), timedelta(minutes=1)


def visit_link_required(purpose: Purpose) -> Callable[[Callable[..., HttpResponse]], View]:
    """Give a view the link behind its token: 404 for what was not made for it, 410 for an old one.

    Old is also what was mailed or handed out before the visit's address was corrected.
    Decorates `view(request, link)`, which is also given what else the address names. An app above,
    which knows another way to the visit, gives the decorated view that link in place of a token.
    """

    def decorate(view: Callable[..., HttpResponse]) -> View:
        @no_store
        @wraps(view)
        def wrapper(request: HttpRequest, token: str | VisitLink, **rest: Any) -> HttpResponse:
            link = token if isinstance(token, VisitLink) else links.find(token, purpose)
            if link is None and links.was_replaced(str(token), purpose):
                return link_replaced(request)
            if link is None:
                raise Http404("No such visit")
            if link.has_ended:
                response = render(
                    request, "appointments/link_ended.html", {"link": link}, status=410
                )
                response["HX-Redirect"] = request.path  # never in the place of a fragment
                return response
            if request.method == "POST":
                spoken_language.acted_in(link.appointment, of_now())
            return view(request, link, **rest)

        return wrapper

    return decorate


def link_replaced(request: HttpRequest) -> HttpResponse:
    """Return the page of a link from before the visit's address was corrected, saying only that."""
    response = render(request, "appointments/link_replaced.html", status=410)
    response["HX-Redirect"] = request.path  # never in the place of a fragment
    return response


def can_change(link: VisitLink) -> bool:
    """Whether the patient can still move or cancel it here."""
    open_ = shown_status(link) in (Status.BOOKED, Status.HELD)
    return open_ and link.appointment.changes_close_at > database_time.now()


@require_safe
@visit_link_required(Purpose.VISIT)
def visit(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Return the page of a visit, with what can be done about it now."""
    appointment, now = link.appointment, database_time.now()
    status = shown_status(link)
    phase = visit_progress.phase(status, appointment.starts_at, appointment.ends_at, now)
    if status == Status.HELD and phase == Phase.OVER:
        status = Status.EXPIRED  # nobody can confirm it any more
    context = {
        "appointment": appointment,
        "link": link,
        "calendar": link.page("calendar"),
        "status": status,
        "today": now.astimezone(appointment.patient_zone).date(),
        "now": now,
        "can_change": can_change(link),
        # Of a private link another purpose's is mailed.
        "can_confirm": link.proves_address and not link.by_address,
        "by_phone_only": status == Status.BOOKED
        and appointment.changes_close_at <= now < appointment.starts_at,
        "phase": phase,
        "on_its_way": phase != Phase.OVER,
        "join_open": phase.can_join,
        "minutes_to_start": int((appointment.starts_at - now).total_seconds() // 60),
        "look_again_after": _seconds_to_next_look(link, phase, now),
        "just": request.GET.get("just", ""),
        "others": _other_visits(link),
        **_first_visit_already(link),
        "visits_without_confirmation": visits_without_confirmation(link),
        "waitlist_entry": own_visits.entries_beside(appointment).first() if link.proved else None,
    }
    return render(request, "appointments/visit.html", context)


def _seconds_to_next_look(link: VisitLink, phase: Phase, now: datetime) -> int:
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
    # Only where the page says that it waits: the seconds would tell that it does.
    if visit.held_until and shown_status(link) == Status.HELD:
        moments.append(visit.held_until)
    if phase == Phase.SOON:  # it counts the minutes
        moments.append(now + (visit.starts_at - now) % timedelta(minutes=1))
    if not link.may_come_in:  # one that was handed to a browser
        moments.append(visit.created + links.HANDED_FOR)
    return int(min((m - now).total_seconds() for m in moments if m > now)) + 1


def shown_status(link: VisitLink) -> str:
    """Return the visit's status, as whoever holds the link may know it.

    Everybody is told that a visit waits for its mailed link under pressure: of these, one that
    keeps no time, because too many wait for its address, is as the others while they wait. One
    that waits because its address has many looks booked to a browser that proved no address; what
    `visits_without_confirmation` says there is true of both.
    """
    visit, now = link.appointment, database_time.now()
    if link.proved:
        return visit.status
    if visit.status == Status.RELEASED:
        return Status.CANCELLED
    if visit.status in (Status.HELD, Status.EXPIRED):
        if not visit.told_to_confirm:
            return Status.BOOKED
        return Status.HELD if visit.held_until and visit.held_until > now else Status.EXPIRED
    return visit.status


def visits_without_confirmation(link: VisitLink) -> int:
    """Return how many visits an address may have before one more must be confirmed by mail.

    For whoever cannot be told how many this one has; 0 where nothing is to be said about it.
    """
    visit = link.appointment
    if link.may_come_in or visit.told_to_confirm or hold_owner.had_proved(visit):
        return 0
    return ClinicRules.current().most_upcoming if shown_status(link) == Status.BOOKED else 0


def _first_visit_already(link: VisitLink) -> dict[str, Any]:
    """Return the other first visit of the week, for whoever reads the mail of this one."""
    visit = link.appointment
    if not link.proved or visit.status != Status.BOOKED or not can_change(link):
        return {}
    other = first_visits.other_first_visit(visit)
    page = link.page_of(other) if other else ""
    if not page:
        return {}
    return {"already": other, "already_url": page, "this_url": link.page("cancel")}


def _other_visits(link: VisitLink) -> list[tuple[str, Appointment]]:
    """Return the upcoming visits of the same address, as far as the link shows them."""
    upcoming = Appointment.objects.upcoming(database_time.now()).of_address(link.appointment.email)
    others = upcoming.exclude(pk=link.appointment.pk).order_by("starts_at")
    return [(link.page_of(other), other) for other in link.shown_beside(others)]


@require_safe
@visit_link_required(Purpose.CALENDAR)
def calendar_file(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Return the visit as a file for the patient's calendar."""
    response = HttpResponse(
        ics.calendar_file(link.appointment, ics.Method.PUBLISH, Practice.current()),
        content_type="text/calendar; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@visit_link_required(Purpose.VISIT)
def cancel(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Ask once more, and for a reason; then cancel the visit."""
    form = CancelForm(request.POST or None)
    if not can_change(link):
        return redirect(link.page())
    if request.method != "POST" or not form.is_valid():
        context = {"appointment": link.appointment, "form": form, "link": link}
        return render(request, "appointments/cancel.html", context)
    refused = limit_page(request, "changes")
    if refused:
        return refused
    with suppress(NotChangeable):  # the page says what it is now
        visits.cancel(link.appointment, reason=form.cleaned_data["reason"])
    return redirect(link.page())


def _confirm_page(request: HttpRequest, link: VisitLink, status: int = 200) -> HttpResponse:
    """Return the page that asks, with the person's visits at the same time: a mail led here."""
    appointment, now = link.appointment, database_time.now()
    until, others = appointment.held_until, list[Appointment]()
    if appointment.patient:
        times = appointment.starts_at, appointment.ends_at
        others = patients.at_that_time(appointment.patient, *times, but=[appointment.pk])
    context = {
        "appointment": appointment,
        "link": link,
        "is_kept": appointment.status == Status.HELD and until and until > now,
        "others": [(link.page_of(other), other) for other in others],
    }
    return render(request, "appointments/confirm.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@visit_link_required(Purpose.CONFIRM)
def confirm(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Confirm a visit that waits for the link in its mail."""
    appointment = link.appointment
    if appointment.status not in (Status.HELD, Status.EXPIRED):
        return redirect(link.page())
    if request.method != "POST":
        return _confirm_page(request, link)
    refused = limit_page(request, "changes")
    if refused:
        return refused
    try:
        beside = parse_keys(request.POST.getlist("beside"))
        visits.confirm(appointment, beside=beside)
    except NotChangeable:
        return redirect(link.page())
    except AtTheSameTime:
        return _confirm_page(request, link, status=409)
    except SlotTaken as error:
        return slot_taken(
            request,
            appointment.service,
            appointment.place,
            appointment.starts_at,
            error,
            zone=appointment.patient_zone,
        )
    return redirect(link.page() + "?just=booked")

"""The waitlist: joining it from the time page, and the private page of an entry."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from appointments.booking import returning_patient, spoken_language
from appointments.booking.rules import TooYoung
from appointments.forms.slots import SlotForm
from appointments.forms.waitlist import AgreeForm, JoinForm
from appointments.links import Purpose, VisitLink
from appointments.models import (
    Appointment,
    ConsentText,
    EntryStatus,
    Service,
    WaitlistEntry,
    WaitlistOffer,
)
from appointments.scheduling import availability
from appointments.scheduling.states import State
from appointments.views.appointment import visit_link_required
from appointments.views.email_proof import ask_for_proof, email_proof_in
from appointments.views.requested_service import (
    provider_of_address,
    requested_provider,
    service_required,
)
from appointments.views.time_zone import initial_zone, shown_zone
from appointments.waitlist import entries, links, own_visits, responses
from appointments.waitlist.links import PlaceLink, PrivatePlaceLink
from appointments.waitlist.responses import HasVisit, OfferOver
from core.database import database_time
from core.guard.limit_pages import limit_page, over_limit_page
from core.guard.no_store import no_store
from core.languages.speaking import of_now
from core.people import email_addresses
from core.validation.primary_keys import parse_key, parse_keys

JUST_NOW = timedelta(hours=3)


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
@service_required
def join(request: HttpRequest, state: State, service: Service) -> HttpResponse:
    """Ask for a place on the waitlist. Every address gets the same answer."""
    if returning_patient.is_missing(service, email_proof_in(request)):
        return ask_for_proof(state, service, provider_of_address(request))
    zone = state.zone_for(str(shown_zone(request, state)))
    wanted = WaitlistEntry(service=service, state=state.code, zone=zone)
    providers = availability.candidates(service, state.code)
    form = JoinForm(
        request.POST if request.method == "POST" else None,
        initial={
            "provider": requested_provider(request, providers) if "with" in request.GET else None
        }
        | initial_zone(request, state),
        hold=wanted,
        texts=ConsentText.current(),
        providers=providers,
    )
    context = {"form": form, "state": state, "service": service, "zone": zone}
    if request.method != "POST" or not form.is_valid():
        return render(request, "appointments/waitlist_join.html", context)
    email = form.cleaned_data["email"]
    if not returning_patient.fits(service, email_proof_in(request), email):
        form.add_error("email", _("Please use the address that we sent the link to."))
        return render(request, "appointments/waitlist_join.html", context)
    refused = limit_page(request, "waitlist", address=email_addresses.mailbox(email))
    if refused:
        return refused
    try:
        joined = _join(request, form)
    except TooYoung:  # its minimum age was raised in this moment: the form says so
        form.full_clean()
        return render(request, "appointments/waitlist_join.html", context)
    return render(request, "appointments/waitlist_joined.html", context | joined)


def _join(request: HttpRequest, form: JoinForm) -> dict:
    wanted, preferences, provider = form.hold, form.preferences, form.cleaned_data["provider"]
    sooner_than = entries.first_that_suits(wanted.service, wanted.state, preferences, provider)
    entries.join(
        service=wanted.service,
        state=wanted.state,
        details=form.details(page="appointments:waitlist_join"),
        preferences=preferences,
        provider=provider,
        sooner_than=sooner_than,
    )
    return {
        "email": form.cleaned_data["email"],
        "provider": provider,
        "sooner_than": sooner_than and sooner_than.astimezone(preferences.zone),
        "zone": str(preferences.zone),
    }


def waitlist_entry_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the place behind the token: 404 for a stranger's, 410 for an old one.

    An app above, which knows another way to the place, gives it that link in place of a token.
    """

    @no_store
    @wraps(view)
    def wrapper(request: HttpRequest, token: str | PlaceLink) -> HttpResponse:
        link = token if isinstance(token, PlaceLink) else _private_link(token)
        if link is not None:
            if request.method == "POST":
                spoken_language.acted_in(link.entry, of_now())
            return view(request, link)
        if links.is_ours(str(token)):
            return render(request, "appointments/waitlist_link_ended.html", status=410)
        raise Http404("No such waitlist entry")

    return wrapper


def _private_link(token: str) -> PlaceLink | None:
    entry = links.find(token)
    return PrivatePlaceLink(entry, texted=links.was_texted(token)) if entry else None


@require_safe
@waitlist_entry_required
def entry(request: HttpRequest, link: PlaceLink) -> HttpResponse:
    """Return the private page of a waitlist entry."""
    return _page(request, link)


def _page(
    request: HttpRequest,
    link: PlaceLink,
    *,
    form: AgreeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    entry, now = link.entry, database_time.now()
    places = WaitlistEntry.objects.waiting(now) | WaitlistEntry.objects.asked(now)
    others = places.of_address(entry.email).select_related("service")
    context = {
        "entry": entry,
        "link": link,
        "offer": entry.offers.open(now).first() if entry.is_waiting else None,
        "last": entry.offers.filter(created__gt=now - JUST_NOW).first(),
        "form": form or AgreeForm(texts=_changed_texts(entry)),
        "visit": link.page_of_visit(entry.appointment) if entry.appointment else "",
        "beside": _visits_beside(link, now) if link.proves_address else [],
        "asks_again": status == 409,
        "others": _others(link, others.exclude(pk=entry.pk).in_line()),
    }
    return render(request, "appointments/waitlist.html", context, status=status)


def _others(link: PlaceLink, places: Iterable[WaitlistEntry]) -> list[tuple[str, WaitlistEntry]]:
    """Return those that may be seen from here, each with its page."""
    pages = [(link.page_of(other), other) for other in places]
    return [(page, other) for page, other in pages if page]


def _visits_beside(link: PlaceLink, now: datetime) -> list[tuple[str, Appointment, bool]]:
    """Return the visits of who waits: the page of each, and whether it can be given up online."""
    return [
        (link.page_of_visit(visit), visit, visit.changes_close_at > now)
        for visit in own_visits.visits_of(link.entry)
    ]


def _changed_texts(entry: WaitlistEntry) -> list[ConsentText]:
    """Return all current texts where any is newer than what the patient agreed to."""
    texts = ConsentText.current()
    return [] if {text.pk for text in texts} <= set(entry.consent_texts) else texts


@require_http_methods(["GET", "HEAD", "POST"])
@waitlist_entry_required
def accept(request: HttpRequest, link: PlaceLink) -> HttpResponse:
    """Take the offered time: as well as the visits they have, or instead of one."""
    entry = link.entry
    offer = _offer_of(request, entry)
    if offer is None:
        return redirect(link.page())
    texts = _changed_texts(entry)
    form = AgreeForm(request.POST, texts=texts)
    if not form.is_valid():
        return _page(request, link, form=form)
    refused = over_limit_page(request, "changes")
    if refused:
        return refused
    if texts:
        responses.agree(entry, [text.pk for text in texts])
    try:
        if link.proves_address:
            appointment = responses.accept(
                offer, seen=_seen(request), instead_of=parse_key(request.POST.get("instead", ""))
            )
        else:
            appointment = responses.accept_by_text(offer)
    except HasVisit:
        return _page(request, link, form=form, status=409)
    except OfferOver:
        # The page says what has become of it, and that the place is kept.
        entry.refresh_from_db()
        return _page(request, link, status=409)
    return redirect(link.page_of_booked(appointment))


def _seen(request: HttpRequest) -> set[int]:
    """Return the visits that the page named beside the offer."""
    return parse_keys(request.POST.getlist("beside"))


@require_http_methods(["GET", "HEAD", "POST"])
@waitlist_entry_required
def decline(request: HttpRequest, link: PlaceLink) -> HttpResponse:
    """Let the offer pass; the place on the list stays."""
    offer = _offer_of(request, link.entry)
    if offer is not None:
        refused = over_limit_page(request, "changes")
        if refused:
            return refused
        responses.decline(offer)
    return redirect(link.page())


def _offer_of(request: HttpRequest, entry: WaitlistEntry) -> WaitlistOffer | None:
    """Return the offer whose button was pressed; None for a GET, or where it never had that."""
    form = SlotForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return None
    return entry.offers.filter(starts_at=form.cleaned_data["slot"]).first()


@require_http_methods(["GET", "HEAD", "POST"])
@visit_link_required(Purpose.VISIT)
def entry_beside_visit(request: HttpRequest, link: VisitLink) -> HttpResponse:
    """Keep the waitlist entry beside the visit, or give it up. For whoever reads the mails."""
    if request.method == "POST" and link.proved:
        refused = over_limit_page(request, "changes")
        if refused:
            return refused
        if request.POST.get("place") == "keep":
            own_visits.keep_beside(link.appointment)
        elif request.POST.get("place") == "leave":
            for entry in own_visits.entries_beside(link.appointment):
                entries.leave(entry)
    return redirect(link.page())


@require_http_methods(["GET", "HEAD", "POST"])
@waitlist_entry_required
def keep(request: HttpRequest, link: PlaceLink) -> HttpResponse:
    """Confirm one entry more, or other preferences: whoever reads the mail says that it is so."""
    if request.method == "POST" and link.entry.is_asked and link.proves_address:
        refused = over_limit_page(request, "changes")
        if refused:
            return refused
        return redirect(link.page_of(entries.keep(link.entry)))
    return redirect(link.page())


@require_http_methods(["GET", "HEAD", "POST"])
@waitlist_entry_required
def leave(request: HttpRequest, link: PlaceLink) -> HttpResponse:
    """Leave the waitlist."""
    if request.method == "POST" and link.entry.status == EntryStatus.WAITING:
        refused = over_limit_page(request, "changes")
        if refused:
            return refused
        entries.leave(link.entry)
    return redirect(link.page())

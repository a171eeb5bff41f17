"""The waitlist by hand: add a caller, offer a time from a gap or a place, book what they take."""

from collections import Counter
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from appointments.admin import (
    booking_choice,
    minimum_age,
    practice_time,
    restricted_records,
    same_person,
    workflow_actions,
)
from appointments.admin.page_context import page_context
from appointments.admin.visit_time_forms import parse_choice
from appointments.admin.waitlist_forms import CallerForm
from appointments.booking.patients import RecordRestricted
from appointments.booking.rules import BookingRests, SlotTaken, TooYoung
from appointments.calls import phone_notes
from appointments.models import Patient, Provider, WaitlistEntry, WaitlistOffer
from appointments.scheduling import availability
from appointments.waitlist import by_hand, responses
from appointments.waitlist.offers import NobodyLeft
from appointments.waitlist.responses import HasVisit, OfferOver
from core.database import database_time
from core.people import phone_numbers
from core.staff.audit import disclosures
from core.validation.primary_keys import parse_key

CHANGE = "appointments.change_waitlistentry"
SHOWN, MOST_A_DAY = 16, 4
AHEAD = timedelta(days=14)


def add_caller_view(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Write down who calls and wants to wait; `patient` is who is known already."""
    _require(request)
    asked = parse_key(request.GET.get("patient"))
    patient = Patient.objects.kept().filter(pk=asked).first()
    if patient and not request.user.has_perm("appointments.view_patient"):
        raise PermissionDenied
    patient = patient or same_person.chosen(request)
    if patient and patient.is_restricted:
        return restricted_records.page(admin, request, patient)
    form = CallerForm(request.POST or None, patient=patient)
    sent = request.method == "POST" and form.is_valid()
    if sent and not same_person.must_ask(request, form, form.wanted()["details"]):
        try:
            entry = by_hand.add_caller(**form.wanted())
        except RecordRestricted:
            form.add_error(None, restricted_records.NOT_BOOKED)
        except TooYoung as error:
            form.add_error(None, minimum_age.too_young(error))
        else:
            admin.log_addition(request, entry, [{"added": {}}])
            messages.success(request, _("%(who)s is on the waitlist.") % {"who": entry})
            return redirect("admin:appointments_waitlistentry_change", entry.pk)
    context = page_context(admin, request, _("Add a caller to the waitlist"), WaitlistEntry)
    context |= {"form": form, "patient": patient}
    page = TemplateResponse(request, "admin/appointments/waitlist_caller.html", context)
    return disclosures.declare(page, [patient] if patient else [], same_person.asked_about(form))


def offer_view(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Offer a time to one who waits, or note what they said to the one they were offered."""
    _require(request)
    entry = _waiting_or_404(object_id)
    offered = entry.offers.open(database_time.now()).select_related("provider").first()
    if request.method == "POST":
        done = _answer(request, offered) if offered else _offer(admin, request, entry)
        if done:
            admin.log_change(request, entry, _now("By phone: %(what)s") % {"what": done})
            return redirect("admin:appointments_waitlistentry_change", entry.pk)
    context = page_context(admin, request, _("Offer a time"), WaitlistEntry) | _place(entry)
    context |= {"offered": _offer_words(offered) if offered else "", "entry": entry}
    context["times"] = [] if offered else _times(entry)
    status = 409 if request.method == "POST" else 200
    page = TemplateResponse(
        request, "admin/appointments/waitlist_offer.html", context, status=status
    )
    return disclosures.declare(page, [entry])


def suits_view(admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """Show whom a free time of a provider suits, to offer or to book it."""
    _require(request)
    provider = Provider.objects.active().filter(pk=parse_key(request.GET.get("provider"))).first()
    start = booking_choice.parse_start(request.GET.get("starts_at", ""))
    if provider is None or start is None:
        raise Http404("No such time")
    if request.method == "POST":
        entry = _waiting_or_404(request.POST.get("entry", ""))
        if _offer(admin, request, entry):
            return redirect("admin:appointments_waitlistentry_change", entry.pk)
    end = booking_choice.parse_start(request.GET.get("ends_at", ""))
    end = end or by_hand.gap_end(provider, start)
    found = by_hand.suits(provider, start, end)
    rows = [_place(each.entry) | _time(each.entry, provider, each.starts_at) for each in found]
    context = page_context(admin, request, _("Who on the waitlist does it suit?"), WaitlistEntry)
    context |= {"rows": rows, "provider": provider, "when": _between(start, end)}
    status = 409 if request.method == "POST" else 200
    page = TemplateResponse(
        request, "admin/appointments/waitlist_suits.html", context, status=status
    )
    return disclosures.declare(page, [each.entry for each in found])


# ── what is done ──


def _offer(admin: ModelAdmin, request: HttpRequest, entry: WaitlistEntry) -> str:
    """Offer the chosen time; return what was done, or nothing after saying why not."""
    chosen = parse_choice(request.POST.get("slot", ""))
    if chosen is None:
        messages.error(request, _("Please choose a time."))
        return ""
    starts_at, provider = chosen
    try:
        offered = by_hand.offer(entry, provider, starts_at)
    except SlotTaken:
        messages.error(request, _("Somebody has this time by now, or patients could not book it."))
        return ""
    except NobodyLeft:
        messages.error(request, _("They wait no more, have an offer, or were offered this time."))
        return ""
    until = practice_time.format_short_datetime(offered.until)
    told = (
        _now("An e-mail offers it until %(until)s.")
        if entry.email
        else _now("They have no e-mail address: call them until %(until)s.")
    )
    messages.success(request, told % {"until": until})
    return _now("offered")


def _answer(request: HttpRequest, offered: WaitlistOffer) -> str:
    """Note what they said on the phone; return it, or nothing after saying why that cannot be."""
    if request.POST.get("did") == "decline":
        responses.decline(offered)
        messages.success(request, _("They keep their place. The time is free again."))
        return _now("declined")
    if request.POST.get("did") != "accept":
        return ""
    if not request.user.has_perm("appointments.add_appointment"):
        raise PermissionDenied
    try:
        by_hand.accept_for(offered, by=workflow_actions.changed_by(request))
    except (OfferOver, HasVisit, BookingRests):
        messages.error(request, _("The offer is over. Offer another time, or book one for them."))
        return ""
    messages.success(request, _("The visit is booked, and they are off the waitlist."))
    return _now("accepted")


# ── what is shown ──


def _times(entry: WaitlistEntry) -> list[dict[str, Any]]:
    """Return the next free times that suit; where none does, the next that are free at all."""
    now = database_time.now()
    grid = availability.grid(entry.service, entry.state, last=now + AHEAD, now=now)
    before = {int(offer.starts_at.timestamp()) for offer in entry.offers.all()}
    free = [start for start in grid.of(entry.provider) if start not in before]
    suiting = [start for start in free if entry.preferences.suits(start)]
    rows: list[dict[str, Any]] = []
    on_day: Counter[date] = Counter()
    for when in map(availability.moment, suiting or free):
        day = when.astimezone(entry.patient_zone).date()
        on_day[day] += 1
        if on_day[day] <= MOST_A_DAY and len(rows) < SHOWN:
            who = entry.provider or grid.free_at(when)[0]
            rows.append(_time(entry, who, when) | {"suits": bool(suiting)})
    return rows


def _time(entry: WaitlistEntry, provider: Provider, when: Any) -> dict[str, Any]:
    ours = practice_time.zone()
    local = when.astimezone(entry.patient_zone)
    differs = local.utcoffset() != when.astimezone(ours).utcoffset()
    book = reverse("admin:appointments_appointment_book")
    asked = {"entry": entry.pk, "provider": provider.pk, "starts_at": when.isoformat()}
    return {
        "value": f"{when:%Y-%m-%dT%H:%MZ}/{provider.pk}",
        "words": practice_time.format_short_datetime(when, ours),
        "theirs": practice_time.format_datetime_and_zone(local, entry.zone) if differs else "",
        "provider": provider.name,
        "book": f"{book}?{urlencode(asked)}",
    }


def _place(entry: WaitlistEntry) -> dict[str, Any]:
    since = practice_time.format_date(entry.created.astimezone(practice_time.zone()))
    wishes = [entry.weekday_words, entry.part_words]
    return {
        "place": entry,
        "phone": phone_notes.with_note(phone_numbers.as_link(entry.phone), entry.contact),
        "since": since,
        "wishes": "; ".join(words for words in wishes if words) or _now("Any time"),
    }


def _offer_words(offered: WaitlistOffer) -> str:
    ours = practice_time.zone()
    return _now("%(when)s with %(who)s, until %(until)s") % {
        "when": practice_time.format_short_datetime(offered.starts_at, ours),
        "who": offered.provider.name,
        "until": practice_time.format_short_datetime(offered.until, ours),
    }


def _between(start: Any, end: Any) -> str:
    ours = practice_time.zone()
    last = practice_time.format_time(end.astimezone(ours).time())
    return f"{practice_time.format_short_datetime(start, ours)} – {last}"


def _require(request: HttpRequest) -> None:
    if not request.user.has_perm(CHANGE):
        raise PermissionDenied


def _waiting_or_404(object_id: str) -> WaitlistEntry:
    waiting = WaitlistEntry.objects.waiting(database_time.now())
    waiting = waiting.select_related("service", "provider").prefetch_related("offers")
    entry = waiting.filter(pk=parse_key(unquote(object_id))).first()
    if entry is None:
        raise Http404("Nobody waits there")
    return entry

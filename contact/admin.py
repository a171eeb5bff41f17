"""The desk's list of who wrote or wants to be called, and who of the staff has answered."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appointments.admin import practice_time
from appointments.models import Appointment
from appointments.scheduling import time_zones
from appointments.scheduling.states import STATES
from appointments.templatetags.appointments import clock_in
from articles.search import crisis_terms
from contact import workflow
from contact.models import ContactRequest
from contact.workflow import RequestSettled
from core.database import database_time
from core.people import phone_numbers
from core.staff.audit import disclosures
from core.staff.audit.admin_pages import record_all
from core.staff.urgency import Urgency
from core.validation.primary_keys import parse_key

PAGE = "admin/contact/requests.html"
AT_ONCE = 25
VIEW, CHANGE = "contact.view_contactrequest", "contact.change_contactrequest"


@admin.site.register_page("contact-requests/")  # type: ignore[attr-defined]  # our site: core.staff
def contact_requests(request: HttpRequest) -> HttpResponse:
    """Show who waits for an answer, or who has got one; a POST notes it, or takes that back."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    if request.method == "POST":
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        return _settle(request)
    is_done = request.GET.get("show") == "done"
    rows = ContactRequest.objects.done() if is_done else ContactRequest.objects.open()
    page = Paginator(rows, AT_ONCE).get_page(request.GET.get("p"))
    now = database_time.now()
    context = admin.site.each_context(request) | {
        "title": _("Contact requests"),
        "opts": Appointment._meta,
        "page": page,
        "rows": [_row(each, now) for each in page],
        "is_done": is_done,
        "kept": "show=done&" if is_done else "",
        "may_change": request.user.has_perm(CHANGE),
    }
    return disclosures.declare(TemplateResponse(request, PAGE, context), page)


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def contact_requests_panel(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """Say on the first page how many wait for an answer. It names nobody."""
    if not request.user.has_perm(VIEW):
        return None
    count = ContactRequest.objects.open().count()
    return ("admin/contact/_panel.html", {"count": count, "records": ()}) if count else None


@admin.site.register_to_do  # type: ignore[attr-defined]  # our site: core.staff
def contact_requests_to_do(request: HttpRequest) -> QuerySet[ContactRequest] | None:
    """Return those that wait for an answer."""
    return ContactRequest.objects.open() if request.user.has_perm(CHANGE) else None


@admin.site.register_menu_link  # type: ignore[attr-defined]  # our site: core.staff
def contact_requests_link(request: HttpRequest) -> tuple[str, Any] | None:
    """Lead to the list from the person's menu, also while nobody waits."""
    return ("contact_requests", _("Contact requests")) if request.user.has_perm(VIEW) else None


def _settle(request: HttpRequest) -> HttpResponse:
    """Note that it is done, or take that back; the trail says who did which."""
    pk = parse_key(request.POST.get("request")) or 0
    back = request.POST.get("did") == "undo"
    action = "act:not_answered" if back else "act:answered"
    record_all(request, action, model=ContactRequest._meta.label_lower, object_pks=[pk])
    try:
        if back:
            workflow.undo(pk)
            messages.success(request, _("It stands on the list again."))
        else:
            workflow.done(pk, by=str(request.user))
            messages.success(request, _("Done: it is off the list. “Done” above has it, to undo."))
    except RequestSettled:
        messages.warning(request, _("Somebody else has changed this one already."))
    where = reverse("admin:contact_requests") + ("?show=done" if back else "")
    return disclosures.declare_none(redirect(where))


def _row(sent: ContactRequest, now: datetime) -> dict[str, Any]:
    """Return what one line says of it."""
    ours = practice_time.zone()
    state = STATES.get(sent.state)
    return {
        "sent": sent,
        "phone": phone_numbers.as_link(sent.phone),
        "language": dict(settings.LANGUAGES).get(sent.language, sent.language),
        "when": practice_time.format_short_datetime(sent.created_at, ours),
        "their_clock": _clock(now, state.zone) if state else "",
        "state": state,
        "is_urgent": crisis_terms.detect_crisis_in_message(sent.message) is not None,
        "done": practice_time.format_short_datetime(sent.done_at, ours) if sent.done_at else "",
    }


def _clock(now: datetime, zone: str) -> str:
    return clock_in(now.astimezone(ZoneInfo(zone)), time_zones.words(zone))

"""A thread as staff read and answer it."""

from datetime import datetime
from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.template.response import TemplateResponse

from appointments.admin import practice_time
from appointments.admin.practice_time import format_short_datetime
from appointments.calls import phone_notes
from appointments.models import Appointment, Patient
from appointments.scheduling import time_zones
from appointments.templatetags.appointments import clock_in
from core.database import database_time
from core.languages.speaking import name_of
from core.people import phone_numbers
from core.staff.audit import disclosures
from core.staff.models import User
from messaging import (
    drafts,
    emails,
    expected_answers,
    keys,
    reply_templates,
    staff_rights,
    workflow,
)
from messaging.admin import thread_steps
from messaging.forms import MessageForm
from messaging.models import Draft, Message, Team, Thread
from messaging.whose_threads import record_behind

PAGE = "admin/messaging/thread.html"


@admin.site.register_page("messages/<int:pk>/")  # type: ignore[attr-defined]  # our site: core.staff
def message_thread(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all that was written, and take an answer; a POST takes one step."""
    thread = find(request, pk)
    if request.method == "POST":
        return disclosures.declare_none(thread_steps.take(request, thread))
    record, now = record_behind(thread), database_time.now()
    draft = drafts.of_staff(cast(User, request.user), thread)
    context = admin.site.each_context(request) | _state(request, thread, now)
    context |= about_patient(thread, record, now) | writing(request, draft, thread.team)
    response = TemplateResponse(request, PAGE, context)
    if request.method == "GET":
        workflow.read_by_clinic(thread)
    return disclosures.declare(response, [thread, record])


def _state(request: HttpRequest, thread: Thread, now: datetime) -> dict[str, Any]:
    """Return what was written, who answers it until when, and what this person may do."""
    rows = list(thread.messages.prefetch_related("attachments").order_by("sent_at", "pk"))
    owner, user = thread.assigned, cast(User, request.user)
    return {
        "title": thread.get_topic_display(),
        "opts": Appointment._meta,
        "thread": thread,
        "rows": [_row(message) for message in rows],
        "seen": rows[-1].pk if rows else 0,
        "due": thread.due_at and format_short_datetime(thread.due_at),
        "is_late": thread.is_late(now),
        "closed": thread.closed_at and format_short_datetime(thread.closed_at),
        "owner_left": owner is not None and not owner.is_active,
        "somebody_wrote": "new" in request.GET,
        "others": drafts.who_writes(thread, beside=user, now=now),
        "alert": thread.alerts.open().first(),
        "may_handle": user.has_perm(staff_rights.HANDLE),
        "members": staff_rights.members(thread.team),
        "teams": Team.choices,
        "may_answer": thread.team in staff_rights.teams_of(user),
    }


@admin.site.register_page("messages/<int:pk>/draft/")  # type: ignore[attr-defined]  # core.staff
def message_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what is typed so far; say so, and who else types."""
    if request.method != "POST":
        return disclosures.declare_none(HttpResponseNotAllowed(["POST"]))
    thread, user = find(request, pk), cast(User, request.user)
    if thread.team not in staff_rights.teams_of(user):
        raise PermissionDenied
    if not Message.objects.filter(once=keys.parse(request.POST.get("once"))).exists():
        once = keys.parse(request.POST.get("once"))
        drafts.keep(drafts.of_staff(user, thread), request.POST.get("text", ""), once=once)
    now = database_time.now()
    last = workflow.last_key(thread)
    context = {
        "at": now.astimezone(practice_time.zone()),
        "others": drafts.who_writes(thread, beside=user, now=now),
        "is_old": str(last) != request.POST.get("seen", ""),
    }
    return disclosures.declare_none(render(request, "admin/messaging/_kept.html", context))


def find(request: HttpRequest, pk: int) -> Thread:
    """Return the thread, where this person may read it. Raises Http404 and PermissionDenied."""
    threads = Thread.objects.visible_to(request.user)
    rows = threads.select_related("patient__merged_into", "assigned", "account")
    thread = rows.filter(pk=pk).first()
    if thread is None:
        raise Http404("No such thread")
    if not staff_rights.may_read(request.user, thread):
        raise PermissionDenied
    return thread


def writing(request: HttpRequest, draft: Draft, team: str) -> dict[str, Any]:
    """Return what the part of a page shows in which staff write; why files were refused, once."""
    refusals = draft.refusals
    if refusals and draft.pk and request.method == "GET":
        Draft.objects.filter(pk=draft.pk).update(refusals=[])
    files = list(draft.attachments.all()) if draft.pk else []
    values = {"text": draft.text}
    check = "check" in request.GET
    form = MessageForm(values, has_files=bool(files)) if check else MessageForm(initial=values)
    return {
        "form": form,
        "draft": draft,
        "files": files,
        "refusals": refusals,
        "templates": reply_templates.for_team(team),
    }


def about_patient(thread: Thread, record: Patient, now: datetime) -> dict[str, Any]:
    """Return what staff need to know of who reads the answer."""
    zone = expected_answers.zone_of(record)
    contact = phone_notes.contacts_of([record]).get(record.pk, "")
    account = thread.account
    return {
        "patient": record,
        "phone": phone_notes.with_note(phone_numbers.as_link(record.phone), contact),
        "their_clock": clock_in(now.astimezone(zone), time_zones.words(str(zone))),
        "language": name_of(thread.language),
        "writer": _writer(thread, record),
        "is_told": bool(account and not account.ended_at and emails.is_told(account)),
        "has_reader": bool(account and not account.ended_at),
    }


def _writer(thread: Thread, record: Patient) -> Any:
    """Return who writes where that is not the patient: "My child" is how they see the record."""
    if thread.account is None:
        return ""
    links = thread.account.links.filter(patient__in=[thread.patient_id, record.pk])
    link = links.exclude(relation="self").first()
    is_own = links.filter(relation="self").exists()
    return link.get_relation_display() if link and not is_own else ""


def _row(message: Message) -> dict[str, Any]:
    return {
        "message": message,
        "sent": format_short_datetime(message.sent_at),
        "read": message.read_at and format_short_datetime(message.read_at),
        "files": list(message.attachments.all()),
        "is_new": not message.from_clinic and message.read_at is None,
    }

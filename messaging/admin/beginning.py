"""Staff write first: a new thread with a patient who has an account of their own."""

from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from appointments.models import Appointment, Patient
from core.staff.audit import disclosures
from core.staff.models import User
from core.validation.primary_keys import parse_key
from messaging import drafts, keys, staff_rights, workflow
from messaging.admin import thread_page, thread_steps
from messaging.models import Draft, Message, Thread, Topic
from messaging.models.threads import TEAMS, Team
from messaging.whose_threads import readers_of

PAGE = "admin/messaging/new.html"


@admin.site.register_page("patients/<int:pk>/message/")  # type: ignore[attr-defined]  # core.staff
def message_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to a patient; a POST keeps, takes a template, or sends."""
    teams = staff_rights.teams_of(request.user)
    if not teams:
        raise PermissionDenied
    patients = Patient.objects.kept().visible_to(request.user).filter(restricted_at=None)
    patient = patients.filter(pk=pk).first()
    if patient is None:
        raise Http404("No such patient")
    readers = readers_of(patient)
    draft = drafts.of_staff(cast(User, request.user), None, patient)
    if request.method == "POST":
        return disclosures.declare_none(_step(request, draft, patient, readers))
    context = admin.site.each_context(request) | {
        "title": _("Write to %(who)s") % {"who": patient},
        "opts": Appointment._meta,
        "patient": patient,
        "readers": [(link.account_id, link.get_relation_display()) for link in readers],
        "topics": [(topic.value, topic.label) for topic in Topic if _team(topic) in teams],
    }
    context |= thread_page.writing(request, draft, teams[0])
    return disclosures.declare(TemplateResponse(request, PAGE, context), [patient])


def _step(request: HttpRequest, draft: Draft, patient: Patient, readers: list[Any]) -> HttpResponse:
    here = reverse("admin:message_new", args=[patient.pk])
    if sent := Message.objects.filter(once=keys.parse(request.POST.get("once"))).first():
        return redirect("admin:message_thread", sent.thread_id)  # pressed twice
    step = request.POST.get("step", "")
    if step == "discard":
        drafts.discard(draft)
        return redirect(here)
    if not readers:
        return redirect(here)
    draft = thread_steps.keep_typed(request, draft, **_chosen(request, readers))
    if step == "template":
        thread_steps.add_template(request, draft, patient, patient.language)
        return redirect(here)
    if step != "send" or draft.refusals:
        return redirect(here)
    if not draft.topic or not thread_steps.is_whole(draft):
        return redirect(f"{here}?check=1")
    if draft.reader is None:  # whom they chose sees the record no more
        messages.warning(request, _("That has changed meanwhile: this page says how it is now."))
        return redirect(here)
    thread = workflow.send_from_clinic(draft, by=cast(User, request.user), seen=0)
    messages.success(request, thread_steps.SENT)
    return _led_to(request, thread)


def _led_to(request: HttpRequest, thread: Thread) -> HttpResponse:
    if thread.team in staff_rights.teams_of(request.user):
        return redirect("admin:message_thread", thread.pk)
    return redirect("admin:messages_inbox")


def _chosen(request: HttpRequest, readers: list[Any]) -> dict[str, Any]:
    """Return topic and reader as they were chosen: one whose messages this person answers.

    Without a choice the first one reads it; nobody, where whoever was chosen cannot any more.
    """
    key = request.POST.get("reader") or readers[0].account_id
    by_key = {link.account_id: link.account for link in readers}
    chosen = by_key.get(parse_key(key))
    topic = request.POST.get("topic", "")
    known = topic in Topic.values and _team(Topic(topic)) in staff_rights.teams_of(request.user)
    return {"reader": chosen, "topic": topic if known else ""}


def _team(topic: Topic) -> str:
    return TEAMS.get(topic, Team.DESK)

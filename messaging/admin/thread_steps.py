"""The steps that staff take in a thread: each is one button of its page."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.staff.audit.admin_pages import record_all
from core.staff.models import User
from core.validation.primary_keys import parse_key
from messaging import drafts, keys, reply_templates, staff_rights, workflow
from messaging.forms import MessageForm
from messaging.models import Draft, Message, ReplyTemplate, Team, Thread
from messaging.whose_threads import record_behind

SENT = _("Sent. They are told that there is something new, and nothing of what.")


def take(request: HttpRequest, thread: Thread) -> HttpResponse:
    """Take the step that was pressed, and lead back to the thread, or to the inbox."""
    step = STEPS.get(request.POST.get("step", ""))
    if step is None or thread.team not in staff_rights.teams_of(request.user):
        raise PermissionDenied
    label = Thread._meta.label_lower
    name = f"act:message_{request.POST['step']}"
    record_all(request, name, model=label, object_pks=[thread.pk])
    query = step(request, thread)
    if query is None:
        return redirect("admin:messages_inbox")
    # nosemgrep: redirect-to-what-a-visitor-says  (our own path, and a query of ours)
    return redirect(reverse("admin:message_thread", args=[thread.pk]) + query)


def keep_typed(request: HttpRequest, draft: Draft, **values: Any) -> Draft:
    """Keep the text and the files that staff have posted; return the draft."""
    once = keys.parse(request.POST.get("once"))
    draft = drafts.keep(draft, request.POST.get("text", ""), once=once, **values)
    drafts.remove_files(draft, request.POST.getlist("remove"))
    if draft.pk and (uploads := request.FILES.getlist("uploads")):
        drafts.add_files(draft, uploads)
    return draft


def add_template(request: HttpRequest, draft: Draft, patient: Any, language: str) -> None:
    """Put the chosen template's text below what was typed."""
    key = parse_key(request.POST.get("template"))
    template = ReplyTemplate.objects.filter(pk=key).first()
    if template:
        text = reply_templates.filled_in(template, patient, language)
        drafts.keep(draft, reply_templates.appended(draft.text, text))


def is_whole(draft: Draft) -> bool:
    """Return whether the draft can be sent as it is."""
    return MessageForm({"text": draft.text}, has_files=draft.attachments.exists()).is_valid()


def _keep(request: HttpRequest, thread: Thread) -> str:
    keep_typed(request, _draft(request, thread))
    return "#write"


def _template(request: HttpRequest, thread: Thread) -> str:
    draft = keep_typed(request, _draft(request, thread))
    add_template(request, draft, record_behind(thread), thread.language)
    return "#write"


def _send(request: HttpRequest, thread: Thread) -> str | None:
    """Send the answer; where somebody wrote meanwhile, show that first and keep what was typed."""
    if Message.objects.filter(once=keys.parse(request.POST.get("once"))).exists():
        return None  # pressed twice
    draft = keep_typed(request, _draft(request, thread))
    if draft.refusals:
        return "#write"
    if not is_whole(draft):
        return "?check=1#write"
    seen = parse_key(request.POST.get("seen"))
    try:
        workflow.send_from_clinic(draft, by=_user(request), seen=seen)
    except workflow.SomebodyWrote:
        return "?new=1#new"
    except workflow.NotSent:
        return "?check=1#write"
    if request.POST.get("and") == "close":
        workflow.close(thread, by=str(request.user))
    messages.success(request, SENT)
    return None


def _discard(request: HttpRequest, thread: Thread) -> str:
    drafts.discard(_draft(request, thread))
    return ""


def _assign(request: HttpRequest, thread: Thread) -> str:
    key = parse_key(request.POST.get("to"))
    to = staff_rights.members(thread.team).filter(pk=key).first() if key else None
    workflow.assign(thread, to)
    messages.success(request, _("Taken by %(who)s.") % {"who": to} if to else _("Given back."))
    return ""


def _take(request: HttpRequest, thread: Thread) -> str:
    workflow.assign(thread, _user(request))
    return ""


def _hand_over(request: HttpRequest, thread: Thread) -> str | None:
    team = request.POST.get("team", "")
    if team not in Team.values:
        return ""
    workflow.hand_over(thread, Team(team))
    messages.success(request, _("Handed over to: %(team)s.") % {"team": Team(team).label})
    return "" if team in staff_rights.teams_of(request.user) else None


def _close(request: HttpRequest, thread: Thread) -> None:
    if workflow.close(thread, by=str(request.user)):
        messages.success(request, _("Closed. Whoever writes in it opens it again."))
    else:
        messages.warning(request, _("It was closed already."))


def _reopen(request: HttpRequest, thread: Thread) -> str:
    workflow.reopen(thread)
    return ""


def _draft(request: HttpRequest, thread: Thread) -> Draft:
    return drafts.of_staff(_user(request), thread)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


STEPS: dict[str, Callable[[HttpRequest, Thread], str | None]] = {
    "send": _send,
    "keep": _keep,
    "template": _template,
    "discard": _discard,
    "assign": _assign,
    "take": _take,
    "team": _hand_over,
    "close": _close,
    "reopen": _reopen,
}

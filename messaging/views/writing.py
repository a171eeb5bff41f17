"""Reading a matter and writing in it, and beginning a new one.

What is posted is kept as a draft first, and the answer is always another page: so nothing that was
typed is lost by a mistake, by words of danger that are answered first, or by the end of a session.
"""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appointments.models import Patient
from core.database import database_time
from core.guard.limit_pages import over_limit_page
from core.validation.primary_keys import parse_key
from messaging import danger, drafts, expected_answers, keys, workflow
from messaging.forms import MessageForm, NewThreadForm
from messaging.models import Draft, Message, MessagingRules, Thread
from messaging.views.typed import keep_typed
from messaging.whose_threads import record_behind, thread_of
from portal.access import account_required
from portal.records import managed

LIMIT, DRAFTS = "messages", "answers"


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def new_thread(request: Any) -> HttpResponse:
    """Begin a matter: about whom, about what, and the first message."""
    if not managed(request.account):
        return redirect("messaging:threads")
    draft = drafts.of_patient(request.account, None)
    if request.method == "POST":
        return _post(request, draft, reverse("messaging:new"))
    context = _writing(request, draft) | {"thread": None}
    return render(request, "messaging/new.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def thread(request: Any, key: str) -> HttpResponse:
    """Show a matter with all its messages, and write in it."""
    found = thread_of(request.account, key)
    draft = drafts.of_patient(request.account, found)
    if request.method == "POST":
        return _post(request, draft, reverse("messaging:thread", args=[found.key]))
    zone = expected_answers.zone_of(record_behind(found))
    rows = list(found.messages.prefetch_related("attachments").order_by("sent_at", "pk"))
    context = _writing(request, draft) | {
        "thread": found,
        "rows": [_row(message, zone) for message in rows],
        "due": found.due_at and found.due_at.astimezone(zone),
        "is_late": found.is_late(database_time.now()),
        "about": _named(request, record_behind(found)),
        "is_sent": "sent" in request.GET,
        "newest": max((m.pk for m in rows if m.from_clinic and m.read_at is None), default=0),
    }
    return render(request, "messaging/thread.html", context)


@require_POST
@account_required
def new_thread_draft(request: Any) -> HttpResponse:
    """Keep what is typed so far, and return the line that says so."""
    return _keep(request, drafts.of_patient(request.account, None))


@require_POST
@account_required
def thread_draft(request: Any, key: str) -> HttpResponse:
    """Keep what is typed so far in this matter."""
    return _keep(request, drafts.of_patient(request.account, thread_of(request.account, key)))


def _keep(request: Any, draft: Draft) -> HttpResponse:
    """Return also whom to call, where the words tell of danger: before anything is sent."""
    refused = over_limit_page(request, DRAFTS)
    if refused:
        return refused
    # Typed on a page that has sent it meanwhile: it would stand there as a second message.
    if not _sent_before(request).exists():
        draft = keep_typed(request, draft)
    context = {
        "at": draft.saved_at and draft.saved_at.astimezone(_zone(request, draft)),
        "danger_in": danger.language_of(request.POST.get("text", "")),
        "is_sent": _sent_before(request).exists(),
    }
    return render(request, "messaging/_kept.html", context)


def _post(request: Any, draft: Draft, here: str) -> HttpResponse:
    """Take what was pressed: send it, add or remove a file, or throw all of it away."""
    refused = over_limit_page(request, LIMIT)
    if refused:
        return refused
    if sent := _sent_before(request).first():
        return redirect(_sent(sent.thread))  # pressed twice
    if "discard" in request.POST:
        drafts.discard(draft)
        return redirect(here)
    draft = keep_typed(request, draft)
    if draft.refusals or "send" not in request.POST:
        return redirect(f"{here}?kept=1#write")
    if not _form(request, draft, check=True).is_valid():
        return redirect(f"{here}?check=1#write")
    if danger.detect(draft.text) and "anyway" not in request.POST:
        danger.raise_alert(_record(draft), draft.thread)
        return redirect(f"{here}?now=1#write")
    try:
        sent_in = workflow.send_from_patient(draft)
    except workflow.NotSent:
        return redirect(f"{here}?held=1#write")
    workflow.read_by_patient(sent_in, parse_key(request.POST.get("newest")))
    return redirect(_sent(sent_in))


def _sent_before(request: Any) -> Any:
    """Return the message that this page has sent already, as rows: one or none."""
    mine = Message.objects.filter(thread__account=request.account, from_clinic=False)
    return mine.filter(once=keys.parse(request.POST.get("once")))


def _record(draft: Draft) -> Any:
    return record_behind(draft.thread) if draft.thread else draft.patient


def _sent(sent_in: Thread) -> str:
    return reverse("messaging:thread", args=[sent_in.key]) + "?sent=1#last"


def _form(request: Any, draft: Draft, *, check: bool) -> Any:
    """Return the form of this draft: with what is wrong, or only filled in."""
    values = {"text": draft.text, "topic": draft.topic, "patient": str(draft.patient_id or "")}
    given: dict[str, Any] = {"data": values} if check else {"initial": values}
    given["has_files"] = bool(draft.pk and draft.attachments.exists())
    if draft.thread:
        return MessageForm(**given)
    records, own = managed(request.account), request.account.own_record
    if not draft.patient_id and len(records) == 1:
        values["patient"] = str(records[0].pk)
    return NewThreadForm(records=records, own=own, **given)


def _writing(request: Any, draft: Draft) -> dict[str, Any]:
    """Return what the part of a page shows in which somebody writes."""
    rules = MessagingRules.current()
    zone, now = _zone(request, draft), database_time.now()
    refusals = draft.refusals
    if refusals and draft.pk and request.method == "GET":
        Draft.objects.filter(pk=draft.pk).update(refusals=[])
    return {
        "form": _form(request, draft, check="check" in request.GET),
        "draft": draft,
        "files": list(draft.attachments.all()) if draft.pk else [],
        "refusals": refusals,
        "is_kept": bool(draft.pk and (draft.text or draft.attachments.exists())),
        "danger_in": danger.language_of(draft.text),
        "expected": expected_answers.expected(now, rules, zone),
        "today": now.astimezone(zone).date(),
        "zone": str(zone),
        "may_write": rules.is_open,
        "is_held": "held" in request.GET,
        "record_count": len(managed(request.account)),
    }


def _zone(request: Any, draft: Draft) -> Any:
    if draft.thread:
        return expected_answers.zone_of(record_behind(draft.thread))
    return expected_answers.zone_of(draft.patient or _own_or_only(request))


def _own_or_only(request: Any) -> Any:
    """Return the record of the account's own person, or else the first that it sees."""
    account = request.account
    return account.own_record or next(iter(managed(account)), None)


def _named(request: Any, record: Patient) -> Any:
    own = request.account.own_record
    return _("you") if own is not None and own.pk == record.pk else record.short_name


def _row(message: Message, zone: Any) -> dict[str, Any]:
    return {
        "message": message,
        "sent": message.sent_at.astimezone(zone),
        "files": list(message.attachments.all()),
        "is_new": message.from_clinic and message.read_at is None,
    }

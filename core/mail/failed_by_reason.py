"""E-mails that failed, by the reason: to send again all that failed for one, or to leave them."""

from collections import Counter
from typing import NamedTuple

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.mail import outbox, refusals
from core.mail.models import OutgoingEmail
from core.staff.audit.disclosures import declare_none


class Reason(NamedTuple):
    """Why e-mails failed, in words that name nobody, and how many may be sent again."""

    text: str
    emails: int


def reasons() -> list[Reason]:
    """Return the reasons of all that failed and may be sent again, the most frequent first."""
    counted = Counter(text for _pk, text in _failures())
    return [Reason(text, count) for text, count in counted.most_common()]


def _failures() -> list[tuple[int, str]]:
    failed = OutgoingEmail.objects.resendable().order_by("pk").values_list("pk", "last_error")
    return [(pk, refusals.same_words(why)) for pk, why in failed.iterator()]


def failed_for(reason: str) -> list[int]:
    """Return the keys of those that failed for this reason, and may be sent again."""
    return [pk for pk, text in _failures() if text == reason]


def page(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Show the reasons; by POST send again what failed for one of them, or leave it unsent."""
    if request.method == "POST":
        decide = _leave_unsent if "leave" in request.POST else _send_again
        decide(request, model_admin, request.POST.get("reason", ""))
        return redirect("admin:mail_outgoingemail_failed")
    context = model_admin.admin_site.each_context(request) | {
        "title": _("E-mails that failed, by the reason"),
        "opts": OutgoingEmail._meta,
        "reasons": reasons(),
    }
    return declare_none(render(request, "admin/mail/outgoingemail/failed.html", context))


@transaction.atomic
def _send_again(request: HttpRequest, model_admin: ModelAdmin, reason: str) -> None:
    sent = outbox.resend_all(failed_for(reason))
    text = ngettext("%d e-mail is on its way.", "%d e-mails are on their way.", len(sent))
    _say(request, model_admin, sent, done=_("Sent again."), text=text)


@transaction.atomic
def _leave_unsent(request: HttpRequest, model_admin: ModelAdmin, reason: str) -> None:
    left = outbox.leave_unsent(failed_for(reason))
    text = ngettext("%d e-mail stays unsent.", "%d e-mails stay unsent.", len(left))
    _say(request, model_admin, left, done=_("Left unsent."), text=text)


def _say(
    request: HttpRequest, model_admin: ModelAdmin, pks: list[int], *, done: str, text: str
) -> None:
    """Write down what was done with these, and tell who did it."""
    if not pks:
        text = _("Nothing that failed for this reason may be sent again any more.")
        model_admin.message_user(request, text, messages.WARNING)
        return
    emails = OutgoingEmail.objects.filter(pk__in=pks).only("pk", "template")
    # One statement, however many there are.
    LogEntry.objects.log_actions(request.user.pk or 0, emails, CHANGE, done)
    model_admin.message_user(request, text % len(pks), messages.SUCCESS)

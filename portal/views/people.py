"""Whose visits somebody sees, who sees theirs, and what they are asked."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.guard.limit_pages import limit_page, over_limit_page
from core.validation.primary_keys import parse_key
from portal import people as workflow
from portal.access import account_required
from portal.forms import EmailForm, PhoneForm, WhoForm
from portal.models import AccountPatient, Relation
from portal.models.accounts import CHILD_UNTIL
from portal.requests import PortalRequest
from portal.sign_in.codes import Reached
from portal.views.who import may_try, too_many


@require_safe
@account_required
def people(request: PortalRequest) -> HttpResponse:
    """Return whom this person books for, and who books for them."""
    account = request.account
    context = {
        "links": [link for link in account.patients if link.relation != Relation.SELF],
        "own": account.own_record,
        "seen_by": workflow.who_sees(account),
        "asked": workflow.asked_of(account),
        "child_until": CHILD_UNTIL,
    }
    return render(request, "portal/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def add_child(request: PortalRequest) -> HttpResponse:
    """Ask for a child's name and date of birth, and add the record that fits."""
    form = WhoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused = over_limit_page(request, "gathering")
        if refused:
            return refused
        if _add(request, form):
            messages.success(request, _("You can see and book their visits now."))
            return redirect("portal:people")
    context = {"form": form, "child_until": CHILD_UNTIL, "points": request.account.proved}
    return render(request, "portal/add_child.html", context)


def _add(request: PortalRequest, form: WhoForm) -> bool:
    account = request.account
    if not may_try([Reached(point.kind, point.value) for point in account.proved]):
        form.add_error(None, too_many())
        return False
    try:
        form.not_found = not workflow.add_child(account, form.person)
    except workflow.NotAChild:
        text = _("From the age of %d on they decide themselves. Ask them to let you.")
        form.add_error("birth_date", text % CHILD_UNTIL)
        return False
    return not form.not_found


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def ask_someone(request: PortalRequest) -> HttpResponse:
    """Ask somebody to let this person book for them, at whatever address is typed."""
    by_phone = "phone" in request.GET
    form: EmailForm | PhoneForm = (PhoneForm if by_phone else EmailForm)(request.POST or None)
    if request.account.own_record is None:
        return redirect("portal:people")
    if request.method == "POST" and form.is_valid():
        counted = form.reached.counted_as
        refused = limit_page(request, "sign_in_codes", address=f"access {counted}")
        if refused:
            return refused
        workflow.ask(request.account, form.reached)
        text = _("We have asked. When they say yes in their own place, you see it here.")
        messages.success(request, text)
        return redirect("portal:people")
    return render(request, "portal/ask_someone.html", {"form": form, "by_phone": by_phone})


@require_POST
@account_required
def answer(request: PortalRequest, pk: int) -> HttpResponse:
    """Say yes or no to somebody who asks."""
    key = parse_key(pk)
    asked = next((each for each in workflow.asked_of(request.account) if each.pk == key), None)
    if asked is None:
        raise Http404("No such request")
    workflow.answer(request.account, asked, yes=request.POST.get("answer") == "yes")
    return redirect("portal:people")


@require_POST
@account_required
def end(request: PortalRequest, pk: int) -> HttpResponse:
    """End that somebody sees a record: by who sees it, or by whose record it is."""
    account, key = request.account, parse_key(pk)
    mine = account.links.filter(ended_at=None).exclude(relation=Relation.SELF)
    link: AccountPatient | None = (
        mine.filter(pk=key).first() or workflow.who_sees(account).filter(pk=key).first()
    )
    if link is None:
        raise Http404("No such record")
    workflow.end(link, by=f"account {account.pk}")
    messages.success(request, _("That has ended."))
    return redirect("portal:people")

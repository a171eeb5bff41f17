"""Who somebody is: asked where several may read an address, and where no record was found yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.guard import rate_limits
from core.guard.limit_pages import over_limit_page
from core.guard.no_store import no_store
from portal import gathering
from portal.access import current_account, to_the_door
from portal.forms import BirthDateForm, WhoForm
from portal.models import PatientAccount
from portal.sign_in import entering
from portal.sign_in.codes import Reached
from portal.views.door import entered, next_page


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def gather(request: HttpRequest) -> HttpResponse:
    """Ask who it is: at the door by the date of birth, inside by all that has to fit."""
    account = current_account(request)
    if account is not None:
        return _inside(request, account)
    reached = entering.proved(request)
    return to_the_door(request) if reached is None else _at_the_door(request, reached)


def _at_the_door(request: HttpRequest, reached: Reached) -> HttpResponse:
    form = BirthDateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused = over_limit_page(request, "gathering")
        if refused:
            return refused
        if may_try([reached]):
            born = form.cleaned_data["birth_date"]
            return entered(request, entering.enter_born(request, reached, born))
        form.add_error(None, too_many())
    return render(request, "portal/which.html", {"form": form})


def _inside(request: HttpRequest, account: PatientAccount) -> HttpResponse:
    form = WhoForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refused = over_limit_page(request, "gathering")
        if refused:
            return refused
        if not may_try([Reached(point.kind, point.value) for point in account.proved]):
            form.add_error(None, too_many())
        elif not gathering.may_be_own(account, form.person):
            form.add_error(None, _("This is somebody else. Add them under “People” instead."))
        elif other := gathering.account_of(account, form.person):
            entering.change_to(request, other, instead_of=account)
            return entered(request, other)
        elif gathering.gather(account, form.person):
            return redirect(next_page(request))
        else:
            form.not_found = True
    context = {"form": form, "points": account.proved, "has_records": bool(account.patients)}
    return render(request, "portal/gather.html", context)


def may_try(reached: list[Reached]) -> bool:
    """Count one more saying of who one is, for each address that was proved."""
    counted = {each.counted_as for each in reached}
    tries = [rate_limits.allow("gathering_per_address", each) for each in sorted(counted)]
    return all(tries)


def too_many() -> str:
    """Return what to say to whoever tried too often today."""
    return _("Those were too many tries for today. Please call us.")

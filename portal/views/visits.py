"""All visits of whoever is signed in: those ahead, and those that were, with what was agreed."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.database import database_time
from portal import own_visits
from portal.access import account_required
from portal.requests import PortalRequest

AT_ONCE = 20


@require_safe
@account_required
def visits(request: PortalRequest) -> HttpResponse:
    """List them, the next one first, and below those that were, the last one first."""
    account, now = request.account, database_time.now()
    mine = own_visits.visits_of(account)
    ahead = mine.filter(own_visits.ahead(now)).order_by("starts_at", "pk")
    past = mine.filter(own_visits.past(now)).order_by("-starts_at", "-pk")
    page = Paginator(past, AT_ONCE).get_page(request.GET.get("page"))
    context = {
        "ahead": [own_visits.shown(account, visit, now) for visit in ahead],
        "past": [own_visits.shown(account, visit, now) for visit in page],
        "page": page,
    }
    return render(request, "portal/visits.html", context)

"""The first page inside: parts that the apps have registered."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal import sections
from portal.access import account_required
from portal.requests import PortalRequest


@require_safe
@account_required
def home(request: PortalRequest) -> HttpResponse:
    """Return what there is for whoever is signed in."""
    return render(request, "portal/home.html", _context(request))


def _context(request: PortalRequest) -> dict[str, Any]:
    parts = sections.sections(request) if request.account.patients else []
    return {"sections": parts, "has_records": bool(request.account.patients)}

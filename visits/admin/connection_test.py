"""The page that tries from a browser what a call would use: itself, and the relay by each way."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from appointments.models import Appointment
from core.staff.audit import disclosures
from visits.signalling import turn

PAGE = "admin/visits/connection_test.html"
VIEW = "visits.view_visit"


@admin.site.register_page("visits/connection/")  # type: ignore[attr-defined]  # our site
def visits_connection(request: HttpRequest) -> HttpResponse:
    """Show what there is to try; the browser tries it and says in words what works."""
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    context = admin.site.each_context(request) | {
        "title": _("Try the connection"),
        "opts": Appointment._meta,
        "ways": ways(),
        "relay_only": settings.RELAY_ONLY,
        "has_relay": bool(settings.TURN_URLS),
    }
    return disclosures.declare_none(TemplateResponse(request, PAGE, context))


def ways() -> list[dict[str, Any]]:
    """Return each way that a call may take: its words, and its one server as browsers take it."""
    direct = {"name": _("Direct, from browser to browser"), "server": None, "relay": False}
    relayed = [
        {
            "name": _("By the relay, %(way)s") % {"way": _transport(url)},
            "server": turn.relay(url),
            "relay": True,
        }
        for url in settings.TURN_URLS
    ]
    return [direct, *relayed]


def _transport(url: str) -> str:
    """Return how that address is reached, as whoever sets up a firewall calls it."""
    address, _mark, options = url.partition("?")
    host = address.partition(":")[2]
    kind = "TCP" if "transport=tcp" in options else "UDP"
    if url.startswith("turns:"):
        kind = "TLS" if "transport=udp" not in options else "DTLS"
    return f"{kind}, {host}"


@admin.site.register_menu_link  # type: ignore[attr-defined]  # our site: core.staff
def connection_link(request: HttpRequest) -> tuple[str, Any] | None:
    """Lead to it from the person's menu."""
    if not request.user.has_perm(VIEW):
        return None
    return ("visits_connection", _("Try the connection for visits"))

"""What the first page says of visits, forms and the waitlist, and the links of the menu."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.database import database_time
from portal import own_visits, sections
from portal.account_links import place_page, places_of
from portal.requests import PortalRequest
from portal.sections import Link, Section


def register() -> None:
    """Let the first page and the menu have them."""
    sections.register_section(10)(visits)
    sections.register_section(40)(places)
    sections.register_link(10)(visits_link)
    sections.register_link(60)(preferences_link)
    sections.register_link(70)(record_link)


def visits(request: PortalRequest) -> Section:
    """Show the next visit with its room and forms, the others ahead, and what follows the last."""
    found = own_visits.overview(request.account, database_time.now())
    context = {
        "next": found.next,
        "later": found.ahead[1:],
        "last": found.last,
        "forms": own_visits.forms_due(found.next) if found.next else None,
    }
    title = _("Your next visit") if found.next else _("Your visits")
    return Section(title, "portal/_visits.html", context)


def places(request: PortalRequest) -> Section | None:
    """Show what they wait for."""
    now = database_time.now()
    own = places_of(request.account)
    found = own.model.objects.waiting(now) | own.model.objects.asked(now)
    rows = list((own & found).select_related("service").in_line())
    if not rows:
        return None
    context = {"places": [(place_page(row), row) for row in rows]}
    return Section(_("You are on the waitlist"), "portal/_places.html", context)


def visits_link(request: PortalRequest) -> Link | None:
    """Return the link to all visits; None before there is a record."""
    return Link(_("Visits"), reverse("portal:visits")) if request.account.patients else None


def preferences_link(request: PortalRequest) -> Link | None:
    """Return the link to how we write and call; None before there is a record."""
    if request.account.own_record is None:
        return None
    return Link(_("How we reach you"), reverse("portal:preferences"))


def record_link(request: PortalRequest) -> Link | None:
    """Return the link to what is kept of them; None before there is a record."""
    if request.account.own_record is None:
        return None
    return Link(_("Your record"), reverse("portal:record"))

"""The link of the portal's menu that leads to the calendar addresses."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import sections
from portal.requests import PortalRequest
from portal.sections import Link


def register() -> None:
    """Let the menu show it."""
    sections.register_link(15)(calendar)


def calendar(request: PortalRequest) -> Link:
    """Return the link, which is there for everybody: a first visit may still come."""
    return Link(_("Calendar"), reverse("portal:calendar"))

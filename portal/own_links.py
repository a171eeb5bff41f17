"""The links of the menu that lead to the door's own pages inside."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import sections
from portal.requests import PortalRequest
from portal.sections import Link


def register() -> None:
    """Let the menu have them: the first page before, how to sign in after what apps show."""
    sections.register_link(0)(first_page)
    sections.register_link(80)(booked_for)
    sections.register_link(90)(signing_in)


def first_page(request: PortalRequest) -> Link:
    """Return the link to the first page."""
    return Link(_("Overview"), reverse("portal:home"))


def booked_for(request: PortalRequest) -> Link | None:
    """Return the link to people, marked where one asks for something; None without a record."""
    if not request.account.patients:
        return None
    return Link(_("People"), reverse("portal:people"), int(request.account.device.is_asked))


def signing_in(request: PortalRequest) -> Link:
    """Return the link to devices, passkeys and addresses."""
    return Link(_("Signing in"), reverse("portal:devices"))

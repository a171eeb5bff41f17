"""What the patient portal's first page and menu show of payments."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from payments.stripe_client import is_configured
from payments.views.my_payments import open_charges, row_of
from portal.requests import PortalRequest
from portal.sections import Link, Section, register_link, register_section

SHOWN = 3


@register_section(order=40)
def to_pay(request: PortalRequest) -> Section | None:
    """Show what is to pay, where something is."""
    found = open_charges(request) if is_configured() else []
    if not found:
        return None
    several = len(request.account.record_pks) > 1
    rows = [row_of(charge, several=several) for charge in found[:SHOWN]]
    return Section(
        _("To pay"), "payments/_to_pay.html", {"rows": rows, "more": len(found) - len(rows)}
    )


@register_link(order=50)
def payments(request: PortalRequest) -> Link | None:
    """Lead to all payments, where patients can pay here."""
    if not is_configured():
        return None
    return Link(_("Payments"), reverse("payments:my_payments"), len(open_charges(request)))

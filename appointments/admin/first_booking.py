"""What a clinic still needs before its first booking, on the first page of whoever can add it.

It stays as long as something is missing: a clinic whose last license has ended reads it, too.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.admin import bookable, practice_time
from appointments.admin.bookable import Item
from appointments.models import ClinicRules, Provider, Service
from core.practice.models import Practice
from core.staff.urgency import Urgency

SHOWN = 5
RIGHTS = ("appointments.change_provider", "appointments.change_service")


@admin.site.register_panel(Urgency.NOW)  # type: ignore[attr-defined]  # our site: core.staff
def first_booking(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """List what is there and what is missing; nothing once patients can book."""
    if not request.user.has_perms(RIGHTS):
        return None
    can_be_booked = bookable.bookable(practice_time.today()).exists()
    if can_be_booked and Practice.current().phone:
        return None
    items = [_practice(), _services(), *_providers(can_be_booked), _holidays()]
    return "admin/appointments/_first_booking_panel.html", {"items": items, "records": ()}


def _practice() -> Item:
    phone = Practice.current().phone
    words = f"{phone}" if phone else _("name, phone and address, which every page and e-mail shows")
    link = reverse("admin:practice_practice_changelist")
    return Item(_("The practice"), bool(phone), words, link)


def _services() -> Item:
    names = [service.name for service in Service.objects.filter(active=True)[:SHOWN]]
    link = reverse(f"admin:appointments_service_{'changelist' if names else 'add'}")
    words = ", ".join(names) or _("a first visit, with its length and its price")
    return Item(_("Services"), bool(names), words, link)


def _providers(can_be_booked: bool) -> list[Item]:
    """Return one for all where somebody can be booked; else what each of them has not."""
    found = bookable.with_gaps(Provider.objects.active(), practice_time.today())
    if can_be_booked or not found:
        link = reverse(f"admin:appointments_provider_{'changelist' if can_be_booked else 'add'}")
        words = _("somebody can be booked") if can_be_booked else _("somebody who sees patients")
        return [Item(_("Providers"), can_be_booked, words, link)]
    return [
        Item(
            str(provider),
            False,
            ", ".join(bookable.gaps(provider)),
            reverse("admin:appointments_provider_change", args=[provider.pk]),
        )
        for provider in found[:SHOWN]
    ]


def _holidays() -> Item:
    kept = len(ClinicRules.current().holidays)
    words = _("%d are kept") % kept if kept else _("the days on which the clinic is closed")
    link = reverse("admin:appointments_clinicrules_changelist")
    return Item(_("Holidays"), bool(kept), words, link, needed=False)

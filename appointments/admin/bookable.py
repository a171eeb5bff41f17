"""What a provider still needs before patients can book: license, hours, services, account, video.

Of one, in words, for the provider's page; of all, annotated, for the list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from appointments.admin import practice_time, week_form
from appointments.models import HoursException, License, Provider, Service, WeeklyHours
from appointments.scheduling import weeks


@dataclass(frozen=True)
class Item:
    """One point of the list. What is not `needed` keeps nobody from booking."""

    name: str
    done: bool
    words: str
    link: str = ""
    needed: bool = True


def with_gaps(providers: QuerySet[Provider], today: date) -> QuerySet[Provider]:
    """Return the same, each with what it has: `has_license`, `has_hours`, `has_services`, …"""
    own = Q(provider=OuterRef("pk"))
    services = Service.objects.filter(active=True, providers=OuterRef("pk"))
    weekly = WeeklyHours.objects.filter(own, Q(valid_to=None) | Q(valid_to__gte=today))
    extra = HoursException.objects.filter(own, kind="extra_hours", last_day__gte=today)
    return providers.annotate(
        has_license=Exists(License.objects.filter(own, expires__gte=today)),
        has_hours=Exists(weekly) | Exists(extra),
        has_services=Exists(services),
    )


def bookable(today: date) -> QuerySet[Provider]:
    """Return the providers whom patients can book."""
    found = with_gaps(Provider.objects.active(), today)
    return found.filter(Q(("has_license", True), ("has_hours", True), ("has_services", True)))


def gaps(provider: Any) -> list[str]:
    """Return what one of `with_gaps` has not: ["license", "hours"]."""
    found = [
        (provider.active, _("sees no patients")),
        (provider.has_license, _("license")),
        (provider.has_hours, _("hours")),
        (provider.has_services, _("services")),
    ]
    return [words for is_there, words in found if not is_there]


def checklist(provider: Provider) -> Iterator[Item]:
    """Yield each point with what there is, in words."""
    hours = reverse("admin:appointments_provider_hours", args=[provider.pk])
    yield Item(
        _("Sees patients"), provider.active, _("yes") if provider.active else _("no"), "#id_active"
    )
    yield _license(provider)
    today = weeks.today_of(provider)
    days = week_form.summary(weeks.spans_on(provider.weekly_hours.all(), today))
    has_hours = with_gaps(Provider.objects.filter(pk=provider.pk), today).get().has_hours  # type: ignore[attr-defined]  # annotated
    words = "; ".join(f"{day} {spans}" for day, spans in days)
    yield Item(
        _("Hours"),
        has_hours,
        words or (_("later or extra hours") if has_hours else _("none yet")),
        hours,
    )
    services = list(provider.services.filter(active=True))
    names = ", ".join(service.name for service in services)
    yield Item(_("Services"), bool(services), names or _("none yet"), "#id_services")
    yield _video(provider, services)
    yield _account(provider)
    yield _page(provider)


def _license(provider: Provider) -> Item:
    today = practice_time.today()
    found = provider.licenses.filter(expires__gte=today).order_by("state")
    words = ", ".join(
        _("%(state)s until %(day)s")
        % {"state": row.state, "day": practice_time.format_date(row.expires)}
        for row in found
    )
    return Item(_("License"), bool(words), words or _("none that is valid"), "#licenses-group")


def _video(provider: Provider, services: list[Service]) -> Item:
    by_video = any(service.channel == Service.Channel.VIDEO for service in services)
    here = _("here, in the browser") if by_video else _("not needed: no service by video")
    return Item(_("Video"), True, provider.video_room or here, "#id_video_room")


def _page(provider: Provider) -> Item:
    if provider.listed:
        words = reverse("pages:provider", args=[provider.slug])
        return Item(_("Page on the site"), True, words, "#id_listed")
    return Item(_("Page on the site"), False, _("not shown"), "#id_listed", needed=False)


def _account(provider: Provider) -> Item:
    account = provider.account
    if account and account.is_active:
        return Item(_("Account"), True, account.email, "#id_account")
    words = (
        _("%(email)s may not sign in") % {"email": account.email} if account else _("none linked")
    )
    return Item(_("Account"), False, words, "#id_account", needed=False)

"""Providers whom patients book for a visit by video, and who have no room for it.

The patient's page then says that we call. Staff hear of it when they save what leads there, and
on the first page of the admin as long as it is so.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _

from appointments.models import Provider, Service
from core.staff.urgency import Urgency


def without_room() -> QuerySet[Provider]:
    """Return those who see patients and offer a visit by video that can be booked."""
    by_video = Service.objects.filter(active=True, channel=Service.Channel.VIDEO)
    return Provider.objects.active().filter(video_room="", services__in=by_video).distinct()


def warn(request: HttpRequest, providers: QuerySet[Provider]) -> None:
    """Say beside what was just saved who of these has no room."""
    names = ", ".join(str(provider) for provider in providers)
    if names:
        text = _("No video room: %(names)s. Patients are told that we call them by phone.")
        messages.warning(request, text % {"names": names})


@admin.site.register_panel(Urgency.TODAY)  # type: ignore[attr-defined]  # our site: core.staff
def no_room(request: HttpRequest) -> tuple[str, dict[str, Any]] | None:
    """List who has no room, for whoever can give them one."""
    if not request.user.has_perm("appointments.change_provider"):
        return None
    providers = list(without_room())
    if not providers:
        return None
    return "admin/appointments/_video_rooms_panel.html", {"providers": providers, "records": ()}

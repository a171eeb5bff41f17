"""Does the process of the rooms work? Named in HEALTH_CHECKS."""

from django.utils.translation import gettext as _

from appointments.models import Provider, Service
from core.monitoring.results import CheckResult, Level
from visits.signalling import publish

NAME = "rooms"


def rooms_are_used() -> bool:
    """Return whether patients can book a visit by video that takes place here."""
    by_video = Service.objects.filter(active=True, channel=Service.Channel.VIDEO)
    return Provider.objects.active().filter(video_room="", services__in=by_video).exists()


def check_rooms() -> list[CheckResult]:
    """Return whether the process of the rooms listens to the site, and how many rooms are in use.

    Where the cache is away nobody can know, which is said of the cache; and nothing is said where
    every visit takes place elsewhere.
    """
    if not rooms_are_used():
        return []
    listening = publish.listeners()
    if listening is None:
        return []
    figures = {"rooms_in_use": float(len(publish.rooms_in_use()))}
    if listening:
        return [CheckResult(NAME, Level.OK, _("Visits by video can begin."), "", figures)]
    sentence = _("No visit by video can begin: the process of the rooms does not run.")
    advice = _("Start it; docs/deploy.md names its unit. Until then call those who wait by phone.")
    return [CheckResult(NAME, Level.ERROR, sentence, advice, figures)]

"""Webhooks after a restore: an address that was switched off since the backup is told nothing."""

from collections.abc import Iterable

from core.webhooks.models import WebhookEndpoint


def addressed() -> list[int]:
    """Return the endpoints that are told of changes."""
    told = WebhookEndpoint.objects.filter(active=True).order_by("pk")
    return list(told.values_list("pk", flat=True))


def silence_others(pks: Iterable[int]) -> int:
    """Switch off all but these, those that were deleted since among them; return how many."""
    others = WebhookEndpoint.objects.filter(active=True).exclude(pk__in=list(pks))
    return others.update(active=False)

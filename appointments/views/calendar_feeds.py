"""A provider's private calendar feed, read by calendar programs every few minutes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from appointments.calendars import feed_files, feeds
from core.database import database_time


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return the feed as a calendar."""
    found = feeds.find(token)
    if found is None:
        raise Http404("No such feed")
    return feed_files.answer(request, feeds.listing(found, database_time.now()))

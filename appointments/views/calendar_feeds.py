"""A provider's private calendar feed, read by calendar programs every few minutes."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from appointments.calendars import feeds
from core.database import database_time


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Return the feed as a calendar; 304 where its reader has this very one."""
    found = feeds.find(token)
    if found is None:
        raise Http404("No such feed")
    listing = feeds.listing(found, database_time.now())
    response = get_conditional_response(
        request, etag=listing.etag, last_modified=int(listing.changed_at.timestamp())
    ) or HttpResponse(feeds.calendar(listing), content_type="text/calendar; charset=utf-8")
    response["ETag"] = listing.etag
    response["Last-Modified"] = http_date(listing.changed_at.timestamp())
    response["Content-Disposition"] = 'inline; filename="visits.ics"'
    response["X-Robots-Tag"] = "noindex, nofollow"
    # Unlike the patient's pages it may lie in its reader's own cache: it says "Visit" and no more.
    patch_cache_control(response, private=True, max_age=60)
    return response

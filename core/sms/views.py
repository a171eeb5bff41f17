"""Where providers report to, and where the link of a text leads."""

import logging

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.guard.no_store import no_store
from core.sms import inbound, providers, reports, short_links
from core.sms.providers.base import Received, Report

# JSON may be nested deeper than Python follows.
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
log = logging.getLogger(__name__)


@csrf_exempt  # no browser sends this, and no cookie stands behind it
@require_http_methods(["HEAD", "POST"])
@never_cache
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Answer 200 once what is told is kept; 403 for what is not signed, 400 for what is unreadable.

    404 while this provider is not set up.
    """
    if request.method == "HEAD":  # some look whether the address exists
        return HttpResponse()
    accounts = providers.named(provider)
    if not accounts:
        raise Http404
    told = None
    for account in accounts:
        try:
            told = account.read(request)
        except SuspiciousOperation:
            continue
        except UNREADABLE as error:
            log.warning("%s reported what cannot be read: %s", provider, type(error).__name__)
            return HttpResponse(status=400)
        break
    if told is None:
        return HttpResponse(status=403)
    for each in told:
        _process(each)
    # Twilio sends the text of an answer to whoever wrote: this one has none.
    return HttpResponse("<Response/>", content_type="text/xml")


def _process(told: Report | Received) -> None:
    if isinstance(told, Report):
        reports.process(told)
    else:
        inbound.process(told)


@require_safe
@no_store
def short_link(request: HttpRequest, key: str) -> HttpResponse:
    """Lead on to what the link of a text opens; 404 for what never was, or has ended."""
    path = short_links.resolve(key)
    if path is None:
        raise Http404
    return HttpResponseRedirect(path)

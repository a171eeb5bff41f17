"""Where mail providers report to. Each proves itself by its secret or signature."""

import logging

from anymail.exceptions import AnymailError
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.web.client import NotFetched
from newsletter.bounces import reports, webhooks

# JSON may be nested deeper than Python follows.
UNREADABLE = (AnymailError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
log = logging.getLogger(__name__)


@csrf_exempt  # no browser sends this, and no cookie stands behind it
@require_http_methods(["HEAD", "POST"])
@never_cache
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Answer 200 once a report is kept; then it is not told again. 401 or 403 without the secret.

    404 while this provider is not set up, 400 for what nobody can read, 503 where Amazon's link to
    confirm a subscription does not answer.
    """
    if request.method == "HEAD":  # some look whether the address exists
        return HttpResponse()
    try:
        found = webhooks.read(provider, request)
    except SuspiciousOperation:
        return _refused(request)
    except NotFetched as error:  # Amazon tells again of a subscription that nobody confirmed
        log.warning("%s cannot be asked to confirm: %s", provider, error)
        return HttpResponse(status=503)
    except UNREADABLE as error:
        log.warning("%s reported what cannot be read: %s", provider, type(error).__name__)
        return HttpResponse(status=400)
    if found is None:
        return HttpResponse(status=404)
    for report in found:
        reports.process(report)
    return HttpResponse()


def _refused(request: HttpRequest) -> HttpResponse:
    """Amazon sends its password only after it was asked for one."""
    if "Authorization" in request.headers:
        return HttpResponse(status=403)
    return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="newsletter"'})

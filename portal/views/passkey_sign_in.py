"""Signing in by a passkey: one press, and what the device asks for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.guard.limit_pages import over_limit_page
from core.guard.no_store import no_store
from portal.models import Device
from portal.sign_in import entering, passkeys
from portal.views.door import entered, with_next


@require_http_methods(["GET", "HEAD", "POST"])
@no_store
def passkey(request: HttpRequest) -> HttpResponse:
    """Return the question for the device's passkeys; let in whoever answers it."""
    if request.method != "POST":
        if not _asks_by_script(request):
            return redirect(with_next(request, "portal:sign_in"))
        return JsonResponse({"request_options": passkeys.request_options()})
    refused = over_limit_page(request, "code_tries")
    if refused:
        return refused
    try:
        account = passkeys.account_of(request.POST.get("credential", ""))
    except passkeys.NoSuchPasskey:
        text = _("This passkey does not open anything here. Have a code sent instead.")
        messages.error(request, text)
        return redirect(with_next(request, "portal:sign_in"))
    entering.begin(request, account, way=Device.Way.PASSKEY)
    return entered(request, account)


def _asks_by_script(request: HttpRequest) -> bool:
    """GET and HEAD change nothing: the question alone is kept, for the script that asks for it."""
    return request.method == "GET" and "application/json" in request.headers.get("Accept", "")

"""The pages of who meets a limit: "too many requests", or a little proof of work first.

Both keep what was typed, to send it once more. Views that need no token against forgery say so by
`csrf_token=False`: their pages then set no cookie either.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.guard import proof_of_work, sessionless_form


def limit_page(
    request: HttpRequest, rule: str, *, address: str = "", csrf_token: bool = True
) -> HttpResponse | None:
    """Count this request against `rule`, and return the page that refuses it; None where none does.

    `address` is the e-mail address that it is about, as `email_addresses.mailbox` gives it.
    """
    return over_limit_page(request, rule, csrf_token=csrf_token) or proof_of_work_page(
        request, rule, address=address, csrf_token=csrf_token
    )


def over_limit_page(
    request: HttpRequest, rule: str, *, csrf_token: bool = True
) -> HttpResponse | None:
    """Count this request, and return the page of too many (429) where that is over `rule`."""
    if not sessionless_form.is_over_limit(request, rule):
        return None
    sent = sessionless_form.sent_values(request)
    context = {
        "sent": [pair for pair in sent if pair[0] != sessionless_form.HONEYPOT],
        "needs_csrf_token": csrf_token,
    }
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response


def proof_of_work_page(
    request: HttpRequest,
    rule: str,
    *,
    address: str = "",
    level: int = 0,
    csrf_token: bool = True,
) -> HttpResponse | None:
    """Return the page (429) that asks for proof of work; None where none is due, or it was done.

    It is due near the limit, when everybody together does a lot, when a field is filled that no
    person sees, or much is done with `address`: no more than work, so that no stranger can lock its
    owner out. From `level` 1 on everybody is asked, for work of that level at least. The page sends
    the same form again by itself; the work counts for `rule` alone.
    """
    if not sessionless_form.needs_proof_of_work(request, rule, address=address, always=level > 0):
        return None
    context = {
        "sent": sessionless_form.sent_values(request),
        "challenge": proof_of_work.create_challenge(request, rule, level=level),
        "needs_csrf_token": csrf_token,
    }
    return render(request, "guard/proof_of_work.html", context, status=429)

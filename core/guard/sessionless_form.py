"""Forms on pages that anyone may keep: no cookie and no token stands behind them.

They act with nobody's rights, so a token would protect nothing; what another site makes a visitor's
browser send is refused by what the browser itself says about where it comes from.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from core.guard import proof_of_work, rate_limits
from core.guard.client_ip import client_network

# No name that a browser or a password manager knows: see _honeypot.html.
HONEYPOT = "leave_empty"


def is_same_origin(request: HttpRequest) -> bool:
    """Return whether the browser says that a page of ours sent this POST.

    Every browser of today says so by `Sec-Fetch-Site` or `Origin`; for those that say neither the
    referring page counts, which ours give to ourselves.
    """
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said == "same-origin"
    origin = request.headers.get("Origin") or request.headers.get("Referer", "")
    return _place(origin) in (_place(settings.SITE_URL), (request.scheme, request.get_host()))


def _place(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc


def is_over_limit(request: HttpRequest, rule: str) -> bool:
    """Count this request for its network; return True when `rule` refuses it."""
    return not rate_limits.allow(rule, client_network(request))


def needs_proof_of_work(
    request: HttpRequest, rule: str, *, address: str = "", always: bool = False
) -> bool:
    """Return whether its network, everybody, or `address` is near a limit, with no work done yet.

    With `always` nothing is easy: many do at this moment what only few should. Nor is it where the
    field HONEYPOT is filled in: by a program, or by one that filled in the form for a person, who
    sees no such field and so could never empty it.
    """
    easy = (
        not always
        and not request.POST.get(HONEYPOT)
        and rate_limits.allow(f"{rule}_easily", client_network(request))
        and rate_limits.allow(f"{rule}_in_all", "all")
        and (not address or rate_limits.allow(f"{rule}_per_address", address))
    )
    return not easy and not proof_of_work.is_done(request, rule)


def sent_values(request: HttpRequest) -> list[tuple[str, str]]:
    """Return what was typed, to be sent once more with the work that was asked for."""
    ours = ("csrfmiddlewaretoken", proof_of_work.FIELD, proof_of_work.WAIT_FIELD)
    typed = ((name, values) for name, values in request.POST.lists() if name not in ours)
    return [(name, value) for name, values in typed for value in values]

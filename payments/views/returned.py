"""Where Stripe leads back to. It says how one payment has ended, names nobody, opens nothing."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from appointments.cookies import cookie_name
from core.guard.no_store import no_store
from core.guard.safe_redirect import safe_path
from payments import links
from payments.models import Payment, SavedCard
from payments.views.visit_payments import BACK_COOKIE, LOOKS_AGAIN

OWN = ("/payments/", "/me/payments/")


@dataclass(frozen=True)
class Outcome:
    """What became of it: `made`, `open` or `not`; a card has no sum."""

    state: str
    cents: int | None


@require_safe
@no_store
def returned(request: HttpRequest, token: str) -> HttpResponse:
    """Say how it has ended, or that it is not known yet: then the page looks again by itself."""
    uid = links.RETURNED.read(token)
    outcome = _outcome(uid) if uid else None
    if outcome is None:
        raise Http404("No such payment")
    context = {
        "outcome": outcome,
        "back": _way_back(request),
        "look_again_after": LOOKS_AGAIN if outcome.state == "open" else "",
    }
    return render(request, "payments/returned.html", context)


def _outcome(uid: str) -> Outcome | None:
    payment = Payment.objects.filter(uid=uid).first()
    if payment:
        is_open = payment.status == Payment.Status.STARTED
        state = "made" if payment.is_made else "open" if is_open else "not"
        return Outcome(state, payment.amount_cents)
    card = SavedCard.objects.filter(uid=uid).first()
    if card is None:
        return None
    states = {SavedCard.Status.KEPT: "made", SavedCard.Status.STARTED: "open"}
    return Outcome(states.get(SavedCard.Status(card.status), "not"), None)


def _way_back(request: HttpRequest) -> str:
    """Return the page that this browser came from, which its own cookie names."""
    path = safe_path(request, request.COOKIES.get(cookie_name(BACK_COOKIE), ""))
    return path if path.startswith((*OWN, *(f"/es{each}" for each in OWN))) else ""

"""What a visit costs."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from appointments.public import kept_pages
from appointments.public import prices as public_prices
from appointments.scheduling import bookable_services
from core.cache.pages import serve
from core.database import database_time


@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    """Show what each visit costs, which insurance is taken where, and the right to an estimate."""
    return serve(request, tags=[kept_pages.TAG], make=lambda: _prices(request))


def _prices(request: HttpRequest) -> HttpResponse:
    served = bookable_services.served_states(database_time.now())
    context = {
        "services": public_prices.priced_services(),
        "plans": list(public_prices.plan_lines(served)),
    }
    return render(request, "pages/prices.html", context)

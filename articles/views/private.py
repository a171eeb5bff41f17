"""What pages with a secret address, or with what somebody has just typed, answer with."""

from django.http import HttpResponse


def private(response: HttpResponse) -> HttpResponse:
    """Kept by nobody, found by no search engine, told to no other site. PRIVACY 9."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response

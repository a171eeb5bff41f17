"""What the pages of readers answer where they go no further, and how they show an address."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "newsletter/too_many.html", status=429)
    response["Retry-After"] = str(settings.RETRY_AFTER_SECONDS)
    return response


def from_elsewhere(request: HttpRequest) -> HttpResponse:
    """Another site made the browser send this, or the browser does not say who did."""
    return render(request, "newsletter/elsewhere.html", status=403)


def masked(email: str) -> str:
    """`j•••••@example.org`: enough to know one's own, too little to learn somebody else's."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••••@{domain}" if local else ""

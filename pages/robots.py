"""Files that machines look for at fixed addresses: robots.txt, security.txt."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from core.practice.models import Practice

# RFC 9116 asks for less than a year; half of one means that nobody has to remember it.
SECURITY_TXT_LIFETIME = timedelta(days=180)


def plain_text(*lines: str) -> HttpResponse:
    """Return these lines as a text file."""
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Serve what search engines may read."""
    return plain_text(
        "User-agent: *",
        *(line for prefix in _prefixes() for line in _of_readers(prefix)),
        "Disallow: /accounts/",
        "Disallow: /admin/",
        "Disallow: /api/",
        "Disallow: /dev/",
        "",
        f"Sitemap: {settings.SITE_URL}{reverse('machines:sitemap')}",
    )


def _prefixes() -> list[str]:
    """Return what addresses begin with in each language."""
    codes = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    return ["", *(f"/{code}" for code in codes)]


def _of_readers(prefix: str) -> list[str]:
    return [
        f"Allow: {prefix}/book/$",
        f"Disallow: {prefix}/book/",
        f"Disallow: {prefix}/appointments/",
        # Google Calendar asks here before it reads a feed; that answers with noindex.
        f"Allow: {prefix}/appointments/feeds/",
        f"Disallow: {prefix}/me/",
        f"Allow: {prefix}/me/calendar/feeds/",
        f"Disallow: {prefix}/articles/preview/",
    ]


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Serve where to report a weakness, as RFC 9116 has it."""
    email = Practice.current().email
    expires = (timezone.now() + SECURITY_TXT_LIFETIME).replace(microsecond=0)
    return plain_text(
        *([f"Contact: mailto:{email}"] if email else []),
        f"Contact: {settings.SITE_URL}{reverse('pages:contact')}",
        f"Expires: {expires.isoformat()}",
        f"Preferred-Languages: {', '.join(code for code, _ in settings.LANGUAGES)}",
        f"Canonical: {settings.SITE_URL}{reverse('machines:security')}",
    )

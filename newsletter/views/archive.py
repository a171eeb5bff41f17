"""Past issues, for everybody: their pages and their feed."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.cache import pages
from core.feeds import Feed
from core.languages.speaking import of_now, speaking
from core.practice.models import Practice
from core.richtext import phone_links
from newsletter.issues import rendering, workflow
from newsletter.models import Issue

NEWEST = 30


@require_safe
def issue(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one issue that was sent."""
    return pages.serve(request, tags=[workflow.ARCHIVE_TAG], make=lambda: _issue(request, slug))


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Show the newest issues as an Atom feed."""
    return pages.serve(request, tags=[workflow.ARCHIVE_TAG], make=_feed)


def _issue(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Issue.objects.archived(), slug=slug)
    others = Issue.objects.archived().filter(language=found.language)
    later = others.filter(started_at__gt=found.started_at).last()
    earlier = others.filter(started_at__lt=found.started_at).first()
    context = {"issue": found, "cards": rendering.cards(found), "later": later, "earlier": earlier}
    context["body"] = mark_safe(phone_links.link_phones_in_html(found.body))  # noqa: S308  # nosemgrep: marked-safe  (cleaned when saved)
    with speaking(found.language):  # it is written once, whatever the page around it
        canonical = settings.SITE_URL + found.get_absolute_url()
    return render(
        request,
        "newsletter/issue.html",
        context | {"canonical": canonical, "written_in": found.language},
    )


def _feed() -> HttpResponse:
    name, own, language = Practice.current().name, reverse("newsletter:feed"), of_now()
    host = urlsplit(settings.SITE_URL).hostname
    out = Feed(
        title=_("Newsletter of {name}").format(name=name),
        link=settings.SITE_URL + reverse("newsletter:home"),
        description=_("Every issue, once it is sent."),
        language=f"{language}-US",
        feed_url=settings.SITE_URL + own,
        feed_guid=f"tag:{host},2026-01-01:{own}",
    )
    newest = Issue.objects.archived().read_in(language)[:NEWEST]
    out.add_each(newest, lambda each: _entry(each, name, host))
    return HttpResponse(
        out.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


def _entry(issue: Issue, name: str, host: str | None) -> dict[str, Any]:
    return {
        "title": issue.subject,
        "link": settings.SITE_URL + issue.get_absolute_url(),
        "description": issue.preview,
        "unique_id": f"tag:{host},{issue.created_at:%Y-%m-%d}:/newsletter/{issue.pk}",
        "pubdate": issue.started_at,
        "updateddate": issue.started_at,
        "author_name": name,
        "content": phone_links.link_phones_in_html(rendering.absolute_links(issue.body)),
    }

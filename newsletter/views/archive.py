"""Past issues, for everybody: their pages and their feed."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from curednation import pagecache
from curednation.practice.models import Practice
from curednation.richtext import phones
from newsletter import campaigns, letter
from newsletter.models import Issue

NEWEST = 30


class Feed(Atom1Feed):
    """Atom (RFC 4287) with the whole text of each entry."""

    def add_item_elements(self, handler, item) -> None:
        super().add_item_elements(handler, item | {"description": None})
        handler.addQuickElement("summary", item["description"])  # plain text, by RFC 4287 3.1.1
        handler.addQuickElement("content", item["content"], {"type": "html"})


@require_safe
def issue(request: HttpRequest, slug: str) -> HttpResponse:
    return pagecache.serve(
        request, tags=[campaigns.ARCHIVE_TAG], make=lambda: _issue(request, slug)
    )


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    return pagecache.serve(request, tags=[campaigns.ARCHIVE_TAG], make=_feed)


def _issue(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Issue.objects.archived(), slug=slug)
    later = Issue.objects.archived().filter(started_at__gt=found.started_at).last()
    earlier = Issue.objects.archived().filter(started_at__lt=found.started_at).first()
    context = {"issue": found, "cards": letter.cards(found), "later": later, "earlier": earlier}
    context["body"] = mark_safe(phones.in_html(found.body))  # noqa: S308  # nosemgrep: marked-safe  (cleaned when saved)
    canonical = settings.SITE_URL + found.get_absolute_url()
    return render(request, "newsletter/issue.html", context | {"canonical": canonical})


def _feed() -> HttpResponse:
    name, own = Practice.current().name, reverse("newsletter:feed")
    host = urlsplit(settings.SITE_URL).hostname
    out = Feed(
        title=_("Newsletter of {name}").format(name=name),
        link=settings.SITE_URL + reverse("newsletter:home"),
        description=_("Every issue, once it is sent."),
        language="en-US",
        feed_url=settings.SITE_URL + own,
        feed_guid=f"tag:{host},2026-01-01:{own}",
    )
    for each in Issue.objects.archived()[:NEWEST]:
        out.add_item(
            title=each.subject,
            link=settings.SITE_URL + each.get_absolute_url(),
            description=each.preview,
            unique_id=f"tag:{host},{each.created_at:%Y-%m-%d}:/newsletter/{each.pk}",
            pubdate=each.started_at,
            updateddate=each.started_at,
            author_name=name,
            content=phones.in_html(letter.absolute(each.body)),
        )
    return HttpResponse(
        out.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )

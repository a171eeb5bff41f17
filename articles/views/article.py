"""The page of an article, and its preview."""

from datetime import date
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_safe

from articles import languages
from articles.article_page import structured_data, translations
from articles.article_page.page_data import for_article_page, load_article_page
from articles.comments import submission, threads
from articles.forms import CommentForm
from articles.links import preview_links
from articles.models import Revision
from articles.revisions.content import Content
from core.cache import pages
from core.guard.no_store import set_no_store
from core.json_ld import as_script
from core.practice.models import Practice


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """Serve what everybody sees: the approved revision.

    Asked for on the side of another language, it leads to its translation there, or shows the text
    as it is where there is none yet. The redirect is no lasting one: a translation may go again.
    """
    return pages.serve(request, tags=[f"article:{slug}"], make=lambda: _article(request, slug))


def _article(request: HttpRequest, slug: str) -> HttpResponse:
    # Where it is a 404, `redirects` follows an old address.
    found = get_object_or_404(for_article_page(), slug=slug, online__isnull=False)
    if found.language != languages.active():
        for other in translations.of(found):
            if other.language == languages.active():
                return HttpResponseRedirect(other.get_absolute_url())
    said = {
        "comments": threads.threads(found),
        "open": submission.is_open(found),
        "form": _empty_form(),
    }
    return render(request, "articles/article.html", context(found, found.published_revision) | said)


@lru_cache(maxsize=1)
def _empty_form() -> CommentForm:
    """Nothing was typed, so one is enough for all pages."""
    return CommentForm()


@require_safe
def preview(request: HttpRequest, token: str) -> HttpResponse:
    """Show the newest save to whoever holds the link.

    No cache keeps it, no search engine finds it.
    """
    pk = preview_links.find(token)
    found = pk and for_article_page().filter(pk=pk).first()
    if not found:
        raise Http404
    return render_preview(request, found, found.newest)


def render_preview(request: HttpRequest, article: Any, revision: Revision) -> HttpResponse:
    """Render a revision that is not public. `article` comes from `for_article_page`."""
    with override(article.language):
        shown = context(article, revision) | {"preview": True}
        return set_no_store(render(request, "articles/article.html", shown))


def _ended(content: Content) -> date | None:
    """The day on which something of it stopped being true, where that day is past."""
    until = content.true_until
    return until if until and until < timezone.localdate() else None


def context(article: Any, revision: Revision) -> dict[str, Any]:
    """Return what the page's template needs."""
    shown, practice = load_article_page(article, revision), Practice.current()
    return {
        "practice": practice,
        "article": article,
        "revision": revision,
        "content": shown.content,
        "prose": shown.prose,
        "ended": _ended(shown.content),
        "corrections": shown.corrections,
        "related": shown.related,
        "canonical": settings.SITE_URL + article.get_absolute_url(),
        "untranslated": article.language != languages.active(),
        "text_language": article.language,
        "alternates": translations.alternates(article),
        "share_image": structured_data.image(article),
        "structured": as_script(structured_data.article_json_ld(shown, practice)),
    }

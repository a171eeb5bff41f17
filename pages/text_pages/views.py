"""Text pages as anybody reads them: kept by any cache, but for what somebody looked for."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from appointments.public import kept_pages
from articles.article_page.rendering import render_prose
from articles.search.query import LONGEST, parse_words
from core import site_pages
from core.cache.pages import Make, serve
from core.guard.no_store import set_no_store
from core.json_ld import as_script
from pages.templatetags.icons import icon
from pages.text_pages import catalog, questions, reading
from pages.text_pages.publishing import tag
from pages.text_pages.reading import Text

FAQ = "faq"


@require_safe
def text_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a page of text."""
    return _kept_for_an_hour(request, slug, lambda: _page(request, reading.current(slug)))


@require_safe
def faq(request: HttpRequest) -> HttpResponse:
    """Show the questions, or those that hold the words of `q`: such an answer nobody keeps."""
    if _asked(request):
        return _private(_faq(request, reading.current(FAQ)))
    return _kept_for_an_hour(request, FAQ, lambda: _faq(request, reading.current(FAQ)))


def _kept_for_an_hour(request: HttpRequest, slug: str, make: Make) -> HttpResponse:
    """Return a page that is made anew each hour: somewhere it is midnight, and a part has ended."""
    return serve(request, tags=_tags(slug), make=make, key=f"{timezone.now():%Y-%m-%d %H}")


@require_safe
def faq_questions(request: HttpRequest) -> HttpResponse:
    """Render the fragment with the questions while somebody types."""
    found = _found(request, reading.current(FAQ))
    return _private(render(request, "pages/_faq_questions.html", found))


@require_safe
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """List the versions of a text that readers have seen."""
    return serve(request, tags=_tags(slug), make=lambda: _versions(request, slug))


@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show what the text said once."""
    return serve(request, tags=_tags(slug), make=lambda: _version(request, slug, number))


def _version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    text, shown = reading.of_version(slug, number)
    newer = [each for each in reading.versions(slug) if each.number > number]
    until = newer[-1].published_at if newer else None
    return _page(request, text, {"version": shown, "until": until, "is_version": True})


def _versions(request: HttpRequest, slug: str) -> HttpResponse:
    text = reading.current(slug)
    return render(
        request, "pages/text_versions.html", {"text": text, "versions": reading.versions(slug)}
    )


def render_preview(request: HttpRequest, text: Text) -> HttpResponse:
    """Render a text that is not public."""
    return set_no_store(_page(request, text, {"preview": True}))


def _page(request: HttpRequest, text: Text, more: dict[str, Any] | None = None) -> HttpResponse:
    if text.entry.slug == FAQ:
        return _faq(request, text, more)
    return render(request, "pages/text_page.html", _context(text) | (more or {}))


def _faq(request: HttpRequest, text: Text, more: dict[str, Any] | None = None) -> HttpResponse:
    found = _found(request, text)
    context = _context(text) | found | {"structured": as_script(_structured(found["all"]))}
    return render(request, "pages/faq.html", context | (more or {}))


def _context(text: Text) -> dict[str, Any]:
    return {
        "text": text,
        "entry": text.entry,
        "others": [
            each
            for each in catalog.ENTRIES
            if each.group == text.entry.group and each != text.entry
        ],
        "canonical": settings.SITE_URL + reverse(text.entry.route),
    }


def _found(request: HttpRequest, text: Text) -> dict[str, Any]:
    """What the fragment needs."""
    asked = _asked(request)
    everything = questions.parse(text.content.body)
    stems = site_pages.telling_stems(parse_words(asked)) if asked else []
    found = questions.find(everything, stems)
    return {
        "asked": asked,
        "stems": stems,
        "groups": _grouped(found),
        "number": len(found),
        "all": everything,
        "text": text,
    }


def _grouped(found: list[questions.Question]) -> list[dict[str, Any]]:
    """The questions by their groups, each with its answer as HTML of the page."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        row = {"question": each, "html": render_prose(each.answer, 0, icon, "").html}
        groups.setdefault(each.group, []).append(row)
    return [
        {"title": title, "address": f"group-{slugify(title)}", "rows": rows}
        for title, rows in groups.items()
    ]


def _tags(slug: str) -> list[str]:
    """The text itself, and the services whose rules it names."""
    return [tag(slug), kept_pages.TAG]


def _asked(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "")[:LONGEST].split())


def _structured(everything: tuple[questions.Question, ...]) -> dict[str, Any]:
    """The questions as search engines read them."""
    return {
        "@context": "https://schema.org",
        "@type": "FAQPage",
        "mainEntity": [
            {
                "@type": "Question",
                "name": each.title,
                "acceptedAnswer": {"@type": "Answer", "text": each.text},
            }
            for each in everything
        ],
    }


def _private(response: HttpResponse) -> HttpResponse:
    """What somebody typed is in the address: nobody keeps the answer, no engine lists it."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response

"""What other parts of the site show of the articles, and how an article's own parts are shown."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from crispy_forms.utils import render_crispy_form
from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from articles import languages
from articles.article_page import rendering
from articles.forms import CommentForm
from articles.models import Article, ImageAsset
from articles.pictures import renditions
from articles.revisions.content import SourceLine
from articles.search import excerpts
from core.languages.template_tags import long_date
from core.richtext import phone_links

register = template.Library()


@register.inclusion_tag("articles/_cards.html")
def article_cards(count: int = 6) -> dict[str, Any]:
    """Show the newest articles as cards. One query; without articles nothing is shown."""
    shown = Article.objects.published().in_language(languages.active())
    return {"articles": list(shown.as_cards().newest()[:count])}


@register.simple_tag
def article_picture(asset: ImageAsset, lazy: bool = True) -> SafeString:
    """Return a picture in every width."""
    return renditions.picture_html(asset, lazy=lazy)


@register.simple_tag
def comment_fields(form: CommentForm) -> SafeString:
    """Render the fields of the form. Empty ones are the same under every article."""
    if form.is_bound or form.initial:
        return render_crispy_form(form)
    return _empty_fields(get_language())


@lru_cache(maxsize=16)
def _empty_fields(language: str) -> SafeString:
    return render_crispy_form(CommentForm())


@register.simple_tag
def portrait(asset: ImageAsset) -> SafeString:
    """Return a face in the arch. Its name stands beside it, so nothing is read aloud."""
    return renditions.picture_html(asset, alt="", lazy=False)


@register.filter
def with_sources(text: str, sources: int) -> SafeString:
    """Return plain text whose `[1]` lead to the sources, and whose phone numbers can be tapped."""
    html = rendering.render_citations(text, sources, _("Source {number}"))
    return mark_safe(html)  # noqa: S308  # nosemgrep: marked-safe  (escaped there)


@register.filter
def with_phones(text: str) -> SafeString:
    """Return plain text whose phone numbers can be tapped."""
    return mark_safe(phone_links.link_phones(text))  # noqa: S308  # nosemgrep: marked-safe  (escaped there)


@register.simple_tag
def excerpt(article: Article, stems: Iterable[str]) -> SafeString:
    """Return the piece of an article in which the words that somebody looked for stand."""
    return excerpts.excerpt(
        article.published_revision.summary, article.published_revision.text, stems
    )


@register.filter
def short_reading_time(minutes: int) -> str:
    """Return "7 min read"."""
    return _short_reading_time(minutes, get_language())


@lru_cache(maxsize=256)
def _short_reading_time(minutes: int, _language: str) -> str:
    return _("%(minutes)s min read") % {"minutes": minutes}


@register.filter
def reviewed_in(day: date) -> str:
    """Return "Reviewed May 2026"."""
    return _reviewed_in(day.replace(day=1), get_language())


@lru_cache(maxsize=256)
def _reviewed_in(month: date, _language: str) -> str:
    return _("Reviewed %(when)s") % {"when": date_format(month, "F Y")}


@register.simple_tag
def highlighted(text: str, stems: Iterable[str]) -> SafeString:
    """Return `text` with the words that somebody looked for marked."""
    return excerpts.highlighted(text, stems)


@register.simple_tag
def backlinks(number: int, cited: dict[int, int]) -> SafeString:
    """Return links from a source to each place in the text that cites it."""
    return _backlinks(number, cited.get(number, 0), get_language())


@lru_cache(maxsize=512)
def _backlinks(number: int, times: int, _language: str) -> SafeString:
    links = (
        (number, time, _("Back to the text, place {time}").format(time=time))
        for time in range(1, times + 1)
    )
    return format_html_join("", ' <a class="back" href="#cite-{}-{}" aria-label="{}">↩</a>', links)


@register.simple_tag
def source_line(source: SourceLine) -> SafeString:
    """Return a source as one line, its title as a link if it has an address.

    `Publisher. Title. 2021. Accessed May 2, 2026.`
    """
    return _source_line(source, get_language())


@lru_cache(maxsize=1024)
def _source_line(source: SourceLine, _language: str) -> SafeString:
    title = (
        format_html('<a href="{}" rel="noopener">{}</a>', source.url, source.title)
        if source.url
        else format_html("<i>{}</i>", source.title)
    )
    parts = [part for part in (source.publisher, title, source.year) if part]
    line = format_html_join(" ", "{}.", ((part,) for part in parts))
    if not source.accessed:
        return line
    accessed = _("Accessed {when}.").format(when=long_date(source.accessed))
    return format_html('{} <span class="accessed">{}</span>', line, accessed)

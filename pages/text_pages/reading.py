"""What readers see of a text page: the approved text with the clinic's own names and numbers."""

from dataclasses import dataclass
from datetime import date

from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language

from articles.article_page.rendering import Prose, render_prose
from articles.revisions.content import Content
from core.practice.models import Practice
from pages.templatetags.icons import icon
from pages.text_pages import catalog, expiring_parts, placeholders, seed_files
from pages.text_pages.catalog import Entry
from pages.text_pages.models import TextPage, TextPageRevision, TextPageVersion
from pages.text_pages.publishing import content_of


@dataclass(frozen=True)
class Text:
    """A text in one language; `number` is that of its version, 0 where it is in no table yet.

    `ended` is the last day up to which a part held that is left out here, if there is one.
    """

    entry: Entry
    language: str
    content: Content
    number: int
    since: date
    approved: bool
    ended: date | None = None

    @property
    def is_other_language(self) -> bool:
        """Whether it is in another language than the page around it."""
        return self.language != language()

    @property
    def prose(self) -> Prose:
        """Its text as HTML of the page."""
        return render_prose(self.content.body, 0, icon, "")


def language() -> str:
    """Return the language that is asked for, of those in which texts are written."""
    active = (get_language() or catalog.FIRST_LANGUAGE).split("-")[0]
    known = dict(catalog.LANGUAGES)
    return active if active in known else catalog.FIRST_LANGUAGE


def current(slug: str) -> Text:
    """Return the text that readers see in the language asked for, else in the first one.

    What staff have not touched yet may be in no table: then it is the file that came along. Three
    queries at most. Raises Http404 for a page that the site does not have.
    """
    entry = _entry(slug)
    rows = TextPage.objects.filter(slug=slug, online__isnull=False)
    found = {row.language: row for row in rows.select_related("online__revision")}
    for each in dict.fromkeys([language(), catalog.FIRST_LANGUAGE]):
        if page := found.get(each):
            return _of_version(entry, each, page.online)
        if seed := seed_files.read(slug, each):
            return _filled(entry, each, seed.content, 0, seed.written, approved=False)
    raise Http404


def of_version(slug: str, number: int) -> tuple[Text, TextPageVersion]:
    """Return a version that readers once saw, in the language asked for. Raises Http404."""
    version = next((each for each in versions(slug) if each.number == number), None)
    if version is None:
        raise Http404
    entry, lang = _entry(slug), version.page.language
    return _of_version(entry, lang, version, is_record=True), version


def versions(slug: str) -> list[TextPageVersion]:
    """Return all versions of the text that `current` shows, newest first. Two queries.

    Without any of this language those of the first one. Raises Http404 as `current` does.
    """
    _entry(slug)
    rows = TextPageVersion.objects.filter(page__slug=slug).select_related("revision", "page")
    for each in dict.fromkeys([language(), catalog.FIRST_LANGUAGE]):
        if found := list(rows.filter(page__language=each)):
            return found
    return []


def of_revision(page: TextPage, revision: TextPageRevision | Content) -> Text:
    """Return a text that is not public, as it would look."""
    content = revision if isinstance(revision, Content) else content_of(revision)
    entry = catalog.BY_SLUG.get(page.slug) or catalog.ENTRIES[0]
    return _filled(entry, page.language, content, 0, timezone.localdate(), approved=False)


def _entry(slug: str) -> Entry:
    if slug not in catalog.BY_SLUG:
        raise Http404
    return catalog.BY_SLUG[slug]


def _of_version(
    entry: Entry, lang: str, version: TextPageVersion | None, *, is_record: bool = False
) -> Text:
    if version is None:
        raise Http404
    day = timezone.localdate(version.published_at)
    approved = version.approved_by_id is not None
    content = content_of(version.revision)
    return _filled(
        entry, lang, content, version.number, day, approved=approved, is_record=is_record
    )


def _filled(
    entry: Entry,
    lang: str,
    content: Content,
    number: int,
    since: date,
    *,
    approved: bool,
    is_record: bool = False,
) -> Text:
    """Return it as readers see it today; `is_record`: with all that it said once."""
    today = timezone.localdate(timezone=Practice.current().zone)
    days = [] if is_record else expiring_parts.last_days(content.body)
    ended = max((day for day in days if day < today), default=None)
    body = expiring_parts.without_ended(content.body, date.min if is_record else today)
    values = placeholders.values_in(content.title, content.summary, content.body)
    shown = Content(
        title=placeholders.fill(content.title, values),
        summary=placeholders.fill(content.summary, values),
        body=placeholders.fill_parts(placeholders.fill(body, values, html=True)),
    )
    return Text(entry, lang, shown, number, since, approved, ended)

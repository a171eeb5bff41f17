"""The page of an article as it will look, made from what stands in its form. It saves nothing."""

from typing import Any

from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext as _

from articles.article_page.page_data import for_article_page
from articles.models import Article, Contributor, Revision, Topic
from articles.models.parts import DatedFact, Question, Source
from articles.revisions.content import Content, QuestionAnswer, SourceLine, parse_key_points
from articles.revisions.content import DatedFact as FactLine
from articles.views.article import render_preview
from core.richtext.plain_text import extract, reading_minutes
from core.staff import preview_frame


def render(
    request: HttpRequest, form: ModelForm, formsets: list[Any], pk: int | None
) -> dict[str, Any]:
    """Return the page as HTML, and in words what stands in the way of saving it."""
    form.is_valid()
    rows = {formset.model: list(_rows(formset)) for formset in formsets}
    content = _content(form.cleaned_data, rows)
    page = render_preview(request, _article(form, pk), _revision(content))
    html = preview_frame.inert(page.content.decode())
    found = form.errors.as_data().get("body", [])
    problems = [text for error in found if error.code != "required" for text in error.messages]
    return {"html": html, "problems": problems}


def _rows(formset: Any) -> Any:
    formset.is_valid()
    for form in formset.forms:
        given = getattr(form, "cleaned_data", {})
        if given and not given.get("DELETE") and not form.errors:
            yield given


def _content(given: dict[str, Any], rows: dict[type, list[dict[str, Any]]]) -> Content:
    """Return what can be read of the form; what has a mistake is left out."""
    sources = sorted(rows.get(Source, ()), key=lambda row: row["number"])
    questions = sorted(rows.get(Question, ()), key=lambda row: row["position"])
    return Content(
        title=given.get("title") or _("No title yet"),
        summary=given.get("summary", ""),
        body=given.get("body", ""),
        key_points=parse_key_points(given.get("key_points", "")),
        faq=tuple(QuestionAnswer(row["question"], row["answer"]) for row in questions),
        sources=tuple(
            SourceLine(
                title=row["title"],
                publisher=row["publisher"],
                year=row["year"],
                url=row["url"],
                accessed=row["accessed"],
                true_until=row["true_until"],
            )
            for row in sources
        ),
        facts=tuple(
            FactLine(row["sentence"], row["true_until"]) for row in rows.get(DatedFact, ())
        ),
    )


def _revision(what: Content) -> Revision:
    return Revision(
        number=0,
        title=what.title,
        summary=what.summary,
        body=what.body,
        key_points=list(what.key_points),
        faq=[each.__dict__ for each in what.faq],
        sources=[each.to_json() for each in what.sources],
        facts=[each.to_json() for each in what.facts] or None,
        minutes=reading_minutes(extract(what.body).text),
    )


def _article(form: ModelForm, pk: int | None) -> Any:
    """Return the article with what was chosen about it; what is not chosen yet has a stand-in."""
    found: Any = for_article_page().filter(pk=pk).first() if pk else None
    if found is None:
        found = Article(slug="preview")
        found.notices, found.more_topics = [], []
    given = form.cleaned_data
    topic, author = given.get("topic"), given.get("author")
    if topic or found.topic_id is None:
        found.topic = topic or Topic(name=_("No topic yet"), slug="topic")
    if author or found.author_id is None:
        found.author = author or Contributor(name=_("No author yet"), slug="author")
    if "cover" in given:
        found.cover = given["cover"]
    if "topics" in given:
        found.more_topics = [topic.name_i18n for topic in given["topics"]]
    return found

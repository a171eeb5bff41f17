"""What an article or one of its revisions says, and whether it still holds."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles.models import Article, Revision
from articles.publishing.rules import NotPossible
from articles.revisions import content
from articles.revisions.content import Content, DatedFact, QuestionAnswer, SourceLine


def content_of(article: Article | Revision) -> Content:
    """Return the content of a working copy, or of a revision."""
    return _of_revision(article) if isinstance(article, Revision) else _of_working_copy(article)


def _of_revision(revision: Revision) -> Content:
    return Content(
        title=revision.title,
        summary=revision.summary,
        body=revision.body,
        key_points=tuple(revision.key_points),
        faq=QuestionAnswer.all_from_json(revision.faq),
        sources=tuple(map(_source, revision.sources)),
        facts=tuple(filter(None, map(_fact, revision.facts or ()))),
    )


def _of_working_copy(article: Article) -> Content:
    return Content(
        title=article.title,
        summary=article.summary,
        body=article.body,
        key_points=content.parse_key_points(article.key_points),
        faq=tuple(QuestionAnswer(each.question, each.answer) for each in article.faq.all()),
        sources=tuple(
            SourceLine(
                title=each.title,
                publisher=each.publisher,
                year=each.year,
                url=each.url,
                accessed=each.accessed,
                true_until=each.true_until,
            )
            for each in article.sources.order_by("number")
        ),
        facts=tuple(DatedFact(each.sentence, each.true_until) for each in article.facts.all()),
    )


def _source(kept: Any) -> SourceLine:
    """A source of a revision. One that cannot be read keeps its number, for the text cites it."""
    try:
        return SourceLine.from_json(kept)
    except (TypeError, ValueError, AttributeError):
        return SourceLine(_("This source cannot be shown."))


def _fact(kept: Any) -> DatedFact | None:
    try:
        return DatedFact.from_json(kept)
    except (TypeError, ValueError, KeyError):
        return None


def raise_if_expired(what: Content, *, on: date) -> None:
    """Raise NotPossible, naming each, where something dated holds no longer on that day."""
    ended = [(text, day) for text, day in what.dated_statements() if day < on]
    if ended:
        raise NotPossible(
            " ".join(
                _("“{text}” was true until {day}: look it up, and write what holds now.").format(
                    text=text, day=date_format(day, "F j, Y")
                )
                for text, day in ended
            )
        )

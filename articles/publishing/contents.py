"""What an article or one of its revisions says, and whether it still holds."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from articles import content
from articles.content import Answered, Content, DatedFact, SourceLine
from articles.models import Article, Revision
from articles.publishing.rules import NotPossible


def content_of(article: Article | Revision) -> Content:
    """The content of a working copy, or of a revision."""
    if isinstance(article, Revision):
        return Content(
            title=article.title,
            summary=article.summary,
            body=article.body,
            key_points=tuple(article.key_points),
            faq=tuple(Answered(**each) for each in article.faq),
            sources=tuple(SourceLine.from_json(each) for each in article.sources),
            facts=tuple(DatedFact.from_json(each) for each in article.facts or ()),
        )
    return Content(
        title=article.title,
        summary=article.summary,
        body=article.body,
        key_points=content.points(article.key_points),
        faq=tuple(Answered(each.question, each.answer) for each in article.faq.all()),
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


def check_it_holds(what: Content, *, on: date) -> None:
    """Raise NotPossible, naming each, where something that is dated holds no longer on that day."""
    ended = [(text, day) for text, day in what.ending() if day < on]
    if ended:
        raise NotPossible(
            " ".join(
                _("“{text}” was true until {day}: look it up, and write what holds now.").format(
                    text=text, day=date_format(day, "F j, Y")
                )
                for text, day in ended
            )
        )

"""COWS beside the picture: eleven items, of which those that a camera cannot show are left out."""

from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from appointments.admin import practice_time
from appointments.models import Appointment
from visits import withdrawal
from visits.admin.panels import panel_view
from visits.admin.screener_words import BANDS, COWS_ITEMS
from visits.admin.whose_visit import user_of
from visits.intake.screeners import COWS
from visits.models.notes import CowsRating

TEMPLATE = "admin/visits/_cows.html"


class Question(NamedTuple):
    """One item with its choices: value, words, and whether it is chosen."""

    key: str
    words: Any
    by_video: bool
    choices: list[tuple[str, Any, bool]]


class RatingRow(NamedTuple):
    """One rating as it is read: when, and "at least 9" or "14, moderate"."""

    rating: CowsRating
    when: str
    words: str


def context(
    appointment: Appointment, *, rated: dict[str, int] | None = None, why: str = ""
) -> dict[str, Any]:
    """Return what the panel shows: the ratings of this visit, and the form for one more."""
    ratings = CowsRating.objects.filter(appointment=appointment)
    return {
        "appointment": appointment,
        "questions": _questions(rated or {}),
        "ratings": [rating_row(each) for each in ratings],
        "source": COWS.source,
        "why": why,
    }


def rating_row(rating: CowsRating) -> RatingRow:
    """Return a rating in words. Sums with items left out have no band: they are a lower bound."""
    when = practice_time.format_short_datetime(rating.rated_at)
    return RatingRow(rating, when, score_words(rating.score))


def score_words(score: dict[str, Any]) -> str:
    """Return "at least 9", or "14, moderate"."""
    if score.get("at_least"):
        return _("at least %(total)s") % score
    band = BANDS[COWS.slug].get(score.get("band", ""), "")
    return f"{score.get('total')}, {band}" if band else str(score.get("total"))


def _questions(rated: dict[str, int]) -> list[Question]:
    return [
        Question(
            item.key,
            COWS_ITEMS[item.key][0],
            item.by_video,
            [
                (str(points), words, rated.get(item.key) == points)
                for points, words in COWS_ITEMS[item.key][1].items()
            ],
        )
        for item in COWS.items
    ]


@admin.site.register_page("visits/room/<int:pk>/cows/")  # type: ignore[attr-defined]  # our site
@panel_view
def visits_cows(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """Keep one rating, with its score."""
    rated = withdrawal.points(request.POST)
    try:
        withdrawal.rate(appointment, rated, by=user_of(request))
    except withdrawal.NothingRated:
        why = _("Please choose at least one.")
        return TemplateResponse(
            request, TEMPLATE, {"part": context(appointment, why=why)}, status=422
        )
    return TemplateResponse(request, TEMPLATE, {"part": context(appointment)})

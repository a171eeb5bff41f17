"""Screeners are scored as their papers say. Every cut-off, item and step is spelled out here."""

import pytest

from visits.intake import wording
from visits.intake.screeners import (
    AUDIT_C,
    COWS,
    GAD_7,
    PHQ_9,
    SCREENERS,
    NotAnswered,
    Score,
    band,
    score,
    thinks_of_death,
)


def answered(screener, points: int) -> dict[str, int]:
    """The same points for every item, or the most that one has."""
    return {item.key: min(points, max(item.points)) for item in screener.items}


@pytest.mark.parametrize(
    ("slug", "items", "highest"), [("audit-c", 3, 12), ("phq-9", 9, 27), ("gad-7", 7, 21)]
)
def test_a_patients_screener_is_the_sum_of_its_items(slug, items, highest):
    screener = SCREENERS[slug]
    assert (len(screener.items), screener.highest) == (items, highest)
    assert score(screener, answered(screener, 0)).total == 0
    assert score(screener, answered(screener, 1)).total == items
    assert score(screener, answered(screener, 9)).total == highest
    assert {each.points for each in screener.items} == {tuple(range(highest // items + 1))}


BANDS = {
    AUDIT_C: {"negative": (0, 2), "positive_3": (3, 3), "positive_4": (4, 12)},
    PHQ_9: {
        "minimal": (0, 4),
        "mild": (5, 9),
        "moderate": (10, 14),
        "moderately_severe": (15, 19),
        "severe": (20, 27),
    },
    GAD_7: {"minimal": (0, 4), "mild": (5, 9), "moderate": (10, 14), "severe": (15, 21)},
    COWS: {
        "none": (0, 4),
        "mild": (5, 12),
        "moderate": (13, 24),
        "moderately_severe": (25, 36),
        "severe": (37, 48),
    },
}


@pytest.mark.parametrize("screener", BANDS, ids=lambda each: each.slug)
def test_each_score_has_the_band_of_its_paper(screener):
    said = {total: band(screener, total) for total in range(screener.highest + 1)}
    wanted = {
        total: name
        for name, (first, last) in BANDS[screener].items()
        for total in range(first, last + 1)
    }
    assert said == wanted
    assert screener.source


@pytest.mark.parametrize("screener", [AUDIT_C, PHQ_9, GAD_7], ids=lambda each: each.slug)
@pytest.mark.parametrize("wrong", [None, -1, 5, "2", True])
def test_an_item_without_an_answer_of_its_own_leaves_no_score(screener, wrong):
    answers = answered(screener, 1)
    answers[screener.items[-1].key] = wrong
    with pytest.raises(NotAnswered):
        score(screener, answers)


def test_cows_has_unequal_steps_and_48_points_at_most():
    steps = {item.key: item.points for item in COWS.items}
    assert steps == {
        "pulse": (0, 1, 2, 4),
        "sweating": (0, 1, 2, 3, 4),
        "restlessness": (0, 1, 3, 5),
        "pupils": (0, 1, 2, 5),
        "aches": (0, 1, 2, 4),
        "runny_nose": (0, 1, 2, 4),
        "stomach": (0, 1, 2, 3, 5),
        "tremor": (0, 1, 2, 4),
        "yawning": (0, 1, 2, 4),
        "anxiety": (0, 1, 2, 4),
        "gooseflesh": (0, 3, 5),
    }
    assert COWS.highest == 48
    with pytest.raises(NotAnswered):
        score(COWS, answered(COWS, 0) | {"gooseflesh": 1})


def test_an_item_of_cows_that_video_does_not_show_makes_the_sum_at_least_without_a_band():
    seen = {item.key: max(item.points) for item in COWS.items if item.by_video}
    assert score(COWS, seen) == Score(48 - 4 - 4 - 5, "", at_least=True)
    assert score(COWS, answered(COWS, 9)) == Score(48, "severe")


def test_any_answer_to_item_9_but_not_at_all_asks_for_somebody():
    ninth = PHQ_9.items[8].key
    assert [thinks_of_death("phq-9", {ninth: points}) for points in (0, 1, 2, 3)] == [
        *(False, True, True, True)
    ]
    assert not thinks_of_death("phq-9", {})
    assert not thinks_of_death("gad-7", {ninth: 3})


def test_every_item_has_its_words_and_every_choice_too():
    for screener in (AUDIT_C, PHQ_9, GAD_7):
        assert list(wording.ITEMS[screener.slug]) == [item.key for item in screener.items]
        for item in screener.items:
            assert len(wording.choices(item.key, item.points)) == len(item.points)

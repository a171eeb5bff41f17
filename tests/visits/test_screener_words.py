"""What clinicians read of scores names every band and every step."""

from visits.admin.screener_words import BANDS, COWS_ITEMS, in_words
from visits.intake.screeners import COWS, PHQ_9, SCREENERS, Score


def test_every_band_and_every_step_of_cows_has_words():
    assert {slug: [*words] for slug, words in BANDS.items()} == {
        slug: [each.key for each in screener.bands] for slug, screener in SCREENERS.items()
    }
    assert {key: tuple(steps) for key, (_, steps) in COWS_ITEMS.items()} == {
        item.key: item.points for item in COWS.items
    }


def test_a_score_says_of_how_many_and_a_lower_bound_says_so():
    assert in_words(PHQ_9, Score(12, "moderate")) == "12 of 27, moderate"
    assert in_words(COWS, Score(12, "", at_least=True)) == "at least 12 of 48"

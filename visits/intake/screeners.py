"""Pure. The screeners that a visit may ask: items, choices, scoring, bands, each with its source.

A score is counted on the server from the points of the choices; a screener that is not answered
whole has no score. Cut-offs are those of the papers cited; each clinic's clinicians sign them off.
Words stand here in English; whoever shows them translates them (`visits.intake.wording`). DAST-10
(copyright of CAMH) and SOWS are not here: they may not be handed on.
"""

from collections.abc import Mapping
from dataclasses import dataclass


class NotAnswered(ValueError):
    """An item has no answer, or one that it does not offer."""


@dataclass(frozen=True)
class Item:
    """One question, with the points of each of its choices in the order they are shown."""

    key: str
    points: tuple[int, ...] = (0, 1, 2, 3)
    by_video: bool = True  # False: needs a hand on the patient, or a device


@dataclass(frozen=True)
class Band:
    """What a score from `least` on is called."""

    least: int
    key: str


@dataclass(frozen=True)
class Screener:
    """A questionnaire that is scored. `version` changes when items, points or bands do."""

    slug: str
    name: str
    version: int
    items: tuple[Item, ...]
    bands: tuple[Band, ...]
    source: str
    by_clinician: bool = False

    @property
    def highest(self) -> int:
        """Return the highest score that is possible."""
        return sum(max(item.points) for item in self.items)


@dataclass(frozen=True)
class Score:
    """What a screener came to. `at_least`: items were not seen, so it has no band."""

    total: int
    band: str
    at_least: bool = False


def score(screener: Screener, answers: Mapping[str, int]) -> Score:
    """Return the sum of the points, with its band.

    Raises NotAnswered where an item of a patient's screener has no answer of its own. An item that
    the clinician could not see is left out: the sum is then a lower bound, and no band fits it.
    """
    total, unseen = 0, False
    for item in screener.items:
        points = answers.get(item.key)
        if points is None and screener.by_clinician:
            unseen = True
        elif points not in item.points or isinstance(points, bool):
            raise NotAnswered(item.key)
        else:
            total += points
    return Score(total, "" if unseen else band(screener, total), unseen)


def band(screener: Screener, total: int) -> str:
    """Return the key of the band that a whole score falls into."""
    return next(each.key for each in reversed(screener.bands) if total >= each.least)


def thinks_of_death(slug: str, answers: Mapping[str, int]) -> bool:
    """Return whether item 9 of the PHQ-9 was answered with anything but "Not at all".

    Any such answer asks for somebody to speak with the patient, whatever the score is. It needs no
    other item: who stops there is heard as well.
    """
    return death_points(slug, answers) > 0


def death_points(slug: str, answers: Mapping[str, int]) -> int:
    """Return what item 9 of the PHQ-9 was answered with, 0 to 3; 0 also where it was not."""
    points = answers.get(SUICIDE_ITEM) if slug == PHQ_9.slug else None
    return points if isinstance(points, int) else 0


def _items(*keys: str) -> tuple[Item, ...]:
    return tuple(Item(key) for key in keys)


# Alcohol: the three questions on consumption of WHO's AUDIT, 0 to 4 points each, 0-12 in all.
# Positive from 4 in men, 3 in women: Bush K, Kivlahan DR, McDonell MB, Fihn SD, Bradley KA. The
# AUDIT alcohol consumption questions (AUDIT-C). Arch Intern Med 1998;158:1789-95 (men). Bradley KA,
# Bush KR, Epler AJ et al. Two brief alcohol-screening tests from the AUDIT: validation in a female
# Veterans Affairs patient population. Arch Intern Med 2003;163:821-9. Wording: Babor TF and others,
# AUDIT, WHO/MSD/MSB/01.6a (2001). Sex is not asked here, so the lower cut-off holds for everybody.
AUDIT_C = Screener(
    slug="audit-c",
    name="AUDIT-C",
    version=1,
    items=tuple(Item(key, (0, 1, 2, 3, 4)) for key in ("frequency", "drinks", "six_or_more")),
    bands=(Band(0, "negative"), Band(3, "positive_3"), Band(4, "positive_4")),
    source="Bush 1998; Bradley 2003",
)
# Depression: nine items of 0 to 3 points, 0-27; 5, 10, 15 and 20 are mild, moderate, moderately
# severe and severe: Kroenke K, Spitzer RL, Williams JBW. The PHQ-9: validity of a brief depression
# severity measure. J Gen Intern Med 2001;16:606-13. No permission is required to reproduce,
# translate, display or distribute (phqscreeners.com).
SUICIDE_ITEM = "better_off_dead"
PHQ_9 = Screener(
    slug="phq-9",
    name="PHQ-9",
    version=1,
    items=_items(
        *("interest", "down", "sleep", "tired", "appetite", "failure", "concentrating"),
        *("slow_or_restless", SUICIDE_ITEM),
    ),
    bands=(
        *(Band(0, "minimal"), Band(5, "mild"), Band(10, "moderate")),
        *(Band(15, "moderately_severe"), Band(20, "severe")),
    ),
    source="Kroenke 2001",
)
# Anxiety: seven items of 0 to 3 points, 0-21; 5, 10 and 15 are mild, moderate and severe, from 10
# on further evaluation: Spitzer RL, Kroenke K, Williams JBW, Löwe B. A brief measure for assessing
# generalized anxiety disorder: the GAD-7. Arch Intern Med 2006;166:1092-7. Free like the PHQ-9.
GAD_7 = Screener(
    slug="gad-7",
    name="GAD-7",
    version=1,
    items=_items(
        *("nervous", "cannot_stop_worrying", "worrying_too_much", "trouble_relaxing"),
        *("restless", "irritable", "afraid"),
    ),
    bands=(Band(0, "minimal"), Band(5, "mild"), Band(10, "moderate"), Band(15, "severe")),
    source="Spitzer 2006",
)
# Opioid withdrawal, rated by the clinician: eleven items of unequal steps, 0-48; 5-12 mild, 13-24
# moderate, 25-36 moderately severe, above 36 severe: Wesson DR, Ling W. The Clinical Opiate
# Withdrawal Scale (COWS). J Psychoactive Drugs 2003;35:253-9. May be copied and used clinically.
# Pulse, tremor that can only be felt and gooseflesh need a hand or a device on the patient.
COWS = Screener(
    slug="cows",
    name="COWS",
    version=1,
    items=(
        Item("pulse", (0, 1, 2, 4), by_video=False),
        Item("sweating", (0, 1, 2, 3, 4)),
        Item("restlessness", (0, 1, 3, 5)),
        Item("pupils", (0, 1, 2, 5)),
        Item("aches", (0, 1, 2, 4)),
        Item("runny_nose", (0, 1, 2, 4)),
        Item("stomach", (0, 1, 2, 3, 5)),
        Item("tremor", (0, 1, 2, 4), by_video=False),
        Item("yawning", (0, 1, 2, 4)),
        Item("anxiety", (0, 1, 2, 4)),
        Item("gooseflesh", (0, 3, 5), by_video=False),
    ),
    bands=(
        *(Band(0, "none"), Band(5, "mild"), Band(13, "moderate")),
        *(Band(25, "moderately_severe"), Band(37, "severe")),
    ),
    source="Wesson and Ling 2003",
    by_clinician=True,
)
SCREENERS = {each.slug: each for each in (AUDIT_C, PHQ_9, GAD_7, COWS)}

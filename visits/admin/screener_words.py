"""What clinicians read of screeners: the items of COWS, what bands are called, what they mean."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from visits.intake.screeners import AUDIT_C, COWS, GAD_7, PHQ_9, Score, Screener

SIGN_OFF = _("Cut-offs are those of the papers cited, to be signed off by your clinicians.")
BANDS: dict[str, dict[str, Any]] = {
    AUDIT_C.slug: {
        "negative": _("negative"),
        "positive_3": _("positive for women, and where sex is not known (men: from 4)"),
        "positive_4": _("positive"),
    },
    PHQ_9.slug: {
        "minimal": _("minimal"),
        "mild": _("mild"),
        "moderate": _("moderate"),
        "moderately_severe": _("moderately severe"),
        "severe": _("severe"),
    },
    GAD_7.slug: {
        "minimal": _("minimal"),
        "mild": _("mild"),
        "moderate": _("moderate"),
        "severe": _("severe"),
    },
    COWS.slug: {
        "none": _("no active withdrawal"),
        "mild": _("mild"),
        "moderate": _("moderate"),
        "moderately_severe": _("moderately severe"),
        "severe": _("severe"),
    },
}
# What each item of COWS asks, and what each of its points stands for, as in the paper.
COWS_ITEMS: dict[str, tuple[Any, dict[int, Any]]] = {
    "pulse": (
        _("Resting pulse rate, measured after a minute of sitting or lying"),
        {0: _("80 or below"), 1: _("81–100"), 2: _("101–120"), 4: _("greater than 120")},
    ),
    "sweating": (
        _("Sweating over the past half hour, not accounted for by the room or activity"),
        {
            0: _("no report of chills or flushing"),
            1: _("subjective report of chills or flushing"),
            2: _("flushed or observable moistness on face"),
            3: _("beads of sweat on brow or face"),
            4: _("sweat streaming off face"),
        },
    ),
    "restlessness": (
        _("Restlessness, observed during the assessment"),
        {
            0: _("able to sit still"),
            1: _("reports difficulty sitting still, but is able to do so"),
            3: _("frequent shifting or extraneous movements of legs or arms"),
            5: _("unable to sit still for more than a few seconds"),
        },
    ),
    "pupils": (
        _("Pupil size"),
        {
            0: _("pinned or normal size for room light"),
            1: _("possibly larger than normal for room light"),
            2: _("moderately dilated"),
            5: _("so dilated that only the rim of the iris is visible"),
        },
    ),
    "aches": (
        _("Bone or joint aches: of earlier pain only what withdrawal adds"),
        {
            0: _("not present"),
            1: _("mild diffuse discomfort"),
            2: _("reports severe diffuse aching of joints or muscles"),
            4: _("rubs joints or muscles and cannot sit still because of discomfort"),
        },
    ),
    "runny_nose": (
        _("Runny nose or tearing, not accounted for by a cold or allergies"),
        {
            0: _("not present"),
            1: _("nasal stuffiness or unusually moist eyes"),
            2: _("nose running or tearing"),
            4: _("nose constantly running or tears streaming down cheeks"),
        },
    ),
    "stomach": (
        _("Stomach and bowels over the last half hour"),
        {
            0: _("no symptoms"),
            1: _("stomach cramps"),
            2: _("nausea or loose stool"),
            3: _("vomiting or diarrhea"),
            5: _("multiple episodes of diarrhea or vomiting"),
        },
    ),
    "tremor": (
        _("Tremor of outstretched hands"),
        {
            0: _("no tremor"),
            1: _("can be felt, but not observed"),
            2: _("slight tremor observable"),
            4: _("gross tremor or muscle twitching"),
        },
    ),
    "yawning": (
        _("Yawning, observed during the assessment"),
        {
            0: _("no yawning"),
            1: _("once or twice"),
            2: _("three or more times"),
            4: _("several times a minute"),
        },
    ),
    "anxiety": (
        _("Anxiety or irritability"),
        {
            0: _("none"),
            1: _("reports increasing irritability or anxiousness"),
            2: _("obviously irritable or anxious"),
            4: _("so irritable or anxious that taking part is difficult"),
        },
    ),
    "gooseflesh": (
        _("Gooseflesh skin"),
        {
            0: _("skin is smooth"),
            3: _("can be felt, or hairs stand up on arms"),
            5: _("prominent"),
        },
    ),
}


def in_words(screener: Screener, score: Score) -> str:
    """Return `12 of 27, moderate`; `at least 12 of 48` where items were not seen."""
    counts = {"total": score.total, "highest": screener.highest}
    if score.at_least:
        return str(_("at least %(total)d of %(highest)d") % counts)
    words = BANDS[screener.slug][score.band]
    return str(_("%(total)d of %(highest)d, %(band)s") % (counts | {"band": words}))

"""What patients read of each screener: the published words, in the language of the page.

An item is never translated anew, because its cut-offs were measured with those words: Spanish PHQ-9
and GAD-7 follow phqscreeners.com, AUDIT-C the WHO manual's Spanish edition (WHO/MSD/MSB/01.6a). A
clinic compares them with those before it asks them: `docs/spanish.md`.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from visits.intake.screeners import AUDIT_C, GAD_7, PHQ_9, SUICIDE_ITEM

TWO_WEEKS = _(
    "Over the last 2 weeks, how often have you been bothered by any of the following problems?"
)
# By points, of every item of PHQ-9 and GAD-7.
HOW_OFTEN = (
    _("Not at all"),
    _("Several days"),
    _("More than half the days"),
    _("Nearly every day"),
)
STEMS: dict[str, Any] = {
    AUDIT_C.slug: _(
        "About the past year. One drink is a can of beer, a glass of wine, or one shot of spirits."
    ),
    PHQ_9.slug: TWO_WEEKS,
    GAD_7.slug: TWO_WEEKS,
}
ITEMS: dict[str, dict[str, Any]] = {
    AUDIT_C.slug: {
        "frequency": _("How often do you have a drink containing alcohol?"),
        "drinks": _(
            "How many drinks containing alcohol do you have on a typical day when you are drinking?"
        ),
        "six_or_more": _("How often do you have six or more drinks on one occasion?"),
    },
    PHQ_9.slug: {
        "interest": _("Little interest or pleasure in doing things"),
        "down": _("Feeling down, depressed, or hopeless"),
        "sleep": _("Trouble falling or staying asleep, or sleeping too much"),
        "tired": _("Feeling tired or having little energy"),
        "appetite": _("Poor appetite or overeating"),
        "failure": _(
            "Feeling bad about yourself – or that you are a failure or have let yourself or your "
            "family down"
        ),
        "concentrating": _(
            "Trouble concentrating on things, such as reading the newspaper or watching television"
        ),
        "slow_or_restless": _(
            "Moving or speaking so slowly that other people could have noticed? Or the opposite – "
            "being so fidgety or restless that you have been moving around a lot more than usual"
        ),
        SUICIDE_ITEM: _(
            "Thoughts that you would be better off dead or of hurting yourself in some way"
        ),
    },
    GAD_7.slug: {
        "nervous": _("Feeling nervous, anxious or on edge"),
        "cannot_stop_worrying": _("Not being able to stop or control worrying"),
        "worrying_too_much": _("Worrying too much about different things"),
        "trouble_relaxing": _("Trouble relaxing"),
        "restless": _("Being so restless that it is hard to sit still"),
        "irritable": _("Becoming easily annoyed or irritable"),
        "afraid": _("Feeling afraid as if something awful might happen"),
    },
}
_OCCASIONS = (
    _("Never"),
    _("Less than monthly"),
    _("Monthly"),
    _("Weekly"),
    _("Daily or almost daily"),
)
# By points; items that are not here have those of HOW_OFTEN.
CHOICES: dict[str, tuple[Any, ...]] = {
    "frequency": (
        _("Never"),
        _("Monthly or less"),
        _("2 to 4 times a month"),
        _("2 to 3 times a week"),
        _("4 or more times a week"),
    ),
    "drinks": (_("1 or 2"), _("3 or 4"), _("5 or 6"), _("7 to 9"), _("10 or more")),
    "six_or_more": _OCCASIONS,
}
# Under an item, for whoever answers "never" before it.
HELP: dict[str, Any] = {"drinks": _("If you do not drink, choose the first.")}


def choices(item: str, points: tuple[int, ...]) -> list[tuple[str, Any]]:
    """Return value and words of each choice of an item."""
    return [
        (str(each), words) for each, words in zip(points, CHOICES.get(item, HOW_OFTEN), strict=True)
    ]

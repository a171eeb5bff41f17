"""Pure. What LOINC calls the screeners: the form, its items, their choices, and the sum.

A code holds for the version of a screener that is named beside it: other words need other codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass

HOW_OFTEN = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")
HOW_OFTEN_A_DRINK = ("LA6270-8", "LA18926-8", "LA18927-6", "LA18928-4", "LA18929-2")
HOW_MANY_DRINKS = ("LA15694-5", "LA15695-2", "LA18930-0", "LA18931-8", "LA18932-6")
OCCASIONS = ("LA6270-8", "LA18933-4", "LA18876-5", "LA18891-4", "LA18934-2")


@dataclass(frozen=True)
class Codes:
    """The codes of one version of a screener. `choices` are by points, as all its choices are."""

    version: int
    panel: str
    total: str
    items: Mapping[str, str]
    choices: Mapping[str, tuple[str, ...]]


def _same(items: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(items, HOW_OFTEN)


_AUDIT_C = {"frequency": "68518-0", "drinks": "68519-8", "six_or_more": "68520-6"}
_PHQ_9 = {
    "interest": "44250-9",
    "down": "44255-8",
    "sleep": "44259-0",
    "tired": "44254-1",
    "appetite": "44251-7",
    "failure": "44258-2",
    "concentrating": "44252-5",
    "slow_or_restless": "44253-3",
    "better_off_dead": "44260-8",
}
_GAD_7 = {
    "nervous": "69725-0",
    "cannot_stop_worrying": "68509-9",
    "worrying_too_much": "69733-4",
    "trouble_relaxing": "69734-2",
    "restless": "69735-9",
    "irritable": "69689-8",
    "afraid": "69736-7",
}
CODES: dict[str, Codes] = {
    "audit-c": Codes(
        *(1, "72109-2", "75626-2", _AUDIT_C),
        choices={
            "frequency": HOW_OFTEN_A_DRINK,
            "drinks": HOW_MANY_DRINKS,
            "six_or_more": OCCASIONS,
        },
    ),
    "phq-9": Codes(1, "44249-1", "44261-6", _PHQ_9, _same(_PHQ_9)),
    "gad-7": Codes(1, "69737-5", "70274-6", _GAD_7, _same(_GAD_7)),
}

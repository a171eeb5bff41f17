"""What a check of the site found: its level, a sentence, and what to do. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum


class Level(IntEnum):
    """How bad it is. Numbers, so that a metric can carry them."""

    OK = 0
    WARNING = 1  # somebody should look today
    ERROR = 2  # something of the site does not work


@dataclass(frozen=True)
class CheckResult:
    """One thing that was looked at. Nothing in it names a person."""

    name: str  # the same for ever: metrics, webhooks and the state of alerts go by it
    level: Level
    sentence: str  # for anybody on the staff
    advice: str = ""  # for whoever can do something about it; empty where all is well
    figures: Mapping[str, float] = field(default_factory=dict)  # for metrics, with their unit

    @property
    def is_fine(self) -> bool:
        return self.level is Level.OK


def level_above(value: float, *, warning: float, error: float) -> Level:
    """Return the level of a figure that is bad when it is large."""
    if value > error:
        return Level.ERROR
    return Level.WARNING if value > warning else Level.OK


def troubles(results: Iterable[CheckResult]) -> list[CheckResult]:
    """Return what is not fine, the worst first."""
    return sorted((each for each in results if not each.is_fine), key=lambda each: -each.level)


def is_healthy(results: Iterable[CheckResult]) -> bool:
    """Return whether nothing is broken; warnings do not count."""
    return all(each.level is not Level.ERROR for each in results)

"""Which troubles last, which were told, and which have passed. Pure.

A trouble is told once it has lasted so long, once more where it becomes worse, and once when it has
been away as long. One that comes and goes is one trouble.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from core.monitoring.results import CheckResult, Level


@dataclass(frozen=True)
class Trouble:
    """What is known of one check that was not fine."""

    name: str
    since: float  # seconds since 1970, as all times here
    last_seen: float
    level: Level
    sentence: str
    told: Level = Level.OK  # the level that was told last


@dataclass(frozen=True)
class News:
    """One thing to tell."""

    trouble: Trouble
    passed: bool
    advice: str = ""


State = dict[str, Trouble]


def advance(
    state: State, found: Iterable[CheckResult], *, now: float, lasts: float
) -> tuple[State, list[News]]:
    """Return the state after `found`, and what is to be told when nothing was told of it yet.

    `lasts`: seconds after which a trouble is told, or has passed. A check that is not in `found`
    could not be done: what is known of it stays.
    """
    after, news = dict(state), []
    for result in found:
        known = state.get(result.name)
        if not result.is_fine:
            trouble = _seen(known, result, now)
            after[result.name] = trouble
            if now - trouble.since >= lasts and trouble.level > trouble.told:
                news.append(News(trouble, passed=False, advice=result.advice))
        elif known and now - known.last_seen >= lasts:
            if known.told:
                news.append(News(known, passed=True))
            else:
                del after[result.name]
    return after, news


def told(state: State, news: News) -> State:
    """Return the state once `news` has reached somebody."""
    trouble = news.trouble
    if news.passed:
        return {name: each for name, each in state.items() if name != trouble.name}
    return state | {trouble.name: replace(trouble, told=trouble.level)}


def _seen(known: Trouble | None, result: CheckResult, now: float) -> Trouble:
    new = Trouble(result.name, now, now, result.level, result.sentence)
    return replace(new, since=known.since, told=known.told) if known else new


def to_json(state: State) -> list[dict[str, Any]]:
    """Return the state as JSON holds it."""
    return [vars(trouble) | {} for trouble in state.values()]


def from_json(rows: Any) -> State:
    """Return the state that `to_json` wrote; an empty one from what is anything else."""
    try:
        found = [Trouble(**row) for row in rows]
        return {each.name: _typed(each) for each in found}
    except (TypeError, ValueError):
        return {}


def _typed(trouble: Trouble) -> Trouble:
    return replace(trouble, level=Level(trouble.level), told=Level(trouble.told))

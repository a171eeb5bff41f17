"""What lasts is told once, what passes is told once, and what flickers is one trouble."""

from core.monitoring import alert_state
from core.monitoring.results import CheckResult, Level

MINUTE = 60
LASTS = 5 * MINUTE


def result(level: Level, name: str = "disk") -> CheckResult:
    return CheckResult(name, level, f"It is {level.name}.")


def told(*turns: tuple[float, Level | None], reached: bool = True) -> list[tuple[float, str]]:
    """What is told over these turns: minutes and what the check found, None where it could not."""
    state: alert_state.State = {}
    said = []
    for minutes, level in turns:
        found = [] if level is None else [result(level)]
        state, news = alert_state.advance(state, found, now=minutes * MINUTE, lasts=LASTS)
        # As a restart would find it.
        state = alert_state.from_json(alert_state.to_json(state))
        for each in news:
            said.append((minutes, "passed" if each.passed else each.trouble.level.name))
            state = alert_state.told(state, each) if reached else state
    return said


def each_minute(*levels: Level | None) -> list[tuple[float, Level | None]]:
    return list(enumerate(levels))


OK, WARNING, ERROR = Level.OK, Level.WARNING, Level.ERROR


def test_a_trouble_is_told_once_when_it_has_lasted_and_once_when_it_has_passed():
    turns = each_minute(*[OK] * 2, *[ERROR] * 20, *[OK] * 20)
    assert told(*turns) == [(7, "ERROR"), (26, "passed")]


def test_what_passes_by_itself_in_time_is_never_told():
    assert told(*each_minute(*[ERROR] * 5, *[OK] * 20)) == []


def test_what_comes_and_goes_is_one_trouble():
    assert told(*each_minute(*[ERROR, OK, OK] * 10)) == [(6, "ERROR")]


def test_what_becomes_worse_is_told_once_more_and_what_becomes_better_is_not():
    turns = each_minute(*[WARNING] * 10, *[ERROR] * 10, *[WARNING] * 10)
    assert told(*turns) == [(5, "WARNING"), (10, "ERROR")]


def test_a_check_that_could_not_be_done_is_neither_better_nor_worse():
    assert told(*each_minute(*[ERROR] * 7, *[None] * 30)) == [(5, "ERROR")]
    assert told(*each_minute(*[ERROR] * 2, *[None] * 30, ERROR)) == [(32, "ERROR")]


def test_what_reached_nobody_is_told_again():
    turns = each_minute(*[ERROR] * 8)
    assert told(*turns, reached=False) == [(5, "ERROR"), (6, "ERROR"), (7, "ERROR")]


def test_without_patience_it_is_told_at_once():
    _state, news = alert_state.advance({}, [result(ERROR)], now=0, lasts=0)
    assert [each.passed for each in news] == [False]


def test_a_state_file_that_holds_anything_else_is_an_empty_state():
    for rows in (None, 7, {"a": 1}, [{"name": "disk"}], ["x"], [{"name": "a", "level": "x"}]):
        assert alert_state.from_json(rows) == {}

"""Figures as SVG: columns by week, and a bar in a row of the table. In whole units, no styles."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from core.staff.figures.figure import Figure

WIDTH, HEIGHT = 640, 240
LEFT, BOTTOM, TOP = 56, 28, 12  # beside and below the columns, for numbers and names
NAMES = 5  # below the columns, at most


class Rect(NamedTuple):
    x: int
    y: int
    width: int
    height: int
    kind: int  # the number of its series, from 1 on


class Text(NamedTuple):
    x: int
    y: int
    words: str


@dataclass(frozen=True)
class Plot:
    """What a template draws."""

    rects: list[Rect]
    marks: list[Text]  # at the left, each with a line across
    names: list[Text]  # below
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def columns(figure: Figure) -> Plot:
    """Return columns for the rows of a figure, its series one upon the other or side by side."""
    height = sum if figure.stacked else max
    heights = [height(values) for values in zip(*(s.values for s in figure.series), strict=True)]
    top = nice_top(max([0, *heights]))
    base, tall = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    step = (WIDTH - LEFT) / max(1, len(heights))
    draw = _stacked if figure.stacked else _side_by_side
    return Plot(
        rects=list(draw(figure, step, base, tall / top)),
        marks=[
            Text(LEFT - 8, base - round(tall * part / 2), f"{top * part / 2:g}")
            for part in (0, 1, 2)
        ],
        names=list(_names(figure, step)),
    )


def _stacked(figure: Figure, step: float, base: int, scale: float) -> Iterator[Rect]:
    for place in range(len(figure.rows)):
        reached = 0.0
        for kind, series in enumerate(figure.series, start=1):
            low, reached = reached, reached + series.values[place]
            # Both edges are rounded, not the height: so columns are as high as their sum.
            y, bottom = base - round(reached * scale), base - round(low * scale)
            if bottom > y:
                x = LEFT + round(step * (place + 0.1))
                yield Rect(x, y, max(1, round(step * 0.8)), bottom - y, kind)


def _side_by_side(figure: Figure, step: float, base: int, scale: float) -> Iterator[Rect]:
    width = step * 0.8 / len(figure.series)
    for place in range(len(figure.rows)):
        for kind, series in enumerate(figure.series, start=1):
            height = round(series.values[place] * scale)
            if height:
                x = LEFT + round(step * (place + 0.1) + width * (kind - 1))
                yield Rect(x, base - height, max(1, round(width)), height, kind)


def _names(figure: Figure, step: float) -> Iterator[Text]:
    every = math.ceil(len(figure.rows) / NAMES)
    for place, row in enumerate(figure.rows):
        if place % every == 0:
            words = str(row[0]).partition(",")[0]
            yield Text(LEFT + round(step * (place + 0.5)), HEIGHT - 8, words)


def nice_top(most: float) -> float:
    """Return a round number that is at least as much, and at least 2: 10, 20, 50, 100, 200 …"""
    if most <= 2:
        return 2
    power = 10 ** math.floor(math.log10(most))
    return next(power * times for times in (1, 2, 5, 10) if power * times >= most)

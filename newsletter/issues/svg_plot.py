"""A plot as SVG, without script and without styles of its own. Pure.

Each series is drawn as a sum that grows, so that few complaints stand beside many deliveries: each
in a row of its own, with its number.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from itertools import accumulate

WIDTH, ROW, LEFT, RIGHT, TOP, BOTTOM = 720, 64, 150, 90, 12, 28
Series = Sequence[tuple[datetime, int]]


def plot(title: str, rows: Mapping[str, Series]) -> str:
    """Draw one row for each name, over the same hours. Colors follow the text around it."""
    hours = sorted({hour for series in rows.values() for hour, _ in series})
    first = hours[0] if hours else None
    last = hours[-1] + timedelta(hours=1) if hours else None
    height = TOP + ROW * len(rows) + BOTTOM
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
        f' class="plot" fill="currentColor"><title>{escape(title)}</title>'
    ]
    for number, (name, series) in enumerate(rows.items()):
        body += _row(name, series, TOP + ROW * number, first, last)
    if first and last:
        y = height - 8
        body.append(f'<text x="{LEFT}" y="{y}" font-size="13">{first:%b %-d, %H:%M}</text>')
        body.append(
            f'<text x="{WIDTH - RIGHT}" y="{y}" font-size="13" text-anchor="end">'
            f"{last:%b %-d, %H:%M}</text>"
        )
    return "".join([*body, "</svg>"])


def _row(
    name: str, series: Series, top: int, first: datetime | None, last: datetime | None
) -> list[str]:
    sums = list(accumulate(number for _, number in series))
    whole, floor = (sums[-1] if sums else 0), top + ROW - 12
    middle = top + ROW // 2 + 4
    parts = [
        f'<text x="0" y="{middle}" font-size="15">{escape(name)}</text>',
        f'<text x="{WIDTH}" y="{middle}" font-size="17" text-anchor="end">{whole:,}</text>',
        f'<path d="M{LEFT} {floor}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity=".3"/>',
    ]
    if first and last and whole:
        span = (last - first).total_seconds()
        points = [(LEFT + 0.0, float(floor))]
        for (hour, _), so_far in zip(series, sums, strict=True):
            part = (hour + timedelta(hours=1) - first).total_seconds() / span
            x = LEFT + part * (WIDTH - LEFT - RIGHT)
            points += [(x, floor - (ROW - 24) * so_far / whole)]
        points.append((float(WIDTH - RIGHT), points[-1][1]))
        drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        line = 'fill="none" stroke="currentColor" stroke-width="2"'
        parts.append(f'<polyline points="{drawn}" {line}/>')
    return parts

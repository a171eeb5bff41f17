"""A small plot as SVG: both axes logarithmic, one line a series, each point with its figure."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 640, 400, 60, 50, 60
COLORS = ("#1b4b40", "#b4543a", "#8a6a1f", "#4f5f8a")


def lines(title: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """An SVG document. Points are (x, y), all positive."""
    points = [point for line in series.values() for point in line]
    x = _scale([point[0] for point in points], LEFT, WIDTH - 40)
    y = _scale([point[1] for point in points], HEIGHT - BOTTOM, TOP)
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fbf7ef"/>',
        f'<text x="{LEFT}" y="28" font-size="17">{escape(title)}</text>',
        f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - 40}" fill="none" stroke="#7f7667"/>',
    ]
    for number, (name, line) in enumerate(series.items()):
        color = COLORS[number % len(COLORS)]
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in line)
        body.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        for a, b in line:
            body.append(f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="4" fill="{color}"/>')
            figure = f"{a:,.0f}: {b:.1f}"
            body.append(
                f'<text x="{x(a) + 7:.1f}" y="{y(b) - 8:.1f}" fill="{color}">{figure}</text>'
            )
        left, below = LEFT + 240 * number, HEIGHT - 20
        body.append(f'<text x="{left}" y="{below}" fill="{color}">{escape(name)}</text>')
    return "\n".join([*body, "</svg>", ""])


def _scale(values: Sequence[float], start: float, end: float):
    low, high = math.log10(min(values)), math.log10(max(values))
    spread = (high - low) or 1
    return lambda value: start + (math.log10(value) - low) / spread * (end - start)

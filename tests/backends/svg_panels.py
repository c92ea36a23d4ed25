"""Panels of a dashboard as SVG, plain enough to be read as text: figures, lines, bars."""

from html import escape
from math import ceil, floor, log10

COLOURS = ["#4c78a8", "#f58518", "#54a24b", "#e45756", "#72b7b2", "#b279a2", "#9d755d", "#bab0ac"]
CELL, ROW = 50, 30  # a column and a row of the dashboard's grid, in pixels
LINE = 13  # the height of a line of text
MOST = 8  # series that a panel shows
WIDE = 500  # pixels, from which on two of them stand beside each other below it


def picture(panels, note):
    """The whole as one SVG; `panels` is a list of (panel, series): names with (second, value)."""
    bottom = max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel, _ in panels)
    width, height = 24 * CELL, bottom * ROW + 2 * LINE
    font = 'font-family="sans-serif" font-size="11"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {font}>',
        f'<rect width="{width}" height="{height}" fill="#f4f5f5"/>',
        *(_panel(panel, series) for panel, series in panels),
        _text(8, height - 9, note, "#555"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _panel(panel, series):
    place = panel["gridPos"]
    width, height = place["w"] * CELL - 8, place["h"] * ROW - 8
    draw = {"stat": _stat, "bargauge": _bars, "timeseries": _lines}.get(panel["type"], _nothing)
    return "\n".join(
        [
            f'<g transform="translate({place["x"] * CELL + 4} {place["y"] * ROW + 4})">',
            f'<rect width="{width}" height="{height}" fill="white" stroke="#ddd"/>',
            _text(8, 18, panel["title"], "#222", weight="bold"),
            *draw(panel, series, width, height),
            "</g>",
        ]
    )


def _nothing(panel, _, width, height):
    yield _text(8, 40, "Asked of Tempo, which does not run here: not drawn.", "#888")


def _stat(panel, series, width, height):
    (points,) = series.values()
    yield _text(
        width / 2, height / 2 + 22, shown(points[-1][1], panel), "#222", size=26, anchor="middle"
    )


def _bars(panel, series, width, height):
    last = sorted(((points[-1][1], name) for name, points in series.items()), reverse=True)[:10]
    most = max(value for value, _ in last)
    left, right = 290, 70
    for number, (value, name) in enumerate(last):
        y = 30 + number * (height - 38) / 10
        yield _text(left - 6, y + 12, name, "#222", anchor="end")
        long = max(1, (width - left - right) * value / most)
        yield f'<rect x="{left}" y="{y:.0f}" width="{long:.0f}" height="16" fill="{COLOURS[0]}"/>'
        yield _text(left + long + 5, y + 12, shown(value, panel), "#555")


def _lines(panel, series, width, height):
    names = sorted(series, key=lambda name: -series[name][-1][1])[:MOST]
    points = [point for name in names for point in series[name]]
    if not points:
        yield _text(8, 40, "nothing", "#888")
        return
    seconds = [second for second, _ in points]
    first, span = min(seconds), max(seconds) - min(seconds) or 1
    scale, marks = _scale([value for _, value in points], _is_log(panel))
    columns = 1 if width < WIDE else 2
    left, top, low = 62, 30, height - 22 - LINE * -(-len(names) // columns)

    def x(second):
        return left + (second - first) / span * (width - left - 12)

    def y(value):
        return low - scale(value) * (low - top)

    for mark in marks:
        yield f'<path d="M{left} {y(mark):.0f}H{width - 12}" stroke="#eee"/>'
        yield _text(left - 5, y(mark) + 4, shown(mark, panel), "#888", anchor="end")
    yield _text(left, low + LINE, "0 s", "#888")
    yield _text(width - 12, low + LINE, f"{span:.0f} s", "#888", anchor="end")
    for number, name in enumerate(names):
        colour = COLOURS[number]
        way = "L".join(f"{x(second):.0f} {y(value):.1f}" for second, value in series[name])
        yield f'<path d="M{way}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        line, column = divmod(number, columns)
        said = f"{name or 'all'}: {shown(series[name][-1][1], panel)}"
        yield _text(left + column * (width - left) / 2, low + LINE * (line + 2), said, colour)


def _scale(values, is_log):
    """A function from a value to 0..1, and the values at which to draw a line."""
    most = max(values)
    if not is_log:
        top = most or 1.0
        return (lambda value: value / top), [0.0, top / 2, top]
    low, high = floor(log10(min(values))), ceil(log10(most))
    return (lambda value: (log10(value) - low) / (high - low)), [
        10.0**n for n in range(low, high + 1)
    ]


def _is_log(panel):
    custom = panel["fieldConfig"]["defaults"].get("custom", {})
    return custom.get("scaleDistribution", {}).get("type") == "log"


def shown(value, panel):
    """A value in the panel's unit, to three digits."""
    unit = panel["fieldConfig"]["defaults"].get("unit")
    if unit == "percentunit":
        return f"{value * 100:.3g} %"
    if unit == "s":
        for size, name in ((1, "s"), (1e-3, "ms"), (1e-6, "µs")):
            if value >= size or name == "µs":
                return f"{value / size:.3g} {name}"
    figures = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return figures + (" /s" if unit == "cps" else "")


def _text(x, y, words, colour, *, size=11, anchor="start", weight="normal"):
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" fill="{colour}" font-size="{size}" '
        f'text-anchor="{anchor}" font-weight="{weight}">{escape(words)}</text>'
    )

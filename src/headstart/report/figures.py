"""Drawings of the page, as SVG that grows with its frame.

Places are in percent of the frame and sizes in pixels, so text and lines stay as they are on a
phone. Colors are classes of the style sheet. Numbers are formatted and text is escaped here:
nothing else gets into a drawing.
"""

import math
from collections.abc import Collection, Sequence

from markupsafe import Markup

from headstart.counting import counted
from headstart.evaluate import Bin, ClassRow, Verdict
from headstart.hostile import printable
from headstart.report.axis import Axis, axis, grid
from headstart.report.svg import anchor_of, dot, line, number, rect, svg, text_at
from headstart.stats import Interval

_EDGE = 124  # pixels of names beside a matrix
_CELL = 21  # pixels of a matrix's cell


DOTS = 1000
"""Dots that a drawing holds, at most."""


def forest(interval: Interval, scale: Axis, kind: str) -> Markup:
    """One line of a forest plot; its scale is drawn once, by `forest_scale`."""
    low, value, high = (scale.at(x) for x in (interval.low, interval.value, interval.high))
    return svg(
        grid(scale),
        line(low, "50%", high, "50%", f"whisker {kind}"),
        dot(value, 50.0, 5.5, kind),
        kind="forest",
    )


def forest_scale(scale: Axis, *, points: bool = False) -> Markup:
    """The ticks under a forest plot, in percent; of differences in points, with their sign."""
    texts = (
        text_at(scale.at(tick), "14", _tick(100 * tick, points=points), "middle")
        for tick in scale.ticks
    )
    return svg(*texts, kind="scale")


def _tick(value: float, *, points: bool) -> str:
    if points:
        return f"{value:+g}" if value else "0"
    return f"{value:g}%"


def difference(verdict: Verdict) -> Markup:
    """The paired interval beside "no difference"; ticks in percent points."""
    scale = axis(100 * min(verdict.low, 0.0), 100 * max(verdict.high, 0.0), 6)
    kind = verdict.word.replace(" ", "-")
    low, value, high = (scale.at(100 * x) for x in (verdict.low, verdict.difference, verdict.high))
    zero = scale.at(0.0)
    ticks = (
        text_at(scale.at(t), "66", f"{t:+g}" if t else "0", anchor_of(scale.at(t)))
        for t in scale.ticks
    )
    return svg(
        *(line(scale.at(t), "24", scale.at(t), "50", "grid") for t in scale.ticks),
        line(zero, "16", zero, "50", "zero"),
        text_at(zero, "10", "no difference", anchor_of(zero)),
        line(low, "37", high, "37", f"thick {kind}"),
        Markup('<circle class="{}" cx="{}%" cy="37" r="7"/>').format(f"dot {kind}", number(value)),
        *ticks,
        kind="difference",
        label=f"Difference {100 * verdict.difference:+.1f} points, "
        f"95% interval {100 * verdict.low:+.1f} to {100 * verdict.high:+.1f}",
    )


def mark(interval: Interval) -> Markup:
    """A figure and its interval on a scale from 0 to 1, as small as a word."""
    low, value, high = (100 * x for x in (interval.low, interval.value, interval.high))
    return svg(
        line(0.0, "50%", 100.0, "50%", "grid"),
        line(low, "50%", high, "50%", "whisker transfer"),
        dot(value, 50.0, 3.5, "transfer"),
        kind="mark",
    )


def counts(row: ClassRow, most: int) -> Markup:
    """Train, validation and test rows of a class as one bar; `most` rows fill the frame."""
    parts, start = [], 0.0
    for kind, count in (("train", row.train), ("val", row.val), ("test", row.test)):
        width = 100 * count / max(1, most)
        parts.append(rect(start, "0", width, "100%", kind))
        start += width
    return svg(*parts, kind="counts")


def bar(value: float, most: float) -> Markup:
    """One amount beside others."""
    return svg(
        rect(0.0, "0", 100 * value / most if most > 0 else 0.0, "100%", "amount"), kind="bar"
    )


def strip(values: Sequence[float]) -> Markup:
    """Figures of one kind as dots on a line."""
    scale = axis(min(values), max(values))
    return svg(
        line(0.0, "50%", 100.0, "50%", "grid"),
        *(dot(scale.at(value), 50.0, 3.5, "plain") for value in values),
        kind="strip",
    )


def heat(part: float) -> float:
    """Opacity of a cell; never so deep that the ink of its number is hard to read."""
    return 0.07 + 0.6 * part


def matrix(
    confusion: Sequence[Sequence[int]],
    names: Sequence[str],
    open_cells: Collection[tuple[int, int]],
    picked: Sequence[int],
) -> Markup:
    """A confusion matrix of the `picked` classes; cells that count nothing are not drawn."""
    size = _EDGE + len(picked) * _CELL + 8
    cells = [
        _cell(
            (_place(line), _place(column)),
            heat(confusion[i][j] / max(1, sum(confusion[i]))),
            confusion[i][j],
            _told(confusion[i][j], i, j, names),
            f"cell-{i}-{j}" if (i, j) in open_cells else "",
            "hit" if i == j else "miss",
        )
        for line, i in enumerate(picked)
        for column, j in enumerate(picked)
        if confusion[i][j]
    ]
    frame = Markup('<rect class="frame" x="{0}" y="{0}" width="{1}" height="{1}"/>').format(
        _EDGE, len(picked) * _CELL
    )
    sides = [_beside(line, names[i]) for line, i in enumerate(picked)]
    opening = Markup(
        '<svg class="matrix" width="{0}" height="{0}" viewBox="0 0 {0} {0}" role="group" '
        'aria-label="Confusion matrix: lines are true classes, columns predicted ones">'
    ).format(size)
    return opening + frame + Markup("").join([*sides, *cells]) + Markup("</svg>")


def calibration(bins: Sequence[Bin]) -> Markup:
    """Accuracy over confidence, with intervals; honest probabilities lie on the diagonal."""
    most = max((b.count for b in bins), default=1)
    marks = []
    for b in bins:
        x, y = 100 * b.confidence, 100 * (1 - b.accuracy.value)
        low, high = 100 * (1 - b.accuracy.low), 100 * (1 - b.accuracy.high)
        told = (
            f"{counted(b.count, 'example')}: confidence {b.confidence:.1%}, "
            f"accuracy {b.accuracy.value:.1%}"
        )
        marks += [
            line(x, f"{number(low)}%", x, f"{number(high)}%", "whisker transfer thin"),
            dot(x, y, 3 + 5 * math.sqrt(b.count / most), "transfer", told),
        ]
    ticks = (0.0, 25.0, 50.0, 75.0, 100.0)
    return svg(
        *(line(t, "0", t, "100%", "grid") for t in ticks),
        *(line(0.0, f"{t}%", 100.0, f"{t}%", "grid") for t in ticks),
        line(0.0, "100%", 100.0, "0", "diagonal"),
        *marks,
        *(text_at(t, "100%", f"{t:g}%", anchor_of(t), dy=18) for t in ticks),
        *(text_at(0.0, f"{100 - t:g}%", f"{t:g}%", "end", dx=-8, dy=4) for t in ticks),
        kind="calibration",
        label="Reliability diagram: accuracy over confidence",
    )


def scatter(values: Sequence[tuple[float, float]]) -> Markup:
    """Answers over true values, on one scale; at most `DOTS` of them, evenly taken."""
    if not values:
        return Markup()
    shown = values[:: -(-len(values) // DOTS)]
    scale = axis(min(map(min, shown)), max(map(max, shown)))
    ticks = [(scale.at(tick), tick) for tick in scale.ticks]
    return svg(
        *(line(t, "0", t, "100%", "grid") for t, _ in ticks),
        *(line(0.0, f"{number(t)}%", 100.0, f"{number(t)}%", "grid") for t, _ in ticks),
        line(0.0, "100%", 100.0, "0", "diagonal"),
        *(
            dot(scale.at(a), 100 - scale.at(b), 3.0, "transfer", f"{a:g}: said {b:.4g}")
            for a, b in shown
        ),
        *(text_at(t, "100%", f"{tick:g}", anchor_of(t), dy=18) for t, tick in ticks),
        *(
            text_at(0.0, f"{number(100 - t)}%", f"{tick:g}", "end", dx=-8, dy=4)
            for t, tick in ticks
        ),
        kind="calibration",
        label="Answers over true values",
    )


def histogram(bins: Sequence[Bin]) -> Markup:
    """How many test rows fall into each step of confidence."""
    most = max((b.count for b in bins), default=1)
    bars = (
        Markup(
            '<rect class="amount" x="{}%" y="{}%" width="{}%" height="{}%"><title>{}</title></rect>'
        ).format(
            number(100 * b.low + 0.4),
            number(100 - 100 * b.count / most),
            number(100 * (b.high - b.low) - 0.8),
            number(100 * b.count / most),
            f"{counted(b.count, 'example')}",
        )
        for b in bins
    )
    return svg(*bars, line(0.0, "100%", 100.0, "100%", "grid"), kind="histogram")


def lines(
    series: Sequence[tuple[str, Sequence[float]]], scale: Axis, best: int, label: str
) -> Markup:
    """Values over epochs, one line a series; `best` is the position of the epoch that was kept."""
    n = len(series[0][1])
    x = [100 * i / (n - 1) if n > 1 else 50.0 for i in range(n)]
    paths = (
        Markup('<polyline class="{}" points="{}"/>').format(
            kind,
            " ".join(
                f"{number(a)},{number(100 - scale.at(y))}"
                for a, y in zip(x, values, strict=True)
                if math.isfinite(y)
            ),
        )
        for kind, values in series
    )
    kept = [
        dot(x[best], 100 - scale.at(values[best]), 4.5, kind)
        for kind, values in series
        if math.isfinite(values[best])
    ]
    levels = [(tick, f"{number(100 - scale.at(tick))}%") for tick in scale.ticks]
    return svg(
        *(line(0.0, y, 100.0, y, "grid") for _, y in levels),
        line(x[best], "0", x[best], "100%", "kept"),
        Markup('<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">'),
        *paths,
        Markup("</svg>"),
        *kept,
        *(text_at(0.0, y, f"{tick:g}", "end", dx=-8, dy=4) for tick, y in levels),
        kind="lines",
        label=label,
    )


def _told(count: int, i: int, j: int, names: Sequence[str]) -> str:
    true, said = printable(names[i], 60), printable(names[j], 60)
    return f"{true}: {count:,} right" if i == j else f"{true} taken for {said}: {count:,}"


def _place(position: int) -> int:
    return _EDGE + position * _CELL


def _cell(
    place: tuple[int, int], depth: float, count: int, told: str, opens: str, kind: str
) -> Markup:
    y, x = place
    drawn = Markup(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}" fill-opacity="{}">'
        "<title>{}</title></rect>"
        '<text class="count" x="{}" y="{}" dy="3.5" text-anchor="middle">{}</text>'
    ).format(
        kind,
        x + 1,
        y + 1,
        _CELL - 2,
        _CELL - 2,
        number(depth),
        told,
        x + _CELL // 2,
        y + _CELL // 2,
        count if count < 1000 else "…",
    )
    if not opens:
        return drawn
    return Markup('<a href="#{}" aria-label="{}">{}</a>').format(opens, told, drawn)


def _beside(position: int, name: str) -> Markup:
    place, text = _place(position) + _CELL // 2, printable(name, 18)
    return Markup(
        '<text x="{edge}" y="{place}" dy="4" text-anchor="end">{text}</text>'
        '<text transform="translate({place} {edge}) rotate(-90)" dy="4">{text}</text>'
    ).format(edge=_EDGE - 6, place=place, text=text)

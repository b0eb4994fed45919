"""What smaller networks save and lose, as a section of a run's page: a picture and a table."""

import math
from collections.abc import Sequence

from markupsafe import Markup

from headstart.evaluate import Tradeoff
from headstart.hostile import printable
from headstart.report.axis import Axis, axis
from headstart.report.svg import anchor_of, dot, line, number, svg, text_at

_TITLE = Markup('<section id="smaller"><h2>Made smaller</h2><p class="lead">{}</p>{}{}</section>')
_HEAD = Markup(
    '<table><thead><tr><th scope="col">Way</th><th class="number">MB</th><th class="number">CPU ms'
    '</th><th class="number">{} and 95% interval</th><th class="number">lost, in points</th></tr>'
    "</thead><tbody>{}</tbody></table>"
)
_ROW = Markup(
    '<tr><th scope="row">{}</th><td class="number">{}</td><td class="number">{}</td>'
    '<td class="number">{}</td><td class="number">{}</td></tr>'
)


def tradeoff_section(whole: Tradeoff, tried: Sequence[Tradeoff], taken: str, figure: str) -> Markup:
    """The section's HTML; `taken` is the way that the run's model went."""
    lead = (
        f"Every network answered the same test examples. This run's model is {taken}; the figures "
        "and examples below are of the model before it was made smaller. Bytes and CPU time are of "
        "ONNX files, on one thread."
    )
    every = (whole, *tried)
    return _TITLE.format(printable(lead, 1000), _drawn(every, taken, figure), _table(every, figure))


def _table(every: Sequence[Tradeoff], figure: str) -> Markup:
    rows = [
        _ROW.format(
            printable(one.way),
            f"{one.bytes / 1e6:.1f}",
            f"{one.ms:.1f}",
            f"{one.score.value:z.1%} ({one.score.low:z.1%} to {one.score.high:z.1%})",
            "" if at == 0 else _points(one),
        )
        for at, one in enumerate(every)
    ]
    return _HEAD.format(printable(figure), Markup("").join(rows))


def _points(one: Tradeoff) -> str:
    value, low, high = (100 * x for x in (one.lost.value, one.lost.low, one.lost.high))
    return f"{value:+z.1f} ({low:+z.1f} to {high:+z.1f})"


def _drawn(every: Sequence[Tradeoff], taken: str, figure: str) -> Markup:
    """The main figure over megabytes; a larger dot takes more time."""
    across = axis(0.0, max(one.bytes for one in every) / 1e6)
    up = axis(min(one.score.low for one in every), max(one.score.high for one in every))
    slowest = max(one.ms for one in every) or 1.0
    marks = [_mark(one, across, up, one.ms / slowest, chosen=one.way == taken) for one in every]
    ticks = [(across.at(t), f"{t:g} MB") for t in across.ticks]
    levels = [(f"{number(100 - up.at(t))}%", f"{100 * t:.0f}%") for t in up.ticks]
    return svg(
        *(line(0.0, y, 100.0, y, "grid") for y, _ in levels),
        *(line(x, "0", x, "100%", "grid") for x, _ in ticks),
        *marks,
        *(text_at(x, "100%", told, anchor_of(x), dy=18) for x, told in ticks),
        *(text_at(0.0, y, told, "end", dx=-8, dy=4) for y, told in levels),
        kind="lines",
        label=f"{printable(figure)} over megabytes; a larger dot takes more CPU time",
    )


def _mark(one: Tradeoff, across: Axis, up: Axis, share: float, *, chosen: bool) -> Markup:
    kind, x = "transfer" if chosen else "plain", across.at(one.bytes / 1e6)
    low, value, high = (100 - up.at(v) for v in (one.score.low, one.score.value, one.score.high))
    told = f"{one.way}: {one.bytes / 1e6:.1f} MB, {one.ms:.1f} ms, {one.score.value:.1%}"
    right = x > 70  # words lean inward
    return Markup("").join(
        [
            line(x, f"{number(low)}%", x, f"{number(high)}%", f"whisker {kind} thin"),
            dot(x, value, 3 + 6 * math.sqrt(share), kind, printable(told, 300)),
            text_at(
                x, f"{number(value)}%", printable(one.way, 40), "end" if right else "start",
                dx=-12 if right else 12, dy=4,
            ),
        ]
    )  # fmt: skip

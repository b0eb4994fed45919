"""What a page shows of boxes: on pictures, by class, over thresholds."""

from collections.abc import Mapping, Sequence

from jinja2 import Environment
from markupsafe import Markup

from headstart.evaluate.boxes import AtThreshold, BoxReport, ClassBoxes, DrawnBox
from headstart.hostile import printable
from headstart.report.svg import anchor_of, line, number, svg, text_at

CURVES = 6
"""Classes whose curves are drawn, the most frequent first."""
PICTURES = 24
SLIVER = 2.0
"""Percent of a picture's side that a box takes at least where it is drawn."""
_TICKS = (0.0, 25.0, 50.0, 75.0, 100.0)


def box_section(
    room: Environment,
    found: BoxReport,
    boxes: Sequence[Sequence[DrawnBox]],
    pictures: Mapping[int, str],
) -> Markup:
    """The section of a page; `pictures` are classes of its style sheet by the position in `boxes`.

    Pictures with the most misses and false alarms come first, then some where all is right.
    """
    shown = [i for i in range(len(boxes)) if i in pictures]
    wrong = sorted(shown, key=lambda i: -sum(box.kind != "hit" for box in boxes[i]))
    text = room.get_template("boxes.html").render(
        found=found,
        boxes=boxes,
        chosen=wrong[:PICTURES],
        pictures=pictures,
        overlay=overlay,
        curves=[(one, precision_recall(one)) for one in most_frequent(found.classes)],
        trade=trade_off(found.trade_off),
        names=[*found.names, "nothing"],
    )
    return Markup(text)


def most_frequent(classes: Sequence[ClassBoxes]) -> list[ClassBoxes]:
    """Those with the most boxes."""
    return sorted(classes, key=lambda one: -one.there)[:CURVES]


def overlay(boxes: Sequence[DrawnBox]) -> Markup:
    """True and said boxes over a picture, in shares of its sides; hits are drawn once.

    What lies outside, or has no area, is drawn as a sliver, so that there is something to see.
    """
    parts = []
    for box in boxes:
        x0, y0, x1, y1 = (100 * min(1.0, max(0.0, side)) for side in box.corners)
        x0, y0 = min(x0, 100 - SLIVER), min(y0, 100 - SLIVER)
        parts.append(
            Markup(
                '<rect class="box {}" x="{}%" y="{}%" width="{}%" height="{}%">'
                "<title>{}</title></rect>"
            ).format(
                box.kind, number(x0), number(y0), number(max(SLIVER, x1 - x0)),
                number(max(SLIVER, y1 - y0)), printable(box.told, 80),
            )
        )  # fmt: skip
    return svg(*parts, kind="overlay", label=", ".join(printable(b.told, 60) for b in boxes[:8]))


def precision_recall(one: ClassBoxes) -> Markup:
    """Precision over recall, with its band."""
    up = " ".join(
        f"{number(100 * p.recall)},{number(100 - 100 * p.precision.high)}" for p in one.curve
    )
    down = " ".join(
        f"{number(100 * p.recall)},{number(100 - 100 * p.precision.low)}" for p in one.curve[::-1]
    )
    middle = " ".join(
        f"{number(100 * p.recall)},{number(100 - 100 * p.precision.value)}" for p in one.curve
    )
    return svg(
        *_frame(),
        Markup('<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">'),
        Markup('<polygon class="band" points="{} {}"/>').format(up, down),
        Markup('<polyline class="val" points="{}"/>').format(middle),
        Markup("</svg>"),
        kind="lines",
        label=f"Precision over recall of {printable(one.name, 60)}",
    )


def trade_off(points: Sequence[AtThreshold]) -> Markup:
    """Found boxes and right ones over the threshold."""
    kinds = {"val": [p.recall for p in points], "train": [p.precision for p in points]}
    drawn = (
        Markup('<polyline class="{}" points="{}"/>').format(
            kind,
            " ".join(
                f"{number(100 * p.threshold)},{number(100 - 100 * value)}"
                for p, value in zip(points, values, strict=True)
            ),
        )
        for kind, values in kinds.items()
    )
    return svg(
        *_frame(),
        Markup('<svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">'),
        *drawn,
        Markup("</svg>"),
        kind="lines",
        label="Recall and precision over the threshold",
    )


def _frame() -> list[Markup]:
    lines = [line(t, "0", t, "100%", "grid") for t in _TICKS]
    lines += [line(0.0, f"{t:g}%", 100.0, f"{t:g}%", "grid") for t in _TICKS]
    lines += [text_at(t, "100%", f"{t:g}%", anchor_of(t), dy=18) for t in _TICKS]
    return lines + [text_at(0.0, f"{100 - t:g}%", f"{t:g}%", "end", dx=-8, dy=4) for t in _TICKS]

"""Several runs on one page: a picture of their figures, and of what each leads the first by."""

from collections.abc import Sequence

from markupsafe import Markup

from headstart.evaluate.comparison import Comparison
from headstart.report.axis import Axis, axis
from headstart.report.page import source_of, template_room
from headstart.stats import Interval
from headstart.task import FIGURES

KINDS = {"better": "helps", "worse": "hurts", "no evidence": "no-evidence"}
"""Classes of the style sheet by the word of a pair."""


def comparison_page(found: Comparison) -> str:
    """One HTML document that asks no network for anything; equal comparisons give equal bytes."""
    room, shares = template_room(), [entry.figure for entry in found.entries]
    leads = [pair.difference for pair in found.pairs]
    told = FIGURES.get(found.figure)
    return room.get_template("comparison.html").render(
        found=found,
        figure=told.title if told else found.figure,
        style=Markup(source_of("style.css")),
        scale=_span(shares),
        leads=_around_zero(leads),
        kinds=KINDS,
    )


def _span(intervals: Sequence[Interval]) -> Axis:
    lows, highs = zip(*((one.low, one.high) for one in intervals), strict=True)
    return axis(min(lows), min(1.0, max(highs)))


def _around_zero(intervals: Sequence[Interval]) -> Axis:
    """A scale that holds all of them and no difference."""
    lows, highs = [one.low for one in intervals], [one.high for one in intervals]
    return axis(min(0.0, *lows, 0.0), max(0.0, *highs, 0.0))

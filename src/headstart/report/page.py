"""A report as one page.

Every string of a report comes from data, so it is hostile: the template escapes all of them, and
control and direction characters are spelled out before that. No string of a report is ever read
as a template, a style or a script.
"""

import base64
import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby, zip_longest

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from headstart.evaluate import Arm, Curve, Fact, Report, Shown
from headstart.evaluate.metrics import Scores
from headstart.evaluate.summary import Summary
from headstart.events import span
from headstart.hostile import printable
from headstart.report import figures
from headstart.report.axis import Axis, axis
from headstart.report.boxes import box_section
from headstart.report.confusion import cells_of, picked, worst_pairs
from headstart.report.pictures import DOUBTED_BYTES, kept_of, pictures_of
from headstart.stats import Interval
from headstart.task import FIGURES, task_type
from headstart.task_names import LabelForm, task_of

_OF_BOXES = task_type(task_of(LabelForm.BOXES)).own_figures
_SAMPLES = 24
_MISTAKES = 24
_SMALL = 15  # classes that a table of cells has room for
_LINES = 200  # of one list of facts; run folders hold the rest


def page(report: Report, summary: Summary | None = None) -> str:
    """One self-contained HTML document; equal reports give equal bytes.

    It asks no network for anything: its policy forbids that, styles and pictures are inside, and
    the only script is named by its hash. Each picture is inside once, however often it appears.
    Pictures beyond 2.1 MB in all are left out, mistakes last, and the page says how many.
    """
    room = template_room()
    script = source_of("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    kept = kept_of(report.shown)
    style, pictures = pictures_of(report.shown, kept)
    grid = cells_of(report, kept)
    return room.get_template("page.html").render(
        report=report,
        **_said_first(summary),
        classes=[row.name for row in report.classes],
        thing=report.scores.unit,
        things=report.scores.units,
        n=sum(map(sum, report.confusion)) or max(map(_rows_of, report.arms), default=0),
        figures=_figures(report.scores),
        figure=_figures(report.scores)[0][0],
        bullseye=figures.scatter(report.scores.values),
        policy=f"default-src 'none'; img-src data:; media-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        style=Markup(source_of("style.css") + style),
        script=Markup(script),
        pictures=pictures,
        **_looked_at(report, kept, pictures),
        grid=grid,
        pairs=worst_pairs(grid),
        picked=picked(grid, len(report.classes)),
        open_cells={place for place, cell in grid.items() if cell.examples},
        scale=_scale(report.arms),
        **_learned_from(report.arms),
        chosen=_chosen(report),
        **_before(report),
        curves=[_drawn(curve) for curve in report.curves if curve.epochs],
        grown=_grown(report),
        facts=_sections(report.facts),
        small=len(report.classes) <= _SMALL,
        most=max((row.train + row.val + row.test for row in report.classes), default=0),
        lines=_LINES,
    )


def _said_first(summary: Summary | None) -> dict[str, object]:
    """The user's own question and what would help next, and the pictures of doubted labels."""
    shown = summary.doubts.shown if summary else ()
    style, doubted = pictures_of(shown, kept_of(shown, DOUBTED_BYTES), "d")
    return {"summary": summary, "doubted": doubted, "doubted_style": Markup(style)}


def _figures(scores: Scores) -> list[tuple[str, bool, Interval]]:
    """Titles, whether they are shares, and the figures; the main one first."""
    known = {**FIGURES, **_OF_BOXES} if scores.boxes else FIGURES
    return [(known[name].title, known[name].share, one) for name, one in scores.figures.items()]


def _looked_at(
    report: Report, kept: frozenset[int], pictures: Mapping[int, str]
) -> dict[str, object]:
    """Which examples are shown where."""
    shown, beside = report.shown, report.scores.graded
    return {
        "clips": {i: _link(*one.beside.clip) for i, one in enumerate(shown) if one.beside.clip[1]},
        "left_out": len(shown) - len(kept),
        "boxes": _boxes(report, pictures),
        "samples": [] if beside else _samples(shown, kept),
        "mistakes": [] if beside else _mistakes(shown, kept),
        "written": _spread(shown) if beside else [],
        "weighed": any(one.beside.words for one in shown),
    }


def _boxes(report: Report, pictures: Mapping[int, str]) -> Markup:
    """The section on boxes, where answers are such."""
    found = report.scores.boxes
    drawn = [one.beside.boxes for one in report.shown]
    return box_section(template_room(), found, drawn, pictures) if found else Markup()


def _grown(report: Report) -> Markup:
    """Accuracy over the number of examples, which doubles from step to step."""
    growth = report.verdict.learning
    if growth is None:
        return Markup()
    kinds = ("val", "train")
    values = [[100 * one.value for one in curve.merit] for curve in growth.curves]
    every = [value for series in values for value in series]
    scale = axis(min(every), max(every))
    series = list(zip(kinds, values, strict=False))
    return figures.lines(series, scale, len(values[0]) - 1, "Figure over the number of examples")


@cache
def template_room() -> Environment:
    """What renders the pages of this room: it escapes all, and knows their filters."""
    room = Environment(
        loader=PackageLoader("headstart.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_plain,
    )
    room.filters |= {
        "short": _short,
        "percent": lambda share: f"{share:z.1%}",
        "count": lambda number: f"{number:,}",
        "parameters": _parameters,
        "seconds": span,
        "memory": lambda mb: f"{mb / 1000:.2f} GB" if mb >= 1000 else f"{mb:.0f} MB",
        "plain": lambda number: f"{number:.3f}" if abs(number) < 10 else f"{number:,.4g}",
        "rate": lambda rate: f"{rate:.2g}",
    }
    room.globals["draw"] = figures
    return room


def source_of(name: str) -> str:
    """A file of this room as text."""
    loader = template_room().loader
    assert loader is not None
    return loader.get_source(template_room(), name)[0]


def _plain(value: object) -> object:
    """The last thing before escaping: a string that is not markup of ours has no control left."""
    return (
        printable(value, 1200)
        if isinstance(value, str) and not isinstance(value, Markup)
        else value
    )


def _short(text: str, limit: int = 60) -> str:
    return printable(text, limit)


def _before(report: Report) -> dict[str, object]:
    """Intervals and scales of what was measured before anything was trained."""
    found = [Interval(one.predicted, one.low, one.high) for one in report.learned.ranking]
    depths = _span([one.merit for one in report.learned.knows])
    return {"ranked": found, "ranks": _span(found), "depths": depths}


def _link(mime: str, data: bytes) -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def _samples(shown: Sequence[Shown], kept: Iterable[int]) -> list[int]:
    """One of each class in turn, until there are enough."""
    by_class: dict[int, list[int]] = {}
    for i in sorted(kept):
        by_class.setdefault(shown[i].label, []).append(i)
    turns = zip_longest(*(by_class[label] for label in sorted(by_class)))
    chosen = [i for turn in turns for i in turn if i is not None][:_SAMPLES]
    return sorted(chosen, key=lambda i: (shown[i].label, i))


def _spread(shown: Sequence[Shown]) -> list[Shown]:
    """A few of them, evenly spread."""
    step = max(1, -(-len(shown) // _SAMPLES))
    return list(shown[::step])


def _mistakes(shown: Sequence[Shown], kept: Iterable[int]) -> list[int]:
    wrong = [i for i in sorted(kept) if not shown[i].right]
    return sorted(wrong, key=lambda i: -shown[i].probability)[:_MISTAKES]


def _rows_of(arm: Arm) -> int:
    return len(arm.answers)


def _learned_from(arms: Sequence[Arm]) -> dict[str, object]:
    """From how many examples the arms learned, where it is one number, and where it is not."""
    whole = [arm for arm in arms if arm.contender]
    counts, raced = sorted({arm.learned for arm in whole}), len(whole) < len(arms)
    told = ""
    if len(counts) == 1:
        told = f"Every way {'computed in full ' if raced else ''}learned from the same "
        told += f"{counts[0]:,} examples."
    elif counts:
        told = (
            f"What was trained learned from {counts[0]:,}, and left the others of "
            f"{counts[-1]:,} out to choose its rate and its epoch."
        )
    if raced:
        told += " What could not be compared with was left at a sample, and says so below its name."
    return {"learned_from": told, "uneven": raced or len(counts) > 1}


def _scale(arms: Sequence[Arm]) -> Axis:
    return _span([arm.merit for arm in arms])


def _span(intervals: Sequence[Interval]) -> Axis:
    """A scale that holds all of them."""
    lows, highs = [one.low for one in intervals], [one.high for one in intervals]
    return axis(min(lows, default=0.0), min(1.0, max(highs, default=1.0)))


def _chosen(report: Report) -> Arm | None:
    """The arm that the rest of the page is about."""
    same = [arm for arm in report.arms if arm.merit == report.scores.main]
    ours = [arm for arm in same if arm.strategy == report.learned.strategy]
    return max(ours or same, key=lambda arm: arm.transfer, default=None)


def _drawn(curve: Curve) -> Mapping[str, object]:
    """A curve's two drawings; merit is in percent."""
    train = [row.train_loss for row in curve.epochs]
    val = [row.val_loss for row in curve.epochs]
    merit = [100 * row.val_merit for row in curve.epochs]
    numbers = [row.number for row in curve.epochs]
    best = numbers.index(curve.best) if curve.best in numbers else 0
    finite = [x for x in (*train, *val) if math.isfinite(x)]
    losses = axis(0.0, max(finite, default=1.0), 4)
    known = [x for x in merit if math.isfinite(x)]
    shares = axis(min(known, default=0.0), max(known, default=100.0), 4)
    return {
        "arm": curve.arm,
        "rows": curve.epochs,
        "best": curve.epochs[best],
        "gained": curve.best in numbers,
        "loss": figures.lines([("train", train), ("val", val)], losses, best, "Loss over epochs"),
        "merit": figures.lines([("val", merit)], shares, best, "Figure over epochs"),
    }


def _sections(facts: Sequence[Fact]) -> dict[str, list[Fact]]:
    """Facts by section, sections in the order in which they first appear."""
    order = list(dict.fromkeys(fact.section for fact in facts))
    ranked = sorted(facts, key=lambda fact: order.index(fact.section))
    return {section: list(of) for section, of in groupby(ranked, key=lambda fact: fact.section)}


def _parameters(number: int) -> str:
    for size, letter in ((10**9, "B"), (10**6, "M"), (10**3, "k")):
        if number >= size:
            return f"{number / size:.3g} {letter}"
    return str(number)

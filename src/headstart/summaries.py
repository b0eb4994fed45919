"""The results of commands as lines of text; every cell is made printable."""

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from headstart.counting import counted
from headstart.events import span
from headstart.hostile import printable

Record = Mapping[str, Any]
SMALL = 0.02
"""The loss of a smaller model, as a share, that its interval must stay below to be small."""
UNFAMILIAR = 0.05
"""`head.ABOVE`, which is not imported for it."""
LISTED = 20
"""The most problems that `check` shows; `--json` has all of them."""


def ended(path: Path, metrics: Record) -> list[str]:
    """The end of a run: figure, verdict, arms, suggestions, and the place of its files."""
    verdict, figure = metrics["verdict"], metrics["figure"]
    test, sentence = metrics["test"][figure], verdict.get("sentence")
    first = metrics.get("answer") or f"{figure} {test['value']:z.1%} {_tested(metrics)}"
    told = printable(path, 1000)
    return [
        f"{printable(first, 1000)}; on others like them expect {_bounds(test)}",
        *_sure(metrics.get("sure")),
        "",
        printable(sentence or f"Transfer: {verdict['word']}", limit=1000),
        *(printable(line, limit=1000) for line in verdict.get("cautions", ())),
        *_moved(metrics["frozen"]),
        "",
        *_ways(metrics),
        "",
        *_next(metrics.get("next") or ()),
        f"report:  {printable(path / 'report.html', 1000)}",
        f"predict: headstart predict {shlex.quote(told)} {metrics.get('use', 'FILES')}",
    ]


def _sure(sure: Record | None) -> list[str]:
    """The number of sure answers, and how often they are right."""
    if not sure or not sure["right"] or sure["count"] == sure["of"]:
        return []
    right = sure["right"]
    told = (
        f"sure of {sure['count']:,} of {sure['of']:,}, and right in {right['value']:z.1%} of those"
    )
    return [f"{told} ({_bounds(right)})"]


def _ways(metrics: Record) -> list[str]:
    """The table of arms, judged on the same examples."""
    figure = metrics["figure"]
    rows = [("tried", figure, "95% interval", "CPU")]
    for arm in metrics["arms"]:
        found, cost = arm[figure], span(arm["cost"]["cpu_s"])
        rows.append((arm["name"], f"{found['value']:z.1%}", _bounds(found), cost))
    tested = f"{_tested(metrics)}"
    return [*columns(rows), tested, *spread_told(metrics.get("spread", {}))]


def _next(steps: Sequence[Record]) -> list[str]:
    """The suggestions, each with its gain and command."""
    lines = ["what would help next:"] if steps else []
    for number, step in enumerate(steps, 1):
        lines.append(f"  {number}. {printable(step['what'], 300)}: {printable(step['gain'], 300)}")
        lines += [f"     {printable(step['why'], 500)}", f"     {printable(step['command'], 2000)}"]
    return [*lines, ""] if steps else []


def _moved(frozen: Record) -> list[str]:
    """A warning where frozen parts changed; nothing otherwise."""
    if not frozen["changed"]:
        return []
    return [f"{frozen['changed']} of {frozen['tensors']} frozen tensors changed: train it again"]


def _tested(metrics: Record) -> str:
    """On how many examples, and what the model learned from."""
    n, folds = metrics["n"], metrics.get("folds", 1)
    if folds == 1:
        return f"on {n['test']:,} test examples, {_learned(metrics['arms'], n['train'] + n['val'])}"
    return f"on {n['tested']:,}, each tested once, in {folds} folds; the model learned from all"


def _learned(arms: Sequence[Record], whole: int) -> str:
    """From how many the ways learned; what was trained left some out to choose its epoch by."""
    fewer = [arm for arm in arms if arm.get("learned_from", whole) < whole]
    if not fewer:
        return f"learned from {whole:,}"
    names: dict[int, list[str]] = {}
    for arm in fewer:
        names.setdefault(arm["learned_from"], []).append(printable(arm["name"], 80))
    told = [f"{', '.join(each)} from {some:,}" for some, each in names.items()]
    return "; ".join([f"learned from {whole:,}", *told])


def spread_told(spread: Record) -> list[str]:
    """How much luck is in one draw of the rows, where that was measured."""
    found = spread.get("figures", ())
    if len(found) < 2:
        return []
    return [f"{spread['what']}: {min(found):z.1%} to {max(found):z.1%}"]


def audited(summary: Sequence[str], problems: Sequence[Record]) -> list[str]:
    """What an audit found, the first problems by name."""
    rows = [(p["code"], p["kind"], p["name"], p["reason"]) for p in problems[:LISTED]]
    more = f"… and {len(problems) - LISTED:,} more; --json FILE has all"
    rest = [more] if len(problems) > LISTED else []
    return [*(printable(line, 1000) for line in summary), *columns(rows), *rest]


def predicted(records: Sequence[Record]) -> list[str]:
    """One line a file: its name, what it is said to be, what that was given, and any doubt; then
    the likeliest classes, where they were asked for.
    """  # noqa: D205 - one sentence
    return columns([(one["file"], one["label"], *_trust(one), _likeliest(one)) for one in records])


def _likeliest(one: Record) -> str:
    top = [f"{each['label']} {each['probability']:z.1%}" for each in one.get("top", ())]
    return ", ".join(top)


def compressed(record: Record, place: Path) -> list[str]:
    """What each way saves and loses, in a table; what was taken, in a sentence."""
    size, ms, lost = record["bytes"], record["ms"], record["lost"]
    rows = [("way", "MB", "CPU ms", "score", "95% interval", "lost", "95% interval")]
    for one in record["tried"]:
        score, gone = one["score"], one["lost"]
        points = [f"{100 * gone[name]:+z.1f}" for name in ("value", "low", "high")]
        told = (points[0], f"{points[1]} to {points[2]}") if len(rows) > 1 else ("", "")
        takes = (f"{one['bytes'] / 1e6:.1f}", f"{one['ms']:.1f}")
        rows.append((one["way"], *takes, f"{score['value']:z.1%}", _bounds(score), *told))
    fits = "loses less" if lost["high"] < SMALL else "is not known to lose less"
    taken = f"{record['way']}: {size['after'] / size['before']:.2f} of the bytes, "
    taken += f"{ms['after'] / ms['before']:.2f} of the time; it {fits} than 2 points, "
    taken += f"with 95% confidence; {record['same']:.1%} of {record['rows']:,} test rows get the "
    taken += "same answer"
    left_out = [f"left out, {printable(line, 500)}" for line in record["left_out"]]
    return [*columns(rows), "", *left_out, printable(taken, 500), f"written: {printable(place)}"]


def answered(
    records: Sequence[Record], notes: Sequence[str], passed: Sequence[str], out: Path | None
) -> list[str]:
    """Answers, or where they are; what was passed over; at the end what could not be read."""
    fine = [one for one in records if one["label"] is not None]
    broken = [one for one in records if one["label"] is None]
    lines = [printable(note, 500) for note in notes]
    lines += (
        [f"{counted(len(fine), 'answer')} in {printable(out, 1000)}"] if out else predicted(fine)
    )
    if passed:
        shown = "; ".join(printable(one, 200) for one in passed[:5])
        lines.append(f"passed over: {len(passed):,} ({shown}{'; …' if len(passed) > 5 else ''})")
    if broken:
        lines.append(f"not answered: {len(broken):,} of {len(records):,}")
        lines += [f"  {printable(one['file'])}: {_why(one['error'])}" for one in broken]
    return lines


def _why(error: Record) -> str:
    """Why one thing has no answer, in a line."""
    why = f": {error['why']}" if error["why"] else ""
    return printable(f"{error['code']} {error['what']}{why}", 500)


def listed(records: Sequence[Record]) -> list[str]:
    """One line a backbone; the default is marked."""
    rows = [("name", "input", "MB", "origin", "license", "place")]
    for one in records:
        name = f"{one['name']} (default)" if one["default"] else one["name"]
        size = f"{one['megabytes']:.1f}"
        rows.append((name, one["kind"], size, one["origin"], one["license"], one["place"]))
    return columns(rows)


def ranked(records: Sequence[Record]) -> list[str]:
    """One line a candidate, best first, and why the first is the first."""
    rows = [("backbone", "predicted", "95%", "ms", "parameters", "prior", "license")]
    for one in records:
        interval = f"{one['low']:z.1%} to {one['high']:z.1%}"
        prior = "-" if one["prior"] is None else f"{one['prior']:+z.1f}"
        size = f"{one['params'] / 1e6:.1f}M"
        cost = f"{one['ms_per_item']:.1f}"
        name = one["backbone"]
        rows.append((name, f"{one['predicted']:z.1%}", interval, cost, size, prior, one["license"]))
    first = records[0]
    return [*columns(rows), "", f"start from {printable(first['backbone'])}: {first['why']}"]


def demonstrated(records: Sequence[Record]) -> list[str]:
    """Three answers, each with what it is about; then what to type for data of one's own."""
    titles = ("photographs", "100 of each digit", "20 of each digit, with destroyed weights")
    lines = list[str]()
    for title, one in zip(titles, records, strict=True):
        verdict = one["verdict"]
        lines += [f"{title}: {verdict['word']}", f"  {printable(one.get('answer') or '', 300)}"]
        lines += [f"  {printable(verdict.get('sentence') or '', 1000)}"]
        lines += [f"  report: {printable(Path(one['path']) / 'report.html', 1000)}", ""]
    return [*lines, "next, pictures of your own in a folder a class: headstart train photos/"]


def run_list(records: Sequence[Record]) -> list[str]:
    """One line a run; of one that has not ended, that."""
    if not records:
        return ["no runs here"]
    rows = [("run", "test", "95% interval", "transfer", "backbone", "trained", "CPU")]
    for one in records:
        begun = (one["path"], "not ended", "", "", one["backbone"], one["strategy"], "")
        if one["ended"]:
            value = f"{one['figure']} {one['value']:z.1%}"
            told = (one["verdict"], one["backbone"], one["strategy"], span(one["cpu_s"]))
            rows.append((one["path"], value, _bounds(one), *told))
        else:
            rows.append(begun)
    return columns(rows)


def compared(record: Record, out: Path | None = None) -> list[str]:
    """Runs beside each other; then each against the first, on the rows that both answered."""
    rows = [("run", record["figure"], "95% interval", "over the yardstick", "CPU")]
    for one in record["runs"]:
        ahead = f"{_points(one['ahead'])}, {one['word']}" if one["ahead"] else "-"
        figure = one["figure"]
        cost = span(one["cpu_s"])
        rows.append((one["name"], f"{figure['value']:z.1%}", _bounds(figure), ahead, cost))
    pairs = [("against " + record["runs"][0]["name"], "points", "95% interval", "", "test rows")]
    for pair in record["pairs"]:
        points = [f"{100 * pair[name]:+z.1f}" for name in ("difference", "low", "high")]
        shared = f"{pair['rows']:,}"
        pairs.append((pair["run"], points[0], f"{points[1]} to {points[2]}", pair["word"], shared))
    yardstick = (
        f'the yardstick is "{printable(record["yardstick"])}"' if record["yardstick"] else ""
    )
    told = [*(printable(note, 500) for note in record["notes"]), yardstick]
    told += [f"written: {printable(out, 1000)}"] if out else []
    beside = ["", *columns(pairs)] if record["pairs"] else []
    return [*columns(rows), *beside, "", *filter(None, told)]


def _points(found: Record) -> str:
    low, high = 100 * found["low"], 100 * found["high"]
    return f"{100 * found['value']:+z.1f} ({low:+z.1f} to {high:+z.1f})"


def planned(record: Record) -> list[str]:
    """What will be done, a line each, and what it will take."""
    rows = [("step", "time", "by")]
    rows += [(step["what"], span(step["seconds"]), step["by"]) for step in record["steps"]]
    return [printable(record["told"], 1000), "", *columns(rows)]


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Cells in columns, as wide as their text is on a terminal."""
    from rich.cells import cell_len

    table = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(c + " " * (w - cell_len(c)) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def _trust(one: Record) -> tuple[str, ...]:
    familiar = one.get("familiar")
    doubts = ["" if one["sure"] else "not sure"]
    if familiar is not None and familiar <= UNFAMILIAR:
        doubts.append("unlike most of what it learned from")
    doubt = ", ".join(filter(None, doubts))
    if one["value"] is not None:
        return f"{one['low']:.6g} to {one['high']:.6g}", doubt
    return f"{one['probability']:z.1%}", doubt


def _bounds(interval: Record) -> str:
    return f"{interval['low']:z.1%} to {interval['high']:z.1%}"

"""Pictures about which an audit lists something, as a page shows them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from headstart.data import Audit, BoxTruth, Problem
from headstart.errors import HeadstartError
from headstart.evaluate.boxes import DrawnBox
from headstart.hostile import printable
from headstart.modality import Image, size_of
from headstart.report.audit_page import FaultyPicture

MOST = 60
"""Pictures that are shown, at most."""
SEEN = Image(size_px=288, crop_pct=1.0, crop_mode="border")
"""How they are shown: whole, in a square."""


def faulty_pictures(audit: Audit, most: int = MOST) -> tuple[FaultyPicture, ...]:
    """The first pictures that problems name, those with listed boxes before the others.

    Pictures that can't be read are passed over: there is nothing to show.
    """
    if audit.found.holds != "files":
        return ()
    listed = defaultdict[str, list[Problem]](list)
    for problem in audit.problems:
        listed[problem.name].append(problem)
    examples = audit.found.examples
    names = [printable(examples.name(row)) for row in range(len(examples))]
    rows = [row for row, name in enumerate(names) if name in listed]
    rows.sort(key=lambda row: all(problem.box is None for problem in listed[names[row]]))
    shown = list[FaultyPicture]()
    for row in rows:
        if len(shown) == most:
            break
        try:
            shown.append(_picture(audit, row, listed[names[row]]))
        except HeadstartError:
            continue
    return tuple(shown)


def _picture(audit: Audit, row: int, problems: Sequence[Problem]) -> FaultyPicture:
    source = audit.found.examples.sources[row]
    mime, data = SEEN.show(SEEN.read(source))
    boxes = [*_kept(audit, row, problems), *((p.box, "fault", p.reason) for p in problems if p.box)]
    corners = np.array([box for box, *_ in boxes], float).reshape(-1, 4)
    placed = SEEN.frame(size_of(source)).inside(corners) / SEEN.size_px if boxes else corners
    drawn = tuple(
        DrawnBox((x0, y0, x1, y1), kind, told)
        for (x0, y0, x1, y1), (_, kind, told) in zip(placed.tolist(), boxes, strict=True)
    )
    told = tuple(problem.reason for problem in problems)
    return FaultyPicture(problems[0].name, mime, data, told, drawn)


def _kept(
    audit: Audit, row: int, problems: Sequence[Problem]
) -> Iterator[tuple[tuple[float, ...], str, str]]:
    """The picture's boxes that nothing is listed about."""
    truth = audit.found.examples.truth
    if not isinstance(truth, BoxTruth):
        return
    listed = {problem.box for problem in problems}
    held = truth.boxes[row]
    for corners, label in zip(held.corners.tolist(), held.labels.tolist(), strict=True):
        if tuple(corners) not in listed:
            yield tuple(corners), "hit", truth.names[label]

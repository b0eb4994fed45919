"""What an audit found, on one page, with the pictures that it is about."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from headstart.data import Audit
from headstart.evaluate.boxes import DrawnBox
from headstart.report.boxes import overlay
from headstart.report.page import source_of, template_room

LINES = 500
"""Problems that are listed, at most; `--json` writes all."""


@dataclass(frozen=True, eq=False)
class FaultyPicture:
    """A picture, what is wrong about it, and its boxes: a "fault" is listed, a "hit" is kept."""

    name: str
    mime: str
    data: bytes
    told: tuple[str, ...]
    boxes: tuple[DrawnBox, ...] = ()


def audit_page(audit: Audit, pictures: Sequence[FaultyPicture]) -> str:
    """One HTML document that asks no network for anything; equal audits give equal bytes."""
    rules = (
        f".p{i}{{background-image:url(data:{one.mime};base64,{base64.b64encode(one.data).decode()})}}"
        for i, one in enumerate(pictures)
    )
    named = {problem.name for problem in audit.problems}
    return (
        template_room()
        .get_template("audit.html")
        .render(
            audit=audit,
            lines=audit.lines(),
            listed=audit.problems[:LINES],
            unlisted=max(0, len(audit.problems) - LINES),
            pictures=pictures,
            unseen=len(named) - len({one.name for one in pictures}),
            marked=any(one.boxes for one in pictures),
            overlay=overlay,
            style=Markup(source_of("style.css")) + Markup("\n").join(map(Markup, rules)),
        )
    )

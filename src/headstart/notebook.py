"""What a notebook shows: results as tables that take the page's colors, and progress in one block.

All text may hold names from data: it is made printable and escaped. Nothing here imports IPython
unless it runs already.
"""

import html
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from headstart.events import Event, span
from headstart.hostile import printable

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")
_LINE = "1px solid color-mix(in srgb, currentColor 25%, transparent)"
_TABLE = "border-collapse:collapse;color:inherit;background:transparent"
_CELL = f"text-align:left;padding:2px 12px 2px 0;border:0;border-bottom:{_LINE}"
_EVERY_S = 0.2
_NOTES = 12
_LONGEST = 1000


def block(title: str, lines: Sequence[str] = (), rows: Sequence[Sequence[object]] = ()) -> str:
    """HTML of a title, lines below it, and a table whose first row has the names.

    No color is fixed, so that it can be read on light and on dark pages.
    """
    told = [f"<div><b>{escaped(title)}</b></div>"] if title else []
    told += [f"<div>{escaped(line)}</div>" for line in lines if line]
    return f'<div style="color:inherit">{"".join(told)}{_table(rows)}</div>'


def escaped(text: object) -> str:
    """Text as HTML shows it, with control characters spelled out."""
    return html.escape(printable(str(text), limit=_LONGEST))


def _table(rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return ""
    head, *others = rows
    names = "".join(f'<th style="{_CELL}">{escaped(cell)}</th>' for cell in head)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{escaped(cell)}</td>' for cell in row) + "</tr>"
        for row in others
    )
    return f'<table style="{_TABLE}"><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>'


@dataclass(frozen=True)
class ReportPage:
    """A page in a file, which a notebook shows in a frame of its own."""

    path: Path

    def __fspath__(self) -> str:
        return os.fspath(self.path)

    def __str__(self) -> str:
        return str(self.path)

    def _repr_html_(self) -> str:
        try:
            text = self.path.read_text(encoding="utf-8")
        except OSError:
            return block("there is no page any more", [str(self.path)])
        style = f"width:100%;height:80vh;border:{_LINE}"
        frame = f'<iframe sandbox="allow-scripts" style="{style}"'
        return f'{frame} srcdoc="{html.escape(text)}"></iframe>'


def shell() -> Any:
    """IPython's shell where this is a notebook; None elsewhere, and in a terminal."""
    inside = sys.modules.get("IPython")
    found = inside.get_ipython() if inside else None
    return found if hasattr(found, "kernel") else None


class Progress:
    """Listens: one block that is written anew, with the work at hand and the last notes."""

    def __init__(self) -> None:
        from IPython.display import HTML, display

        self._html = HTML
        self._shown = display(HTML(""), display_id=True)
        self._work: dict[str, tuple[Event, float]] = {}
        self._notes: dict[str, None] = {}
        self._last = 0.0

    def __call__(self, event: Event) -> None:
        """Hear one event; steps are shown five times a second at most."""
        if event.kind == "detail" or (event.kind == "step" and not event.total):
            return
        now = time.monotonic()
        if event.kind in ("note", "warning"):
            told = f"warning: {event.what}" if event.kind == "warning" else event.what
            self._notes[told] = None
        else:
            begun = self._work.get(event.what, (event, now))[1]
            self._work[event.what] = (event, now if event.kind == "start" else begun)
        if event.kind != "step" or now - self._last >= _EVERY_S:
            self._last = now
            self._shown.update(self._html(self.html()))

    def html(self) -> str:
        """The block as it is now."""
        now = time.monotonic()
        going = [(e, begun) for e, begun in self._work.values() if e.kind != "end"]
        rows = [(event.what, _far(event), span(now - begun)) for event, begun in going]
        head = [("work", "done", "for")] if rows else []
        return block("", list(self._notes)[-_NOTES:], [*head, *rows])


def _far(event: Event) -> str:
    facts = ", ".join(
        f"{name.replace('_', ' ')} {value:.4g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in event.facts
    )
    return f"{event.done:,} of {event.total:,}" + (f" ({facts})" if facts else "")


def watched(function: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
    """The function with its progress shown in a notebook, where nobody else listens."""

    @wraps(function)
    def showing(*args: _Given.args, **options: _Given.kwargs) -> _Answer:
        if options.get("tell") is None and shell() is not None:
            options["tell"] = Progress()
        return function(*args, **options)

    return showing


def pairs(held: Mapping[str, float], most: int = 5) -> list[tuple[str, str]]:
    """The largest shares, as rows of a table.

    >>> pairs({"cat": 0.25, "dog": 0.75})
    [('dog', '75.0%'), ('cat', '25.0%')]
    """
    first = sorted(held.items(), key=lambda one: -one[1])[:most]
    return [(name, f"{share:z.1%}") for name, share in first]

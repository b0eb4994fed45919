"""The card beside an exported file: what the model is, how to ask it, and how alike it answers."""

from pathlib import Path
from typing import Any

from headstart.hostile import printable
from headstart.model import Model
from headstart.share.card import card_of
from headstart.share.parity import Parity

_LIBRARY = "library_name: headstart"
"""A line that every card of ours has."""
_LINES = 4
"""The first ones, in which that is looked for."""


def card_name(file: Path) -> str:
    """What the card beside a file is called."""
    return f"{file.stem}.md"


def is_card(place: Path) -> bool:
    """Whether a card of ours is there, which may be replaced."""
    with place.open(errors="replace") as file:
        return _LIBRARY in (file.readline(1_000).strip() for _ in range(_LINES))


def exported_card(
    model: Model, figures: dict[str, Any] | None, parity: Parity, use: tuple[str, ...]
) -> str:
    """The card of the run, with lines that say how the file is asked and what was compared."""
    spread = "of their spread" if model.task.numeric else "of a probability"
    lines = [
        "## Use",
        "",
        *use,
        "",
        "## Parity",
        "",
        f"Before it was written, {parity.rows:,} test rows went through headstart and through this",
        f"file in {printable(parity.runtime)}, each from the file that holds it.",
        "",
        "| figure | found | allowed |",
        "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in parity.table(spread)),
        "",
    ]
    return card_of(model, figures, "\n".join(lines))

"""Makes the board of a folder with its processes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from headstart.serve import Limits
from headstart.serve.limits import MB
from headstart.studio.application import BODY_MB
from headstart.studio.board import CALM_S, Board, Parts
from headstart.studio.collection import Collection
from headstart.studio.errands import Errands
from headstart.studio.looks import Looks
from headstart.studio.studio import Modules
from headstart.studio.trainer import Trainer
from headstart.studio.tryout import Tryout


def limits() -> Limits:
    """The limits of `serve`, with larger bodies for zips."""
    return Limits(body_bytes=BODY_MB * MB)


def board_of(folder: Path, modules: Modules, calm_s: float = CALM_S) -> Board:
    """The board of a folder; its processes are not started."""

    def hear(told: Mapping[str, Any]) -> None:
        board.hear(told)

    root = folder.absolute()
    parts = Parts(
        Looks(root, modules.looking),
        Trainer(root, hear, modules.training),
        Tryout(limits(), modules.worker),
        Errands(root, lambda: board.change(), modules.training),
    )
    board = Board(Collection(root), parts, calm_s)
    return board

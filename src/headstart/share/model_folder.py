"""The model folder of a run alone, as `load` reads it, at a place of its own."""

import json
import shutil
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from headstart import durable
from headstart.data import Source
from headstart.events import Tell, quiet
from headstart.model import Model
from headstart.share.end_to_end import Feed
from headstart.share.exported_card import exported_card
from headstart.share.exported_folder import exported_folder, need_room
from headstart.share.exporting import Exported
from headstart.share.loading import load
from headstart.share.parity import need_parity, parity_of
from headstart.untrusted import MANIFEST

CARD = "README.md"
_USE = ("    headstart predict FOLDER THINGS", "", "or `headstart.load(FOLDER).predict([...])`.")


def export_folder(
    folder: Path,
    sources: Sequence[Source],
    out: Path,
    tell: Tell = quiet,
    figures: dict[str, Any] | None = None,
) -> Exported:
    """Write the model in `folder` with its card, once what was copied answers as it does.

    Raises `BackboneError` where that is not so, `UsageError` where there is something at `out`.
    """
    need_room(out, "")
    model = load(folder)
    with TemporaryDirectory() as aside:
        copied = Path(aside) / "model"
        with durable.folder(copied) as temp:
            _copy(folder, temp)
        again = load(copied)
        runtime = f"headstart {version('headstart')}"
        answer = itemgetter("answers")
        parity = parity_of(model, answer, partial(_asked, again), sources, runtime, tell)
        need_parity(parity, sources)
    with durable.folder(out) as temp:
        _copy(folder, temp)
        durable.write(temp / CARD, exported_card(model, figures, parity, _USE))
    return exported_folder(out, parity)


def _asked(again: Model, source: Source) -> list[Feed]:
    """What the copy answers, which stands in for what a runtime would be given."""
    return [{"answers": again.answers([source])}]


def _copy(folder: Path, to: Path) -> None:
    """The files that the manifest names, whose digests were compared when the model was loaded."""
    for one in json.loads((folder / MANIFEST).read_bytes())["files"]:
        (to / one["name"]).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / one["name"], to / one["name"])

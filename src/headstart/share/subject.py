"""What is published: a model with its figures, or a backbone alone."""

import getpass
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyarrow import parquet

from headstart import untrusted
from headstart.backbone import LANGUAGE, Backbone, read_backbone
from headstart.backbone.hub import repository_of
from headstart.backbone.places import FACTS
from headstart.backbone.vision import hub_id, timm_call
from headstart.errors import BackboneError, HeadstartError
from headstart.hostile import printable
from headstart.model import Model
from headstart.share.leaks import own_paths
from headstart.share.loading import FACTS as MODEL_FACTS
from headstart.share.loading import load

_RUN, _FIGURES, _ANSWERS = "run.json", "metrics.json", "predictions.parquet"
_HUB = {LANGUAGE: f"sentence-transformers/{LANGUAGE}"}


@dataclass(frozen=True, eq=False)
class Subject:
    """What is published."""

    backbone: Backbone
    model: Model | None
    """None for a backbone alone."""
    figures: dict[str, Any] | None
    """The content of `metrics.json`; None without one."""
    base: str
    """The backbone that training started from, as the hub names it; empty for fresh weights."""
    own: frozenset[str]
    """Words that must not be published: paths, names of examples."""


def subject_at(place: Path) -> Subject:
    """The run, model or backbone in a folder. Raises `BackboneError`."""
    if (place / FACTS).exists() and not (place / MODEL_FACTS).exists():
        return Subject(read_backbone(place), None, None, "", own_paths(place))
    model = load(place)  # tells what is wrong with a run
    run, figures = _record(place / _RUN), _record(place / _FIGURES)
    if not figures:
        raise BackboneError(
            "M492",
            "there is a model, and nothing says how good it is",
            "headstart publish RUN TARGET, with the run's folder",
            where=printable(place),
        )
    base = "" if figures.get("chosen") == "scratch" else _base(run, model.backbone)
    return Subject(model.backbone, model, figures, base, own_paths(place) | _names(place, run))


def _record(path: Path) -> dict[str, Any]:
    """The content of a run's JSON file; empty where it can't be read."""
    try:
        return untrusted.record_in(path, untrusted.MOST_PLAIN)
    except (OSError, ValueError):
        return {}


def _base(run: dict[str, Any], backbone: Backbone) -> str:
    """The backbone's name on the hub where it has one, else its own, without paths."""
    settings = run.get("settings") or {}
    asked = str((run.get("backbone") or {}).get("name") or backbone.name).partition("=")[0]
    name = backbone.name if os.sep in asked and not repository_of(asked) else asked
    if name in _HUB or repository_of(name):
        return _HUB.get(name) or repository_of(name)
    if settings.get("weights") or timm_call(backbone.architecture) is None:
        return name
    try:
        return hub_id(backbone.architecture) or name if name == backbone.name else name
    except HeadstartError:
        return name


def _names(place: Path, run: dict[str, Any]) -> frozenset[str]:
    """Names of examples and paths in a run's files, and the user's name."""
    settings = run.get("settings") or {}
    paths = [str(settings.get(name) or "") for name in ("backbone", "weights")]
    found = {word for path in paths if os.sep in path for word in own_paths(path)}
    if (table := place / _ANSWERS).is_file():
        names = parquet.read_table(table, columns=["name"])["name"].to_pylist()
        found |= {name for name in names if "." in name or os.sep in name}
    with suppress(OSError, KeyError):  # a user that the system has no name for
        found.add(f"{os.sep}{getpass.getuser()}{os.sep}")
    return frozenset(found)

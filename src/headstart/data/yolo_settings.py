"""A data.yaml: names of classes and places of the parts, as YOLO's tools write them."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from headstart.data.annotations import number_in, part_in
from headstart.data.encodings import decoded
from headstart.errors import DataError
from headstart.hostile import printable
from headstart.untrusted import Damaged, content

if TYPE_CHECKING:
    from yaml import SafeLoader

_PARTS = ("train", "val", "valid", "test")
_LONGEST = 200
_NOTHING = ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True)
class YoloSettings:
    """What a data.yaml says."""

    file: Path | None = None
    names: Mapping[int, str] = field(default_factory=dict)
    parts: Mapping[str, tuple[Path, ...]] = field(default_factory=dict)
    """Folders of pictures, or lists of them, by part; may say none."""
    keypoints: int = 0
    """How many numbers follow each box, for keypoints."""


def yolo_settings(file: Path, root: Path) -> YoloSettings | None:
    """What a YAML file says; None where it is no YOLO file. Raises `DataError`."""
    import yaml  # here: most data needs no YAML

    try:
        held = yaml.load(decoded(content(file))[0], Loader=_loader())
    except (yaml.YAMLError, Damaged, ValueError, OSError, RecursionError) as error:
        raise DataError(
            "D221", "this YAML file cannot be read", "mend it, or take it out",
            printable(file), printable(error),
        ) from error  # fmt: skip
    if not isinstance(held, dict) or not ("names" in held or "nc" in held):
        return None
    parts = [part for part in _PARTS if held.get(part, "") not in _NOTHING]
    if not parts and "names" not in held:
        return None
    path = held.get("path")
    above = [file.parent / path] if isinstance(path, str) else []
    places: dict[str, tuple[Path, ...]] = {}
    for part in parts:
        told = held[part] if isinstance(held[part], list) else [held[part]]
        some = tuple(
            _place(name, [*above, file.parent], root) for name in told if isinstance(name, str)
        )
        places["val" if part == "valid" else part] = some
    return YoloSettings(file, _names(held.get("names"), file), places, _keypoints(held))


def _loader() -> type["SafeLoader"]:
    """For scalars as they are written: a class may be called no, or 007."""
    from yaml import SafeLoader

    return type("Words", (SafeLoader,), {"yaml_implicit_resolvers": {}})


def _keypoints(held: Mapping[str, object]) -> int:
    """Of kpt_shape: [17, 3], the product."""
    told = held.get("kpt_shape")
    numbers = [number_in(cell) for cell in told] if isinstance(told, list) else []
    if len(numbers) != 2 or numbers[0] is None or numbers[1] is None:
        return 0
    return int(numbers[0] * numbers[1])


def _names(told: object, file: Path) -> dict[int, str]:
    if told is None or told in _NOTHING:
        return {}
    pairs = (
        told.items()
        if isinstance(told, dict)
        else enumerate(told if isinstance(told, list) else [])
    )
    try:
        found = {int(key): str(name) for key, name in pairs}
    except (TypeError, ValueError):
        found = {}
    if not found:
        raise DataError(
            "D222", "names of classes are neither a list nor a mapping of numbers to names",
            "write names: [cat, dog], or names: {0: cat, 1: dog}", printable(file),
        )  # fmt: skip
    return found


def _place(name: str, above: Sequence[Path], root: Path) -> Path:
    """Where a part lies: exports write "../train/images" for what lies beside the file.

    Of paths of other machines the end counts, but for what comes before the name of a part.
    """
    spelled = name.replace("\\", "/")
    tries = [spelled, spelled.removeprefix("../"), spelled.removeprefix("/")]
    words = [word for word in spelled.split("/") if word not in ("", ".", "..")]
    meant = [i for i, word in enumerate(words) if part_in(word)]
    last = meant[0] if meant else len(words) - 1
    tries += ["/".join(words[i:]) for i in range(last + 1)]
    for each in tries:
        for folder in (*above, root):
            path = folder / each
            if os.path.exists(path) and path.resolve().is_relative_to(root.resolve()):  # noqa: PTH110 - Path's fails for names that are too long
                return path.resolve()
    return above[-1] / spelled.replace("\0", "")[:_LONGEST]

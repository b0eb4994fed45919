"""Model folders as a stranger may send them: changed in one place, by a seeded draw.

Half of the changes are sealed by a fresh manifest, as whoever changed the folder would.
"""

import json
import os
import random
import shutil
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.errors import HeadstartError
from headstart.share import load

DEEP = "DEEP"
VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 3, 7, 10**6, 10**9, 10**18, 1.5, 1e308, float("nan"), -float("inf")),
    *("", "x", "../x", "/dev/zero", [], [1], [-1] * 3, ["x"] * 3, {}, {"a": 1}, DEEP),
)
Change = Callable[[Path, random.Random], str]


@dataclass(frozen=True)
class Outcome:
    """What came of reading a folder and asking its model."""

    code: str
    """Of the error; empty where the model answered."""
    exit_code: int
    told: str


def read(folder: Path, asked: list[Any]) -> Outcome:
    """Load and predict, as the command does; a bare exception is X100."""
    try:
        found = load(folder).predict(asked)
    except HeadstartError as error:
        return Outcome(error.code, error.exit_code, str(error))
    except Exception as error:  # whatever it is, it is the finding
        return Outcome("X100", 1, f"{type(error).__name__}: {error}")
    return Outcome("", 0, json.dumps([(one.label, one.probabilities) for one in found]))


def wrong(outcome: Outcome, plain: Outcome, *, sealed: bool) -> str:
    """What is wrong with an outcome; empty where it is right.

    A folder that is sealed anew is another model, and may answer as it likes, in numbers that are
    some; one that is not must be refused or be what it was.
    """
    if outcome.code:
        return "" if outcome.exit_code in (5, 7) else f"{outcome.code} {outcome.told[:300]}"
    if not sealed and outcome != plain:
        return f"BELIEVED {outcome.told[:200]}"
    return "BELIEVED not finite" if "NaN" in outcome.told or "Infinity" in outcome.told else ""


def seal(folder: Path) -> None:
    """Write the manifest anew; what can't be read is named with no bytes."""
    told = []
    for path in sorted(folder.iterdir()):
        if path.name != durable.MANIFEST:
            plain = path.is_file() and not path.is_symlink() and path.stat().st_size < 2**30
            digest = durable.sha256(path) if plain else "0" * 64
            told.append({"name": path.name, "size": path.lstat().st_size, "sha256": digest})
    place = folder / durable.MANIFEST
    if place.is_dir() or place.is_symlink() or not place.exists() or place.is_file():
        if place.is_dir():
            return
        place.unlink(missing_ok=True)
        place.write_text(json.dumps({"files": told}))


def changed(base: Path, at: Path, seed: int) -> tuple[str, bool]:
    """Copy a model folder and change it; what was changed, and whether it was sealed anew."""
    draw = random.Random(seed)
    shutil.copytree(base, at)
    change, sealed = draw.choice(CHANGES), draw.random() < 0.6
    what = change(at, draw)
    sealed = (sealed or change is _aimed) and not what.startswith("manifest")
    if sealed:
        seal(at)
    return f"{what}{' sealed' if sealed else ''}", sealed


def _paths(found: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(found, list):
        found = dict(enumerate(found[:500]))
    for key, value in found.items() if isinstance(found, dict) else ():
        yield from _paths(value, (*path, key))


def _changed(found: Any, draw: random.Random) -> tuple[Any, str]:
    """One field taken away, or another value in its place."""
    where = draw.choice(list(_paths(found)) or [()])
    value = draw.choice((*VALUES, "GONE"))
    if not where:
        return value, f"all = {value!r}"
    inner = found
    for key in where[:-1]:
        inner = inner[key]
    if value == "GONE":
        del inner[where[-1]]
    else:
        inner[where[-1]] = value
    return found, f"{'.'.join(map(str, where))[-60:]} = {value!r}"


def _text(found: Any) -> str:
    return json.dumps(found).replace(f'"{DEEP}"', "[" * 50_000 + "]" * 50_000)


def _field(folder: Path, draw: random.Random) -> str:
    names = [p.name for p in sorted(folder.glob("*.json")) if p.name != durable.MANIFEST]
    place = folder / draw.choice(names)
    found, what = _changed(json.loads(place.read_text()), draw)
    place.write_text(_text(found))
    return f"{place.name}: {what}"


def _config(folder: Path, draw: random.Random) -> str:
    """A field of the configuration that transformers is given; of another network, a setting."""
    place = folder / "backbone.json"
    record = json.loads(place.read_text())
    if "config" not in record["settings"]:
        record["settings"], what = _changed({"words": 6000, **record["settings"]}, draw)
    else:
        config, what = _changed(json.loads(record["settings"]["config"]), draw)
        record["settings"]["config"] = _text(config)
    place.write_text(_text(record))
    return f"configuration: {what}"


def _manifest(folder: Path, draw: random.Random) -> str:
    place = folder / durable.MANIFEST
    found, what = _changed(json.loads(place.read_text()), draw)
    place.write_text(_text(found))
    return f"manifest.json: {what}"


def _bits(folder: Path, draw: random.Random) -> str:
    place = draw.choice([p for p in sorted(folder.iterdir()) if p.stat().st_size])
    raw = bytearray(place.read_bytes())
    most = len(raw) if draw.random() < 0.5 else min(len(raw), 4000)  # headers, too
    for _ in range(draw.choice((1, 1, 8))):
        raw[draw.randrange(most)] ^= 1 << draw.randrange(8)
    place.write_bytes(raw)
    return f"{place.name}: bits"


def _size(folder: Path, draw: random.Random) -> str:
    place, how = draw.choice(sorted(folder.iterdir())), draw.choice(("cut", "longer", "empty"))
    raw = place.read_bytes()
    kept = raw + b"\0" * 9 if how == "longer" else raw[: draw.randrange(len(raw))] * (how == "cut")
    place.write_bytes(kept)
    return f"{place.name}: {how}"


def _header(folder: Path, draw: random.Random) -> str:
    place = draw.choice(sorted(folder.glob("*.safetensors")))
    raw = place.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    found, what = _changed(json.loads(raw[8 : 8 + length]), draw)
    told = _text(found).encode()
    place.write_bytes(struct.pack("<Q", len(told)) + told + raw[8 + length :])
    return f"{place.name}: {what}"


def _kind(folder: Path, draw: random.Random) -> str:
    """No regular file where one was."""
    place = draw.choice(sorted(folder.iterdir()))
    aside = folder.parent / f"{folder.name}-aside"
    place.rename(aside)
    how = draw.choice(("link", "device", "pipe", "folder", "gone", "sparse", "loop"))
    if how in ("link", "device", "loop"):
        place.symlink_to({"link": aside, "device": Path("/dev/zero"), "loop": place}[how])
    elif how == "pipe":
        os.mkfifo(place)
    elif how == "folder":
        place.mkdir()
    elif how == "sparse":
        with place.open("wb") as file:
            file.truncate(1 << 40)
    return f"{place.name}: {how}"


def _more(folder: Path, draw: random.Random) -> str:
    name = draw.choice(("adapter_config.json", "config.json", "x.py", "writer.safetensors", "big"))
    with (folder / name).open("wb") as file:
        file.write(b'{"auto_map": {"AutoModel": "x.Y"}, "base_model_name_or_path": "a/b"}')
        file.truncate(1 << 40 if name == "big" else 90)
    return f"{name}: more"


AIMED: tuple[tuple[str, tuple[str, ...], Any], ...] = (
    ("manifest.json", ("files", "0", "name"), "/dev/zero"),
    ("manifest.json", ("files", "0", "name"), "../aside"),
    ("manifest.json", ("files", "0", "size"), 1 << 60),
    ("manifest.json", ("files",), []),
    ("manifest.json", ("files",), DEEP),
    ("model.json", ("classes",), ["a", "b", "c", "d"]),
    ("model.json", ("classes",), ["a", "b"]),
    ("model.json", ("cut",), 99),
    ("model.json", ("task",), "entities"),
    ("model.json", ("task",), "text-to-text"),
    ("backbone.json", ("format",), DEEP),
    ("backbone.json", ("width",), 17),
    ("backbone.json", ("settings", "words"), 3_000_000),
    ("backbone.json", ("settings", "words"), "x"),
    ("backbone.json", ("settings", "channels"), [4096] * 4),
    ("backbone.json", ("settings", "img_size"), 100_000),
    ("backbone.json", ("settings", "hears"), 100_000),
    ("backbone.json", ("contract", "max_tokens"), 1 << 40),
    ("backbone.json", ("contract", "size_px"), 50_000),
    ("backbone.json", ("contract", "interpolation"), "x"),
    ("config", ("auto_map",), {"AutoModel": "x.Y"}),
    ("config", ("quantization_config",), {"quant_method": "gptq"}),
    ("config", ("vocab_size",), 3_000_000),
    ("config", ("vocab_size",), 8),
    ("config", ("num_hidden_layers",), 1_000_000),
    ("config", ("max_position_embeddings",), 1 << 30),
    ("config", ("hidden_size",), 1 << 16),
    ("config", ("num_attention_heads",), 0),
    ("config", ("model_type",), "timm_wrapper"),
)
"""What is known to have hurt somebody; "config" is the configuration inside `backbone.json`."""


def _aimed(folder: Path, draw: random.Random) -> str:
    """Sealed anew, but for manifests."""
    name, path, value = draw.choice(AIMED)
    place = folder / name.replace("config", "backbone.json")
    record = json.loads(place.read_text())
    inner = json.loads(record["settings"].get("config", "{}")) if name == "config" else record
    into = inner
    for key in path[:-1]:
        into = into[int(key) if isinstance(into, list) else key]
    into[path[-1]] = value
    if name == "config":
        record["settings"]["config"] = json.dumps(inner)
    place.write_text(_text(record))
    if name != durable.MANIFEST:
        seal(folder)
    return f"{name}: {'.'.join(path)} = {str(value)[:30]}"


CHANGES: tuple[Change, ...] = (
    *(_aimed, _aimed, _aimed, _aimed),
    *(_field, _field, _field, _config, _config, _manifest, _manifest),
    *(_bits, _size, _header, _header, _kind, _kind, _more),
)

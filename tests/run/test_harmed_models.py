"""Models that were damaged or that a stranger made: no command believes them or leaves a file."""

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from strangers import seal

from headstart.cli import execute

pytestmark = pytest.mark.journey

WEIGHTS, FACTS = "backbone.safetensors", "backbone.json"
PICKLE = b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x93\x94\x8c\x04true\x94\x85R."
"""Would call a program where somebody opened it."""
CODED = ({"auto_map": {"AutoModel": "net.Net"}}, {"trust_remote_code": True})


def flipped(model: Path) -> None:
    raw = bytearray((model / WEIGHTS).read_bytes())
    raw[-7] ^= 1
    (model / WEIGHTS).write_bytes(raw)


def pickled(model: Path) -> None:
    (model / WEIGHTS).write_bytes(PICKLE)
    seal(model)


def linked(model: Path) -> None:
    elsewhere = model.parent.parent / "elsewhere"
    shutil.move(model / WEIGHTS, elsewhere)
    (model / WEIGHTS).symlink_to(elsewhere)


def long_header(model: Path) -> None:
    raw = (model / WEIGHTS).read_bytes()
    (model / WEIGHTS).write_bytes(struct.pack("<Q", 10 * 2**30) + raw[8:])
    seal(model)


def coded(model: Path) -> None:
    facts = json.loads((model / FACTS).read_text())
    facts["settings"] |= CODED[0]
    (model / FACTS).write_text(json.dumps(facts))
    seal(model)


def trusting(model: Path) -> None:
    facts = json.loads((model / FACTS).read_text())
    (model / FACTS).write_text(json.dumps({**facts, **CODED[1]}))
    seal(model)


def newer(model: Path) -> None:
    for name in (FACTS, "model.json"):
        facts = json.loads((model / name).read_text())
        (model / name).write_text(json.dumps({**facts, "format": 2}))
    seal(model)


HARMS: dict[str, Callable[[Path], None]] = {
    "M": flipped, "M p": pickled, "S614": linked, "M h": long_header,
    "S612": coded, "S612 t": trusting, "M491": newer,
}  # fmt: skip
"""By the code that they end in, or the letter of it."""


@pytest.fixture(params=list(HARMS))
def harmed(request, finished_run: Path, tmp_path: Path) -> tuple[Path, str]:
    """A run whose model was harmed, and the code that says so."""
    run = tmp_path / "runs" / "a"
    shutil.copytree(finished_run, run)
    HARMS[request.param](run / "model")
    return run, request.param.split()[0]


def test_nothing_is_made_of_a_harmed_model_and_nothing_left(harmed, finished_run, capsys) -> None:
    run, code = harmed
    photos, out = finished_run.parent / "photos", run.parent.parent / "out"
    before = sorted(run.parent.rglob("*"))
    commands = (
        ["predict", str(run), str(photos / "red" / "00.png")],
        ["export", str(run), "--out", str(out / "a.onnx")],
        ["compress", str(run), "--int8", "--out", str(out / "small")],
        ["publish", str(run), str(out / "published")],
        ["train", str(photos), "--backbone", str(run / "model"), "--out", str(out / "again")],
    )
    for words in commands:
        assert execute(words) == (7 if code.startswith("S") else 5), words
        assert f"error[{code}" in capsys.readouterr().err, words
        assert not list(out.rglob("*")), words
    assert sorted(run.parent.rglob("*")) == before

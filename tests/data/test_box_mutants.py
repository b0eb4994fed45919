"""Damaged annotations: listed or refused, never a crash."""

import os
import random
import warnings
from pathlib import Path

import pytest
from annotated import FORMATS, yolo

from headstart.data import find
from headstart.data.column_settings import Columns
from headstart.errors import HeadstartError

TRIES = int(os.environ.get("BOX_MUTANTS", "50"))
ODD = [b"nan", b"1e999", b"-5", b"\xff\xfe", b"\x00", b"null", b"[]", b"{", b"<", b'"', b"9" * 5000]


def mutated(raw: bytes, rng: random.Random) -> bytes:
    """One to four damages: bytes that are lost, doubled, flipped or odd."""
    held = bytearray(raw)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(max(1, len(held)))
        size = rng.choice((1, 3, 20, len(held) // 2))
        kind = rng.randrange(5)
        if kind == 0:
            del held[at : at + size]
        elif kind == 1:
            held[at:at] = held[at : at + size]
        elif kind == 2 and held:
            held[at % len(held)] ^= 1 << rng.randrange(8)
        elif kind == 3:
            held[at : at + rng.choice((0, 1, 4))] = rng.choice(ODD)
        else:
            numbers = [i for i, byte in enumerate(held) if chr(byte).isdigit()]
            if numbers:
                place = rng.choice(numbers)
                held[place : place + 1] = rng.choice(ODD)
    return bytes(held)


def settings_of(root: Path) -> Path:
    """The data.yaml beside YOLO's files."""
    yolo(root)
    return root / "data.yaml"


def classes_of(root: Path) -> Path:
    """The list of names beside them."""
    yolo(root)
    (root / "data.yaml").unlink()
    (root / "classes.txt").write_text("cat\ndog\n")
    return root / "classes.txt"


EVERY = {**FORMATS, "settings": settings_of, "classes": classes_of}


@pytest.mark.parametrize("form", EVERY)
def test_damaged_annotations_are_listed_or_refused(form: str, tmp_path: Path) -> None:
    file = EVERY[form](tmp_path)
    raw, refused = file.read_bytes(), 0
    for seed in range(TRIES):
        file.write_bytes(mutated(raw, random.Random(f"{form} {seed}")))
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                found = find(tmp_path, Columns(task="detection"))
        except HeadstartError:
            refused += 1
        else:
            assert len(found.examples) > 0
    assert refused < TRIES

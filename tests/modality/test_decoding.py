import hashlib
import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from refused import RAMP, READER

from headstart.data import InMemory
from headstart.modality.decoding import _reduced_16, decode


def digest_of(content: object) -> str:
    return READER.look(InMemory("a", content))[0].digest


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_of_all_kinds_are_read_as_a_file(kind: type, tmp_path: Path) -> None:
    PIL.Image.fromarray(RAMP).save(tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    item = READER.read(InMemory("a", kind(content)))
    assert torch.equal(item.permute(1, 2, 0), torch.from_numpy(RAMP))


def test_arrays_tensors_and_pictures_of_the_same_pixels_are_the_same() -> None:
    tensor = torch.from_numpy(RAMP)
    things = RAMP, PIL.Image.fromarray(RAMP), tensor, tensor.permute(2, 0, 1), RAMP / 255
    looks = [READER.look(InMemory("a", thing)) for thing in things]
    assert len({look.digest for look, _ in looks}) == 1
    assert all(torch.equal(item, looks[0][1]) for _, item in looks)


def test_the_digest_of_a_file_is_its_sha256(tmp_path: Path) -> None:
    PIL.Image.fromarray(RAMP).save(tmp_path / "a.png")
    content = (tmp_path / "a.png").read_bytes()
    assert READER.look(tmp_path / "a.png")[0].digest == hashlib.sha256(content).hexdigest()
    assert digest_of(content) == hashlib.sha256(content).hexdigest()


def test_pictures_that_differ_only_in_their_palette_have_different_digests() -> None:
    first, second = PIL.Image.new("P", (8, 8)), PIL.Image.new("P", (8, 8))
    first.putpalette([1, 2, 3])
    second.putpalette([4, 5, 6])
    assert digest_of(first) != digest_of(second)


def test_arrays_that_differ_only_in_shape_have_different_digests() -> None:
    assert digest_of(np.zeros((4, 8, 3), np.uint8)) != digest_of(np.zeros((8, 4, 3), np.uint8))


def test_a_held_picture_is_turned_upright_and_left_as_it_was() -> None:
    picture = PIL.Image.fromarray(RAMP)
    picture.getexif()[0x0112] = 3
    item = READER.read(InMemory("a", picture))
    assert torch.equal(item.permute(1, 2, 0), torch.from_numpy(RAMP).flip(0, 1))
    assert np.array_equal(np.asarray(picture), RAMP)


def test_a_held_tiff_is_turned_as_the_file_is(tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.fromarray(RAMP).save(tmp_path / "a.tiff", exif=exif)
    with PIL.Image.open(tmp_path / "a.tiff") as opened:
        held = READER.read(InMemory("a", opened))
    assert torch.equal(held, READER.read(tmp_path / "a.tiff"))
    assert torch.equal(held.permute(1, 2, 0), torch.from_numpy(RAMP).rot90(-1))


@pytest.mark.parametrize("mode", ["I;16", "I", "F"])
def test_large_grays_of_many_bits_are_scaled_down_as_they_are_decoded(monkeypatch, mode) -> None:
    monkeypatch.setattr("headstart.modality.decoding.MOST_PIXELS", 10_000)
    values = np.add.outer(np.arange(300), np.arange(200)) * 100
    values = values / values.max() if mode == "F" else values
    kept = io.BytesIO()
    PIL.Image.fromarray(values.astype({"I;16": "u2", "I": "i4", "F": "f4"}[mode])).save(
        kept, "TIFF"
    )
    made = decode(InMemory("a", kept.getvalue()), (0, 0, 0), lambda size: (50, 50)).picture
    assert made.size == (50, 75)
    assert abs(np.asarray(made).mean() - 255 * (values / (1 if mode == "F" else 65535)).mean()) < 1


@pytest.mark.parametrize("strip", [1, 1000, 10**9])
def test_strips_of_any_size_make_the_same_picture(monkeypatch, strip) -> None:
    values = np.random.default_rng(0).integers(0, 65536, (97, 50), np.uint16)
    whole = PIL.Image.fromarray(values.astype("i4")).reduce(4)
    monkeypatch.setattr("headstart.modality.decoding._STRIP", strip)
    made = _reduced_16(PIL.Image.fromarray(values), 4)
    assert made.mode == "I;16" and (np.asarray(made) == np.asarray(whole)).all()

"""Files of weights: what matches is taken, everything else is refused by name."""

import pytest
import torch
from safetensors.torch import load_file, save_file

from headstart.backbone import (
    load_backbone,
)
from headstart.errors import BackboneError, SecurityError

ARCH = "headstart_resnet10"


def refused(*args, **options) -> BackboneError | SecurityError:
    with pytest.raises((BackboneError, SecurityError)) as caught:
        load_backbone(*args, **options)
    return caught.value


def test_half_precision_becomes_single(theirs, tmp_path) -> None:
    half = {n: t.half() if t.is_floating_point() else t for n, t in load_file(theirs).items()}
    save_file(half, tmp_path / "half.safetensors")
    loaded = load_backbone(ARCH, tmp_path / "half.safetensors")
    assert {p.dtype for p in loaded.stages.parameters()} == {torch.float32}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.pop("conv1.0.weight"), "missing stem.conv1.0.weight"),
        (lambda t: t.update(extra=torch.zeros(1)), "unknown extra"),
        (
            lambda t: t.update({"conv1.0.weight": torch.zeros(1)}),
            "stem.conv1.0.weight has shape (1,), not (12, 3, 3, 3)",
        ),
        (lambda t: t.update({"\x1b[31m": torch.zeros(1)}), r"unknown \x1b[31m"),
    ],
    ids=["missing", "unknown", "shape", "hostile name"],
)
def test_weights_that_do_not_match_are_refused_tensor_by_tensor(
    theirs, tmp_path, change, told
) -> None:
    tensors = load_file(theirs)
    change(tensors)
    save_file(tensors, tmp_path / "other.safetensors")
    error = refused(ARCH, tmp_path / "other.safetensors")
    assert error.code == "M423" and told in error.why and "1 tensor differs" in error.what


def test_weights_of_another_architecture_are_refused(theirs) -> None:
    error = refused("resnet18", theirs)
    assert error.code == "M423" and "resnet18" in error.what and "and " in error.why


def test_numbers_that_are_not_finite_are_refused(theirs, tmp_path) -> None:
    tensors = load_file(theirs)
    tensors["bn1.weight"][3] = float("inf")
    save_file(tensors, tmp_path / "odd.safetensors")
    error = refused(ARCH, tmp_path / "odd.safetensors")
    assert error.code == "M424" and "bn1.weight" in error.where


@pytest.mark.parametrize("name", ["w.pth", "w.pt", "w.bin", "w.ckpt", "w.pkl", "w"])
def test_files_that_could_run_code_are_not_opened(tmp_path, name) -> None:
    (tmp_path / name).write_bytes(b"cos\nsystem\n(S'echo owned'\ntR.")
    error = refused(ARCH, tmp_path / name)
    assert error.exit_code == 7 and error.code == "S611"


@pytest.mark.parametrize("content", [b"", b"no tensors", b"\xff" * 64], ids=["empty", "text", "ff"])
def test_torn_files_are_refused(tmp_path, content) -> None:
    (tmp_path / "torn.safetensors").write_bytes(content)
    assert refused(ARCH, tmp_path / "torn.safetensors").code == "M422"


def test_a_file_that_is_not_there_is_named(tmp_path) -> None:
    error = refused(ARCH, tmp_path / "no.safetensors")
    assert error.code == "M421" and error.where.endswith("no.safetensors")

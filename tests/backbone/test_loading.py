"""From names, folders and files to backbones: what is taken, and what is refused by name."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save as packed

from headstart.backbone import (
    Architecture,
    Backbone,
    Origin,
    build,
    contract,
    load_backbone,
    read_backbone,
    save_backbone,
    sized,
)
from headstart.backbone.weights import read_tensors
from headstart.errors import BackboneError, SecurityError

ARCH = "headstart_resnet10"


def refused(*args, **options) -> BackboneError | SecurityError:
    with pytest.raises((BackboneError, SecurityError)) as caught:
        load_backbone(*args, **options)
    return caught.value


def test_random_weights_are_those_of_their_seed() -> None:
    one, same, other = (load_backbone(ARCH, "random", seed=s) for s in (1, 1, 2))
    assert one.digest(one.depth) == same.digest(one.depth) != other.digest(one.depth)
    assert not one.origin.pretrained


def test_a_file_of_timm_is_matched_by_name_and_its_classifier_left_out(theirs) -> None:
    loaded = load_backbone(ARCH, str(theirs))
    expected = build(Architecture(ARCH), 5).state_dict()
    assert all(torch.equal(t, expected[n]) for n, t in loaded.stages.state_dict().items())
    assert loaded.origin.source == "file" and loaded.origin.pretrained


def test_a_folder_gives_back_what_was_saved(tiny: Backbone, tmp_path: Path) -> None:
    save_backbone(tmp_path / "mine", tiny, "# mine")
    found = load_backbone(str(tmp_path / "mine"))
    assert found.architecture == tiny.architecture and found.modality == tiny.modality
    assert found.digest(found.depth) == tiny.digest(tiny.depth)
    assert found.width == tiny.width and found.origin.license == "Apache-2.0"


def test_half_precision_is_half_as_large_and_as_good(tiny: Backbone, tmp_path: Path) -> None:
    save_backbone(tmp_path / "single", tiny, "#")
    save_backbone(tmp_path / "half", tiny, "#", half=True)
    files = [(tmp_path / n / "backbone.safetensors").stat().st_size for n in ("half", "single")]
    assert files[0] < 0.7 * files[1]
    rows = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        one, other = tiny.stages(rows), read_backbone(tmp_path / "half").stages(rows)
    assert torch.nn.functional.cosine_similarity(one, other).min() > 0.9999


def _cut(folder: Path) -> None:
    file = folder / "backbone.safetensors"
    file.write_bytes(file.read_bytes()[:-1])


def _edit(folder: Path, **changes: object) -> None:
    """Change the facts, and make the manifest say so: somebody did it on purpose."""
    file = folder / "backbone.json"
    facts = {**json.loads(file.read_text()), **changes}
    file.write_text(json.dumps(facts))
    (folder / "manifest.json").unlink()


@pytest.mark.parametrize(
    "harm",
    [
        _cut,
        lambda folder: (folder / "README.md").unlink(),
        lambda folder: (folder / "backbone.json").write_text("{}"),
        lambda folder: _edit(folder, architecture="resnet18"),
        lambda folder: _edit(folder, settings={"pretrained": True}),
        lambda folder: _edit(folder, surprise=1),
        lambda folder: _edit(folder, format=2),
    ],
    ids=["cut", "no card", "empty", "architecture", "settings", "unknown", "newer"],
)
def test_a_folder_that_was_harmed_is_refused(tiny, tmp_path, harm) -> None:
    save_backbone(tmp_path / "mine", tiny, "# mine")
    harm(tmp_path / "mine")
    error = refused(str(tmp_path / "mine"))
    assert error.code in ("M431", "M412") and error.exit_code == 5


def test_a_folder_without_a_backbone_is_named(tmp_path) -> None:
    assert refused(str(tmp_path)).code == "M441"


def test_an_architecture_without_published_weights_says_so() -> None:
    assert refused("vgg11.no_such").code == "M411"
    error = refused("mobilenetv1_050")
    assert error.code == "M442" and "--weights" in error.fix


def test_a_copied_folder_is_as_good(tiny_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_folder, tmp_path / "elsewhere")
    assert load_backbone(str(tmp_path / "elsewhere")).width == 16


@pytest.fixture
def tiny_vit(tmp_path: Path) -> Path:
    """A folder with one block of a transformer for pictures of 64 pixels."""
    plain = Architecture("vit_tiny_patch16_224", (("depth", 1),))
    architecture, modality = sized(plain, contract(plain), 64, None)
    made = Backbone(architecture, build(architecture, 3), 192, modality, Origin("random", "3"))
    save_backbone(tmp_path / "vit", made, "#")
    return tmp_path / "vit"


def test_position_embeddings_are_resampled_for_another_size(tiny_vit) -> None:
    small = load_backbone(str(tiny_vit), size=32)
    assert small.modality.size_px == 32
    rows = small.stages(small.modality.batch([small.modality.blank()]))
    assert rows.shape == (1, small.width)
    large = load_backbone(str(tiny_vit)).stages.state_dict()
    changed = [n for n, t in small.stages.state_dict().items() if t.shape != large[n].shape]
    assert changed == ["stem.pos_embed"]


@pytest.mark.parametrize("name", [ARCH, "mobilenetv3_small_050", "vit_tiny_patch16_224"])
def test_the_first_convolution_takes_grays(name) -> None:
    colors, grays = (load_backbone(name, "random", channels=c) for c in (3, 1))
    item = grays.modality.blank()
    assert item.shape[0] == 1
    assert grays.stages(grays.modality.batch([item])).shape == (1, colors.width)


def test_grays_are_seen_as_the_same_gray_in_three_colors(tiny, tmp_path) -> None:
    save_backbone(
        tmp_path / "colors",
        replace(tiny, modality=replace(tiny.modality, mean=(0.5,) * 3, std=(0.25,) * 3)),
        "#",
    )
    colors = load_backbone(str(tmp_path / "colors"))
    grays = load_backbone(str(tmp_path / "colors"), channels=1)
    item = torch.randint(0, 256, (1, 32, 32), dtype=torch.uint8)
    one = grays.stages(grays.modality.batch([item]))
    three = colors.stages(colors.modality.batch([item.expand(3, -1, -1)]))
    torch.testing.assert_close(one, three, rtol=1e-4, atol=1e-5)


def test_a_resized_backbone_is_saved_and_read_back(tiny_vit, tmp_path) -> None:
    small = load_backbone(str(tiny_vit), size=32, channels=1)
    save_backbone(tmp_path / "small", small, "#")
    again = read_backbone(tmp_path / "small")
    assert again.digest(again.depth) == small.digest(small.depth)
    assert again.modality == small.modality


@pytest.mark.parametrize("again", ["[1]", '{"b": "nothing"}', "{", '{"b": []}'])
def test_a_file_that_says_odd_things_of_itself_is_refused(again: str, tmp_path: Path) -> None:
    place = tmp_path / "odd.safetensors"
    place.write_bytes(packed({"a": torch.zeros(3)}, {"again": again}))
    with pytest.raises(BackboneError, match="M422"):
        read_tensors(place)

"""From names, folders and files to backbones: what is taken, and what is refused by name."""

import copy
import json
import shutil
from collections import OrderedDict
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from safetensors.torch import save as packed
from torch import nn

from headstart.backbone import (
    Architecture,
    Backbone,
    Origin,
    build,
    contract,
    listed,
    load_backbone,
    read_backbone,
    save_backbone,
    sized,
)
from headstart.backbone.vision import timm_name
from headstart.backbone.weights import read_tensors
from headstart.errors import BackboneError, SecurityError

ARCH = "headstart_resnet10"


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as timm would save it: its names, and a classifier."""
    architecture = Architecture(ARCH)
    tensors = {timm_name(name): t for name, t in build(architecture, 5).state_dict().items()}
    tensors |= {"fc.weight": torch.zeros(10, 384), "fc.bias": torch.zeros(10)}
    path = tmp_path_factory.mktemp("weights") / "theirs.safetensors"
    save_file(tensors, path)
    return path


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, and no way to fill it."""
    from huggingface_hub import constants

    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr("headstart.backbone.hub.unreachable", lambda: "no connection to anybody")
    return tmp_path / "hub"


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
    assert error.code == "M423" and told in error.why and "1 tensors differ" in error.what


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


def test_without_a_network_the_missing_file_and_the_way_out_are_named(hub) -> None:
    for options, why in (({"offline": True}, "--offline"), ({}, "no connection")):
        error = refused("mobilenetv3_small_050", **options)
        assert error.code == "M443" and error.exit_code == 5
        assert error.where == "timm/mobilenetv3_small_050.lamb_in1k: model.safetensors"
        assert why in error.why and "--backbone shipped" in error.fix


def test_the_hubs_cache_is_used_and_listed_without_a_network(hub, tmp_path) -> None:
    name = "mobilenetv3_small_050"
    tensors = {timm_name(n): t for n, t in build(Architecture(name), 1).state_dict().items()}
    commit = "0" * 40
    place = hub / "models--timm--mobilenetv3_small_050.lamb_in1k"
    (place / "snapshots" / commit).mkdir(parents=True)
    (place / "refs").mkdir()
    (place / "refs" / "main").write_text(commit)
    save_file(tensors, place / "snapshots" / commit / "model.safetensors")
    assert load_backbone(name, offline=True).origin.source == "hub"
    (row,) = [row for row in listed() if row.origin == "hub"]
    assert row.name == name and row.megabytes > 1 and row.license == "apache-2.0"


def test_a_network_for_texts_is_found_in_the_hubs_cache_by_its_name(hub, tiny_bert) -> None:
    commit, place = "1" * 40, hub / "models--google-bert--bert-base-uncased"
    (place / "refs").mkdir(parents=True)
    (place / "refs" / "main").write_text(commit)
    shutil.copytree(tiny_bert, place / "snapshots" / commit)
    found = load_backbone("bert-base-uncased", offline=True)
    assert (found.name, found.modality.kind) == ("bert-base-uncased", "text")
    assert found.origin.place == "google-bert/bert-base-uncased"
    (row,) = [row for row in listed() if row.origin == "hub"]
    assert (row.name, row.kind) == ("google-bert/bert-base-uncased", "text")


def test_a_network_that_is_not_there_is_named_with_its_missing_files(hub) -> None:
    for options, why in (({"offline": True}, "--offline"), ({}, "no connection")):
        error = refused("somebody/some-network", **options)
        assert error.code == "M445" and why in error.why
        assert "config.json, model.safetensors, tokenizer.json" in error.where


def test_only_safe_files_are_fetched(hub, tiny_bert, monkeypatch) -> None:
    asked = {}

    def fetch(repository, allow_patterns):
        asked[repository] = allow_patterns
        return str(tiny_bert)

    monkeypatch.setattr("headstart.backbone.hub.unreachable", lambda: "")
    monkeypatch.setattr("huggingface_hub.snapshot_download", fetch)
    assert load_backbone("somebody/some-network").origin.source == "hub"
    patterns = asked["somebody/some-network"]
    assert not any(p.endswith((".bin", ".py", "*")) for p in patterns)
    notes = ("1_Pooling/config.json", "config_sentence_transformers.json", "modules.json")
    assert all(any(fnmatch(note, pattern) for pattern in patterns) for note in notes)


def test_a_folder_that_is_there_is_never_asked_for_elsewhere(tmp_path, monkeypatch) -> None:
    (tmp_path / "runs" / "one").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert refused("runs/one").code == refused("runs/two").code == "M441"


def test_an_architecture_without_published_weights_says_so() -> None:
    assert refused("vgg11.no_such").code == "M411"
    error = refused("mobilenetv1_050")
    assert error.code == "M442" and "--weights" in error.fix


def test_a_cut_composes_and_is_a_copy(tiny: Backbone) -> None:
    rows = torch.randn(2, 3, 32, 32)
    whole = tiny.stages(rows)
    for at in range(tiny.depth + 1):
        prefix, suffix = tiny.cut(at)
        assert len(prefix) == at
        torch.testing.assert_close(suffix(prefix(rows)), whole)
        assert not any(p.requires_grad for p in prefix.parameters())
        assert all(p.requires_grad for p in suffix.parameters())
        with torch.no_grad():
            for parameter in (*prefix.parameters(), *suffix.parameters()):
                parameter.zero_()
    torch.testing.assert_close(tiny.stages(rows), whole)


@pytest.mark.parametrize("at", [-1, 6])
def test_a_cut_that_is_not_there_is_refused(tiny: Backbone, at: int) -> None:
    with pytest.raises(BackboneError, match="M401"):
        tiny.cut(at)


def test_a_frozen_prefix_stays_in_inference_mode(tiny: Backbone) -> None:
    prefix, suffix = tiny.cut(3)
    torch.nn.Sequential(prefix, suffix).train()
    assert not any(module.training for module in prefix.modules())
    assert all(module.training for module in suffix.modules())


def test_a_digest_names_weights_left_of_the_cut(tiny: Backbone) -> None:
    other = replace(tiny, stages=build(tiny.architecture, 7))
    assert other.digest(3) == tiny.digest(3) != tiny.digest(2)
    with torch.no_grad():
        next(other.stages[4].parameters())[0] += 1
    assert other.digest(3) == tiny.digest(3) and other.digest(5) != tiny.digest(5)


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


def test_a_digest_names_architecture_cut_and_every_number(tiny: Backbone) -> None:
    def digest(change: str = "", at: int = 3) -> str:
        stages = copy.deepcopy(tiny.stages)
        if change:
            with torch.no_grad():
                stages.state_dict()[change].view(-1)[0] += 1
        return replace(tiny, stages=stages).digest(at)

    first, *_, last = tiny.stages[:3].state_dict()
    found = [digest(), digest(first), digest(last), digest(at=2), digest(at=4)]
    settings = (("channels", (8, 8, 16, 32)),)
    found.append(
        replace(tiny, architecture=replace(tiny.architecture, settings=settings)).digest(3)
    )
    found.append(replace(tiny, architecture=replace(tiny.architecture, name="other")).digest(3))
    assert len(set(found)) == len(found) and digest() == tiny.digest(3)
    behind = next(iter(tiny.stages[3:].state_dict()))
    assert digest(behind) == digest()  # what is right of the cut has no part in it


def test_weights_under_other_names_are_other_weights(tiny: Backbone) -> None:
    stages = tiny.stages[:2]
    named = [nn.Sequential(OrderedDict(zip(names, stages, strict=True))) for names in ("ab", "ac")]
    assert len({replace(tiny, stages=one).digest(2) for one in named}) == 2


def test_the_name_of_contents_follows_from_all_that_changes_numbers(tiny: Backbone) -> None:
    def changed(stages: nn.Sequential) -> nn.Sequential:
        other = copy.deepcopy(stages)
        with torch.no_grad():
            next(other.buffers()).add_(1)
        return other

    others = [
        replace(tiny, stages=changed(tiny.stages)),
        replace(tiny, modality=replace(tiny.modality, size_px=33)),
        replace(tiny, origin=Origin("random", "7")),
        replace(tiny, architecture=Architecture("headstart_resnet10", (("stem_width", 4),))),
    ]
    assert len({one.contents for one in (tiny, *others)}) == 5
    moved = replace(tiny, origin=Origin("folder", "elsewhere"), stages=copy.deepcopy(tiny.stages))
    assert moved.contents == tiny.contents

"""What is published is read by other libraries as by ours, and holds nothing of the user's."""

import json
from pathlib import Path

import pytest
import timm
import torch
from secret_run import left

import headstart
from headstart import durable
from headstart.backbone import Backbone, Stages, load_backbone, save_backbone, seen_as
from headstart.data import source_of
from headstart.errors import SecurityError, UsageError
from headstart.model import Model
from headstart.share import load, publish
from headstart.share.publishing import layout_of, told_of
from headstart.share.subject import Subject
from headstart.task import Calibration, Detection, Ordinal


@pytest.fixture(scope="module")
def run(tiny: Backbone, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests only look at it."""
    return left(tmp_path_factory.mktemp("secret_home"), tiny)


@pytest.fixture(scope="module")
def folder(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, published."""
    target = tmp_path_factory.mktemp("published") / "hues"
    publish(run, target)
    return target


def pictures(run: Path) -> list[Path]:
    return sorted((run.parent / "secret_pictures").rglob("*.png"))[::5]


@torch.inference_mode()
def test_timm_opens_it_and_gives_our_scores(run: Path, folder: Path) -> None:
    network = timm.create_model(f"local-dir:{folder}", pretrained=True).eval()
    model = load(run)
    items = [model.backbone.modality.read(source_of(path, "image")) for path in pictures(run)]
    batch = model.backbone.modality.batch(items)
    ours = model.head(model.backbone.stages(batch))
    assert float((network(batch) - ours).abs().max()) <= 1e-6
    assert network.pretrained_cfg["label_names"] == ["blue", "green", "red"]
    assert network.pretrained_cfg["input_size"][1:] == [32, 32]


def test_timm_starts_other_classes_from_it(folder: Path) -> None:
    network = timm.create_model(f"local-dir:{folder}", pretrained=True, num_classes=7)
    assert network.get_classifier().out_features == 7


def test_headstart_predicts_with_it_and_starts_from_it(run: Path, folder: Path) -> None:
    there, here = load(folder), load(run)
    assert torch.allclose(there.probabilities(pictures(run)), here.probabilities(pictures(run)))
    assert there.trust == here.trust
    inside = load_backbone(str(folder / "headstart"))
    assert inside.digest(inside.depth) == here.backbone.digest(here.backbone.depth)


def test_every_file_is_listed_with_its_digest(folder: Path) -> None:
    told = json.loads((folder / "index.json").read_text())
    listed = {entry["name"]: entry for entry in told["files"]}
    there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
    assert there - set(listed) == {"index.json", "manifest.json"}
    for name, entry in listed.items():
        assert durable.sha256(folder / name) == entry["sha256"]
        assert (folder / name).stat().st_size == entry["size"]


def test_nothing_of_the_user_s_is_in_any_byte(run: Path, folder: Path) -> None:
    own = [str(run), "secret_home", "secret_pictures", str(Path.home()), "00.png", "secret_tiny"]
    names = [path.name for path in (run.parent / "secret_pictures").rglob("*.png")]
    for path in (path for path in folder.rglob("*") if path.is_file()):
        told = path.read_bytes()
        found = [word for word in (*own, *names) if word.encode() in told]
        assert not found, (path, found)


def test_a_path_that_would_leave_stops_everything(run: Path, tmp_path: Path) -> None:
    with pytest.raises(SecurityError, match="S621"):
        publish(run, tmp_path / "out", name=f"made by {run}", license="mit")
    assert list(tmp_path.iterdir()) == []


def test_what_is_told_is_what_is_there(run: Path, tmp_path: Path) -> None:
    done = headstart.report(run).publish(tmp_path / "out")
    there = [p for p in (tmp_path / "out").rglob("*") if p.is_file() and p.name != "manifest.json"]
    there.append(tmp_path / "out" / "headstart" / "manifest.json")
    assert done.size == sum(path.stat().st_size for path in there)
    assert done.lines()[0].startswith(f"{len(there)} files, {done.size:,} bytes")
    assert (done.reader, done.license) == ("timm", "apache-2.0")


def test_what_was_published_is_replaced_and_anything_else_stays(run, tmp_path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    publish(run, target)
    publish(run, target, license="mit")
    assert "mit" in (target / "README.md").read_text()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="U182"):
        publish(run, tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["letter.txt"]


def test_a_backbone_alone_is_published_with_its_numbers_and_precision(tiny, tmp_path) -> None:
    save_backbone(tmp_path / "made", tiny, "# tiny", half=True)
    done = publish(tmp_path / "made", tmp_path / "out")
    body = timm.create_model(f"local-dir:{tmp_path / 'out'}", pretrained=True).eval()
    half = load_backbone(str(tmp_path / "made"))
    x = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        assert float((body(x) - half.stages(x)).abs().max()) <= 1e-6
    sizes = dict(done.files)
    assert sizes["headstart/backbone.safetensors"] < 0.6 * sizes["model.safetensors"]
    assert "base_model" not in (tmp_path / "out" / "README.md").read_text()


def test_weights_of_unknown_license_need_a_word(run, tmp_path) -> None:
    with pytest.raises(UsageError, match="U181"):
        publish(run, tmp_path / "out", data="me/hues", data_license="cc-by-nc-4.0")
    assert list(tmp_path.iterdir()) == []
    assert publish(run, tmp_path / "out", data_license="cc-by-sa-4.0").license == "cc-by-sa-4.0"


def test_a_profile_is_read_by_headstart_alone_and_says_why(tiny, tmp_path) -> None:
    done = publish(left(tmp_path, seen_as(tiny, Stages)), tmp_path / "out")
    assert not done.reader and "headstart alone opens it" in done.notes[0]
    assert load(tmp_path / "out").task.classes == ("blue", "green", "red")


def test_of_ordered_classes_others_read_the_network_alone(tiny: Backbone) -> None:
    """Its scores are thresholds, of which the largest is no answer."""
    task = Ordinal(("bad", "fair", "good"))
    model = Model(tiny, task.layer(tiny.width), task, Calibration(0.5), tiny.depth)
    layout = layout_of(Subject(tiny, model, None, "", frozenset()))
    config = json.loads(layout.files["config.json"])
    assert layout.reader == "timm" and "an order" in layout.note
    assert config["num_classes"] == 0 and "label_names" not in config


def test_one_class_is_told_as_one() -> None:
    assert told_of(Detection(("cat",))) == ["It names 1 class."]
    assert told_of(Detection(("cat", "dog"))) == ["It names 2 classes."]

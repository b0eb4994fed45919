"""Stand-ins that every room's tests share: pictures, task data, a small backbone, a cache."""

import os
import shutil
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # before the hub's library is imported: no test asks it

import pytest
import torch
from language import save_network, save_tokenizer
from safetensors.torch import save_file
from stand_ins import InMemory, draw
from torch import Tensor

import headstart
from headstart.backbone import Architecture, Backbone, Origin, build, save_backbone
from headstart.backbone.vision import timm_name
from headstart.data import Partition
from headstart.head import linear
from headstart.modality import Image, Text, text_of
from headstart.model import Model
from headstart.run import folds
from headstart.share import Exported, export_onnx
from headstart.task import Calibration, Classification
from headstart.train import TaskData

TINY = Architecture(
    "headstart_resnet10",
    (("channels", (8, 8, 16, 16)), ("stem_width", 4), ("drop_path_rate", 0.2)),
)

collect_ignore_glob = ["*/conftest.py"]  # has no doctests; two of one name are a conflict

AS_USERS_HAVE_IT = {"FEW": folds.FEW, "FEW_GROUPS": folds.FEW_GROUPS}
folds.FEW = folds.FEW_GROUPS = 0  # runs of a few examples would fit everything six times


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache that no other test has seen."""
    place = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("HEADSTART_CACHE", str(place))
    return place


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with three classes of 16 pictures."""
    return draw(tmp_path / "photos")


@pytest.fixture(scope="session")
def tiny() -> Backbone:
    """A small network with batch norm and random depth, that passes for a pretrained one."""
    contract = Image(size_px=32, mean=(0.5,) * 3, std=(0.5,) * 3, crop_pct=1.0)
    stages = build(TINY, 7)
    return Backbone(TINY, stages, 16, contract, Origin("file", "tiny", "Apache-2.0"))


@pytest.fixture(scope="session")
def tiny_folder(tiny: Backbone, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same on disk, for `--backbone FOLDER`."""
    folder = tmp_path_factory.mktemp("backbones") / "tiny"
    save_backbone(folder, tiny, "# tiny")
    return folder


def _items(count: int, size: int = 32) -> tuple[Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    hues = torch.tensor([[200.0, 50, 40], [50, 180, 60], [40, 60, 200]])
    drawn = []
    for index in range(count):
        noise = torch.randn(3, size, size, generator=generator) * 60
        drawn.append((hues[index % 3][:, None, None] + noise).clamp(0, 255).to(torch.uint8))
    return tuple(drawn)


@pytest.fixture
def task_data(tmp_path: Path) -> TaskData:
    every = range(72)
    rows = tuple(every[:48]), tuple(every[48:60]), tuple(every[60:])
    labels = torch.tensor([index % 3 for index in every])
    task = Classification(("red", "green", "blue"))
    return TaskData(
        InMemory(_items(72)), labels, (), Partition(*rows, "by hand"), task, tmp_path / "c"
    )


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Text:
    """Texts of a few known words, 24 at most."""
    pytest.importorskip("tokenizers")
    return text_of(save_tokenizer(tmp_path_factory.mktemp("words")), 24)


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small network for texts."""
    pytest.importorskip("transformers")
    return save_network(tmp_path_factory.mktemp("bert") / "tiny_bert")


@pytest.fixture
def folds_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folds where examples or groups are few, as users have them."""
    for name, value in AS_USERS_HAVE_IT.items():
        monkeypatch.setattr(folds, name, value)


@pytest.fixture(scope="session")
def small_model(tiny: Backbone) -> Model:
    """A model of three hues that nobody trained."""
    head = linear(16, 3, torch.randn(3, 16, generator=torch.Generator().manual_seed(0)))
    task = Classification(("blue", "green", "red"))
    return Model(tiny, head, task, Calibration(0.5), tiny.depth)


@pytest.fixture(scope="session")
def exported(small_model: Model, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """The same as an ONNX file, with pictures beside: making one takes seconds."""
    pytest.importorskip("onnxscript")
    place = tmp_path_factory.mktemp("exported")
    pictures = sorted(draw(place / "photos", 2).rglob("*.png"))
    return export_onnx(small_model, pictures, place / "file" / "small.onnx")


@pytest.fixture(scope="session")
def finished_run(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `train` left; the tests only look at it."""
    place = tmp_path_factory.mktemp("cli")
    started = {"backbone": str(tiny_folder), "strategy": "probe", "out": place / "run"}
    headstart.train(draw(place / "photos"), cache=place / "cache", **started)
    return place / "run"


@pytest.fixture(scope="session")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as timm would save it: its names, and a classifier."""
    architecture = Architecture("headstart_resnet10")
    tensors = {timm_name(name): t for name, t in build(architecture, 5).state_dict().items()}
    tensors |= {"fc.weight": torch.zeros(10, 384), "fc.bias": torch.zeros(10)}
    path = tmp_path_factory.mktemp("weights") / "theirs.safetensors"
    save_file(tensors, path)
    return path


FAKE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]


@pytest.fixture(scope="module")
def browser():
    """Debian's chromium, driven by playwright, with a camera and a microphone that are made up."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "install Debian's package chromium"
    with sync_playwright() as it:
        arguments = ["--no-sandbox", *FAKE]
        opened = it.chromium.launch(executable_path=chromium, args=arguments)
        yield opened
        opened.close()

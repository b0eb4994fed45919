"""Decoders learn to go on as the user's texts do, or to answer them."""

import random
from pathlib import Path
from shutil import copytree

import numpy as np
import pandas as pd
import pytest
import torch
from language import save_network, save_tokenizer
from written import need_the_same_texts

import headstart
from headstart.backbone import Frames, seen_as
from headstart.cli import execute
from headstart.data import InMemory
from headstart.errors import BackboneError, UsageError
from headstart.run import arms
from headstart.train import Recipe, rates
from headstart.train.goals import NextToken, Telling

transformers = pytest.importorskip("transformers")
for name in ("sacrebleu", "rapidfuzz"):
    pytest.importorskip(name)
SUBJECTS, VERBS = ("the cat", "a dog", "a big dog"), ("runs", "sleeps", "is good", "is very bad")


@pytest.fixture(scope="module")
def network(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("hub") / "gpt2"
    config = transformers.AutoConfig.for_model(
        "gpt2", vocab_size=40, n_embd=32, n_layer=2, n_head=4, n_positions=64,
        bos_token_id=2, eos_token_id=3, pad_token_id=0,
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        transformers.AutoModelForCausalLM.from_config(config).save_pretrained(place)
    save_tokenizer(place)
    return place


@pytest.fixture(scope="module")
def tales(tmp_path_factory) -> Path:
    rng, place = random.Random(0), tmp_path_factory.mktemp("tales") / "tales.txt"
    parts = [" and ".join(f"{rng.choice(SUBJECTS)} {rng.choice(VERBS)}" for _ in range(3))
             for _ in range(90)]  # fmt: skip
    place.write_text("\n".join(parts) + "\n")
    return place


@pytest.fixture(scope="module")
def trained(tales: Path, network: Path, tmp_path_factory):
    out = tmp_path_factory.mktemp("generated") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rates, "WRITING_RATES", (1e-2, 1e-2))
        options = {"task": "generation", "strategy": "full", "backbone": str(network)}
        return headstart.train(tales, out=out, **options)


def test_it_learns_the_kind_of_text_and_is_held_against_counts(trained) -> None:
    metrics = trained.metrics
    assert (metrics["task"], metrics["figure"]) == ("generation", "next_token")
    arms = {arm["name"]: arm["next_token"]["value"] for arm in metrics["arms"]}
    assert list(arms) == [
        "how often tokens are", "what followed before", "as it is", "scratch", "full"
    ]  # fmt: skip
    assert arms["full"] > 0.5 > arms["how often tokens are"] > arms["as it is"] - 0.1
    test = metrics["test"]
    assert list(test) == ["next_token", "perplexity"]
    assert 1 < test["perplexity"]["low"] <= test["perplexity"]["value"] < 4
    page = (trained.path / "report.html").read_text()
    assert "Perplexity" in page and "Next tokens right" in page
    assert "fitted to texts" in (trained.path / "model" / "README.md").read_text()


def test_texts_without_labels_are_lines_cells_or_rows(tmp_path: Path, capsys) -> None:
    (tmp_path / "one.csv").write_text('text\n"the cat runs, and sleeps"\n"a dog is good, it was"\n')
    (tmp_path / "more.csv").write_text("id,text,stars\n1,the cat is good,3\n2,a dog runs on,4\n")
    (tmp_path / "lines.txt").write_text("the cat is good\n\na dog runs\n")
    frame = pd.DataFrame({"text": ["the cat is good", "a dog runs"]})
    for place in ("one.csv", "more.csv", "lines.txt"):
        assert headstart.check(tmp_path / place, task="generation").usable == (0, 1), place
        assert execute(["check", str(tmp_path / place), "--task", "generation"]) == 0
    assert "2 usable examples" in capsys.readouterr().out
    assert headstart.check(frame, task="generation").usable == (0, 1)


def test_a_text_goes_on_as_the_others_do_and_the_same_elsewhere(trained, tmp_path, capsys) -> None:
    asked = ["the cat", "a big dog is"]
    found = trained.model.predict(asked)
    known = {word for part in (*SUBJECTS, *VERBS, "and") for word in part.split()}
    for text, one in zip(asked, found, strict=True):
        assert one.label.startswith(text) and len(one.label) > len(text)
        assert set(one.label.split()) <= known
        assert 0 < one.probability <= 1
    copytree(trained.path / "model", tmp_path / "moved")
    assert headstart.load(tmp_path / "moved").predict(asked) == found
    assert execute(["predict", str(trained.path), "--text", "the cat"]) == 0
    assert found[0].label in capsys.readouterr().out
    again = headstart.backbone.load_backbone(str(trained.path), writes="generation")
    assert again.writer is not None


@pytest.mark.parametrize("strategy", ["lora", pytest.param("bitfit", marks=pytest.mark.slow)])
def test_some_of_it_learns(strategy: str, tales, network, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(rates, "WRITING_RATES", (1e-2, 1e-2))
    options = {"task": "generation", "strategy": strategy, "backbone": str(network)}
    run = headstart.train(tales, out=tmp_path / "run", budget="1s", **options)
    arms = {arm["name"]: arm["next_token"]["value"] for arm in run.metrics["arms"]}
    assert arms[strategy] > arms["as it is"]
    plain = headstart.backbone.load_backbone(str(network), writes="generation").writer
    changed = [
        name
        for (name, old), new in zip(
            plain.named_parameters(), run.model.head.parameters(), strict=True
        )
        if not torch.equal(old, new)
    ]
    assert changed and not any("wte" in name or "wpe" in name for name in changed)


def test_a_decoder_answers_texts(network, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(rates, "WRITING_RATES", (1e-2, 1e-2))
    lines = [f"{s} {v}\tit {v}" for s in ("the cat", "a dog", "the dog", "a cat", "a red cat")
             for v in (*VERBS, "was good", "was red")]  # fmt: skip
    (tmp_path / "pairs.tsv").write_text("\n".join(["source\ttarget", *lines]) + "\n")
    options = {"task": "text-to-text", "strategy": "full", "backbone": str(network)}
    run = headstart.train(tmp_path / "pairs.tsv", out=tmp_path / "run", **options)
    names = [arm["name"] for arm in run.metrics["arms"]]
    assert names[-3:] == ["as it is", "scratch", "full"]
    chrf = {arm["name"]: arm["chrf"]["value"] for arm in run.metrics["arms"]}
    assert chrf["full"] > chrf["as it is"]
    need_the_same_texts(run, tmp_path / "pairs.tsv")
    assert run.model.predict(["the cat sleeps"])[0].label.startswith("it")


def test_the_network_that_ships_goes_on_with_texts(tales, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(rates, "WRITING_RATES", (1e-3, 1e-3))
    short = Recipe(epochs=2, patience=2)
    monkeypatch.setattr(arms, "recipe_of", lambda *given: short)
    run = headstart.train(tales, task="generation", strategy="full", out=tmp_path / "run")
    found = {arm["name"]: arm["next_token"]["value"] for arm in run.metrics["arms"]}
    assert found["full"] > found["as it is"] > found["how often tokens are"]
    model = run.model
    assert model.backbone.name == "headstart_lstm" and model.backbone.writer.task == "generation"
    assert model.predict(["the cat"])[0].label.startswith("the cat")
    with pytest.raises(UsageError, match="U160"):
        headstart.train(tales, task="generation", strategy="lora", out=tmp_path / "no")


@torch.inference_mode()
def test_recurrent_stages_tell_tokens_as_they_were_pre_trained_to() -> None:
    backbone = headstart.backbone.load_backbone("headstart_lstm", writes="generation")
    plain = headstart.backbone.load_backbone("headstart_lstm")
    item = backbone.modality.read(InMemory("x", "a man in a red shirt is running on the grass"))
    rows = seen_as(backbone, Frames).stages(backbone.modality.batch([item]))
    sure, nats, _, count = backbone.writer(rows)[0].tolist()
    told = Telling(plain.stages[:-1])(plain.modality.batch([item]))
    judged = NextToken(plain.stages[0], 1).eval()(told)[0].tolist()
    assert (nats, count) == pytest.approx((judged[0], judged[2]), rel=1e-4)
    assert sure == pytest.approx(np.exp(-nats / count), rel=1e-4) and sure > 1 / 60


def test_what_cannot_be_asked_of_it_says_why(tales, network, trained, photos, tmp_path) -> None:
    asked = {"task": "generation", "out": tmp_path / "run"}
    with pytest.raises(UsageError, match="U161"):
        headstart.train(photos, **asked)
    with pytest.raises(UsageError, match="U160"):
        headstart.train(tales, backbone=str(network), strategy="unfreeze:1", **asked)
    settings = {"d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 1, "num_heads": 4}
    t5 = save_network(tmp_path / "t5", "t5", **settings, eos_token_id=3, pad_token_id=0)
    with pytest.raises(BackboneError, match="M480"):
        headstart.train(tales, backbone=str(t5), **asked)
    with pytest.raises(BackboneError, match="M409"):
        headstart.backbone.load_backbone(str(trained.path))
    assert np.isfinite(trained.metrics["test"]["perplexity"]["high"])


def test_decoders_are_ranked_by_what_they_give_each_letter(tales, network, trained) -> None:
    able = str(trained.path / "model")
    found = headstart.rank(tales, task="generation", backbones=f"{network},{able}")
    assert [one.backbone for one in found] == [able, str(network)]
    first, second = found
    assert first.low > second.high > second.low > 0


@pytest.mark.slow
def test_a_plan_says_what_will_be_tried(tales, network) -> None:
    found = headstart.plan(tales, task="generation", backbone=str(network), strategy="lora")
    assert [step.what for step in found.steps] == [
        "starting", "reading", "as it is", "scratch", "lora"]  # fmt: skip

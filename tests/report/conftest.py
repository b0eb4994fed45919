"""Reports made up from figures that hang together, so that a page of them can be judged."""

import io
from dataclasses import replace
from html.parser import HTMLParser
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image

from headstart.evaluate import (
    Arm,
    Cost,
    Curve,
    EpochRow,
    Fact,
    Knows,
    Learned,
    Report,
    Shown,
    Spread,
    StageRow,
    confusion,
    judge,
    measure,
    per_class,
    reliability,
)
from headstart.report import page
from headstart.stats import Interval, share
from headstart.task import Classification


def picture(label, seed, size=24):
    """A PNG of noise tinted by its label."""
    rng = np.random.default_rng([label, seed])
    pixels = rng.integers(0, 90, (size, size, 3)) + rng.integers(40, 160, 3)
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def guesses(labels, classes, skill, seed):
    """Probabilities that are right about as often as `skill` is large."""
    rng = np.random.default_rng(seed)
    logits = rng.gumbel(size=(len(labels), classes)) + skill * np.eye(classes)[labels]
    if classes > 2:
        logits[:, 1] += 1.2 * (labels == 0)  # two classes that look alike
    powers = np.exp(logits)
    return powers / powers.sum(axis=1, keepdims=True)


def arms_of(labels, classes):
    rows = [
        ("majority class", "probe", "", None, False, 0.0, 1.60, 0.0),
        ("linear on raw pixels", "probe", "", None, False, 0.9, 1.41, 1.2),
        ("probe on random weights", "probe", "mobilenetv2_100", 18, False, 1.3, 1.33, 21.4),
        ("probe", "probe", "mobilenetv2_100", 18, True, 3.6, 0.48, 19.8),
        ("unfreeze:2", "unfreeze:2", "mobilenetv2_100", 16, True, 4.4, 0.41, 96.3),
        ("scratch", "scratch", "mobilenetv2_100", 0, False, 1.5, 1.35, 1214.0),
    ]
    arms = []
    for seed, (name, strategy, backbone, cut, transfer, skill, selection_loss, cpu_s) in enumerate(
        rows
    ):
        found = guesses(labels, classes, 0.7 * skill + 0.3 * np.log(classes), seed)
        found = np.eye(classes)[labels * 0] if name == "majority class" else found
        note = "same budget, 3 learning rates" if name == "scratch" else ""
        cost = Cost(cpu_s / 1.7, cpu_s, 310.0 + cpu_s)
        merit = share(found.argmax(1) == labels)
        arms.append(
            Arm(name, strategy, backbone, cut, transfer, found, selection_loss, merit, cost, note)
        )
    return tuple(arms)


def learned_of(strategy="unfreeze:2", cut=16, depth=18):
    sizes = [32 * 27, *(1500 * (i + 1) ** 2 for i in range(depth - 2)), 412_160]
    stages = tuple(
        StageRow(f"block{i}", size, 0 if i < cut else size, 3e-5 * 1.25**i * (i >= cut), 0.05)
        for i, size in enumerate(sizes)
    )
    stages += (StageRow("head", 6405, 6405, 3e-3, 0.01),)
    sentence = f"Froze {cut} of {depth} stages; trained 854,565 of 2,223,872 parameters."
    knows = tuple(
        Knows(name, width, Interval(found, found - 0.04, found + 0.03))
        for name, width, found in (("stem", 32, 0.4), ("last", 320, 0.8), ("all stages", 352, 0.85))
    )
    return Learned(strategy, "mobilenetv2_100", cut, depth, stages, 276, 0, sentence, knows)


def curve(arm="unfreeze:2", epochs=14, best=9):
    rows = tuple(
        EpochRow(
            e,
            1.4 * 0.8**e + 0.05,
            1.2 * 0.78**e + 0.41 + 0.004 * max(0, e - best) ** 2,
            0.86 - 0.5 * 0.7**e,
        )
        for e in range(1, epochs + 1)
    )
    return Curve(arm, rows, best)


FACTS = (
    Fact("problems", "daisy/broken_017.jpg", "D104 unreadable: the file is truncated"),
    Fact("problems", "roses/copy of 12.jpg", "D121 duplicate of roses/12.jpg, kept once"),
    Fact("data", "files found", "704"),
    Fact("data", "fingerprint", "sha256:7be1…04ac"),
    Fact("settings", "seed", "0"),
    Fact("settings", "strategy", "unfreeze:2"),
    Fact("settings", "test_size", "0.2"),
    Fact("cost", "whole run", "142.0 s of CPU time"),
    Fact("versions", "headstart", "0.1.0"),
    Fact("versions", "torch", "2.15.0"),
)


def build(
    classes=("daisy", "dandelion", "roses", "sunflowers", "tulips"), n=140, shown=40, draw=picture
):
    """A report on `n` test rows, of which the page carries `shown`; `draw(label, i)` is a PNG."""
    rng = np.random.default_rng(7)
    count = len(classes)
    labels = np.concatenate([np.arange(count), rng.integers(count, size=max(0, n - count))])
    arms = arms_of(labels, count)
    chosen, task = arms[4], Classification(tuple(classes))
    found = chosen.answers
    said, belief = found.argmax(1), found.max(1)
    order = np.argsort(said == labels, kind="stable")[:shown].tolist()
    examples = tuple(
        Shown(
            f"{i:03}.jpg",
            "image/png",
            draw(int(labels[i]), i),
            int(labels[i]),
            int(said[i]),
            float(belief[i]),
            bool(belief[i] > 0.5),
            classes[labels[i]],
            classes[said[i]],
            bool(said[i] == labels[i]),
        )
        for i in order
    )
    return Report(
        title="flowers5",
        verdict=judge(task, arms, chosen, labels),
        scores=measure(task, found, labels),
        spread=Spread(
            "the probe refitted to 3 other draws of 80 of the 96 examples to learn from",
            tuple(chosen.merit.value - less for less in (0.0, 0.028, 0.007)),
        ),
        arms=arms,
        classes=per_class(
            task, found, labels, np.tile(labels, 4)[: 3 * n + n // 3], labels[: n // 2]
        ),
        confusion=confusion(task, found, labels),
        shown=examples,
        bins=reliability(task, found, labels),
        curves=(curve(), curve("scratch", 20, 17)),
        learned=learned_of(),
        facts=FACTS,
    )


@pytest.fixture(scope="session")
def flowers():
    return build()


@pytest.fixture(scope="session")
def binary():
    return build(("cats", "dogs"), n=60, shown=10)


@pytest.fixture(scope="session")
def many():
    return build(tuple(f"species {i}" for i in range(100)), n=400, shown=60)


@pytest.fixture(scope="session")
def build_report():
    return build


@pytest.fixture
def renamed():
    """Put one hostile string wherever a report holds text."""

    def rename(report, text):
        verdict = replace(report.verdict, against=text, sentence=text)
        arms = tuple(
            replace(a, name=text, strategy=text, backbone=text, note=text) for a in report.arms
        )
        stages = tuple(replace(s, name=text) for s in report.learned.stages)
        learned = replace(
            report.learned, strategy=text, backbone=text, sentence=text, stages=stages,
            knows=tuple(replace(k, stage=text) for k in report.learned.knows),
        )  # fmt: skip
        return replace(
            report,
            title=text,
            verdict=verdict,
            arms=arms,
            learned=learned,
            classes=tuple(replace(row, name=text) for row in report.classes),
            shown=tuple(replace(s, name=text, truth=text, said=text) for s in report.shown),
            curves=tuple(replace(c, arm=text) for c in report.curves),
            facts=tuple(Fact(text, text, text) for _ in range(3)),
        )

    return rename


class Parsed(HTMLParser):
    """Tags and visible text of a page, as a browser would find them; unclosed tags fail."""

    VOID: ClassVar = {"meta", "link", "input", "br", "img", "hr"}

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts, self._open = [], [], []
        self.feed(text)
        self.close()
        assert not self._open

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] not in ("style", "script"):
            self.texts.append(" ".join(data.split()))

    def all(self, tag, **wanted):
        return [a for t, a in self.tags if t == tag and wanted.items() <= a.items()]

    @property
    def text(self):
        return " ".join(filter(None, self.texts))


@pytest.fixture(scope="session")
def parse():
    return Parsed


@pytest.fixture(scope="session")
def html(flowers):
    return page(flowers)


@pytest.fixture(scope="session")
def seen(html, parse):
    return parse(html)

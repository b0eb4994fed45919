"""Networks on the same sealed test rows: what each takes, and what it loses against the first."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from headstart.data import Source
from headstart.evaluate import Scores, Tradeoff, measure
from headstart.events import Tell, track
from headstart.head import Known
from headstart.model import Model
from headstart.share import FileModel
from headstart.share.end_to_end import end_to_end, feeds_of
from headstart.share.onnx_file import Runtime, facts_of, onnx_of, put_facts
from headstart.stats import lead, level
from headstart.task import Task

if TYPE_CHECKING:
    from headstart.share.end_to_end import Feed

TIMED = 20
"""Test rows that are timed."""
BATCH = 32


@dataclass(frozen=True, eq=False)
class Exam:
    """The test rows, opened: what every network is asked."""

    task: Task
    sources: tuple[Source, ...]
    truth: Known
    clusters: tuple[str, ...]

    def figures(self, answers: Float[np.ndarray, "n c"]) -> Scores:
        """All figures of these answers."""
        return measure(self.task, answers, self.truth, self.clusters)


def answers_of(model: Model, exam: Exam, told: str, tell: Tell) -> Float[np.ndarray, "n c"]:
    """What a model answers, as `predict` does."""
    sources = exam.sources
    parts = [sources[at : at + BATCH] for at in range(0, len(sources), BATCH)]
    found = [model.answers(part) for part in track(tell, f"asking {told}", parts, len(parts))]
    return np.concatenate(found)


def write_file(model: Model, out: Path) -> Path:
    """The model as an ONNX file; of one whose network is a file, that. Raises `BackboneError`."""
    if isinstance(model, FileModel):
        return model.place
    import onnx

    whole = end_to_end(model)
    proto = onnx_of(whole)
    put_facts(proto, {**facts_of(model), **whole.facts})
    onnx.save(proto, out)
    return out


def measured(
    way: str,
    model: Model,
    file: Path,
    exam: Exam,
    answers: Float[np.ndarray, "n c"],
    first: Float[np.ndarray, "n c"],
) -> Tradeoff:
    """One network against the first, by what both answered."""
    task, truth = exam.task, exam.truth
    feeds = [feeds_of(model.backbone.modality)(one)[0] for one in exam.sources[:TIMED]]
    before, after = task.merit(first, truth), task.merit(answers, truth)
    same = np.mean([task.text(a) == task.text(b) for a, b in zip(first, answers, strict=True)])
    return Tradeoff(
        way,
        float(file.stat().st_size),
        _milliseconds(Runtime(file, 1), feeds),
        level(after, exam.clusters),
        lead(before, after, exam.clusters),
        float(same),
    )


def _milliseconds(run: "Runtime", feeds: "Sequence[Feed]") -> float:
    """CPU time of the middle one, of the fastest of three passes."""
    spent = []
    for feed in feeds:
        each = []
        for _ in range(3):
            began = time.thread_time()
            run(feed)
            each.append(time.thread_time() - began)
        spent.append(min(each))
    return 1000 * float(np.median(spent))

"""What a backbone is worth where answers have an order: by the cheapest training of its kind."""

import math
import tempfile
from pathlib import Path

from headstart.advise import Target
from headstart.backbone import Alone, Backbone, is_recurrent
from headstart.data import Examples, hold_out, strata_of
from headstart.events import Tell
from headstart.features import survey
from headstart.model import longest_s
from headstart.run.contest import fitted_by
from headstart.run.reciting import need_short
from headstart.run.settings import Settings
from headstart.stats import level
from headstart.task import make_task, task_type
from headstart.train import Fitted, Full, Lesson, LowRank, Probe, Strategy, as_it_is

EXAMPLES = 400
"""Examples that a candidate learns from and is judged on, at most."""
HELD, ALLOWED_S = 0.3, 120.0
"""Share of them that it is judged on; CPU seconds that it may learn for."""


def tried(examples: Examples, backbone: Backbone, seed: int, root: Path, tell: Tell) -> Target:
    """How well it does on three tenths of these after learning from the rest.

    Letters and tags are told by a linear layer; texts are written by the half that writes, behind
    the frozen half that reads, or by a decoder alone with thin matrices. What continues texts is
    judged as it is: by the share that it gave each letter, which networks with other tokens can be
    held against. Words are told without the help of those that were learned from.
    """
    seen = survey(examples, backbone.modality, cache=root, tell=tell)
    if task_type(examples.kind).joins:
        need_short(seen.looks, range(len(examples)), longest_s(backbone.modality))
    partition = hold_out(strata_of(examples), HELD, seed)
    task, labels = make_task(examples, partition.train + partition.val, backbone)
    lesson = Lesson(seen.items, labels, examples.groups, partition, task.unaided(), root)
    with tempfile.TemporaryDirectory() as work:
        way, fitted = _fitted(lesson, backbone, Settings(seed=seed), Path(work), tell)
    answers = fitted.held.numpy().astype(float)
    known = lesson.labels_of(fitted.held_rows).numpy()
    merit, lost = lesson.task.comparable(answers, known)
    groups = lesson.groups_of(fitted.held_rows)
    return Target(float(lost.mean()), way, level(merit, groups), math.nan, math.nan, merit, groups)


def _fitted(
    lesson: Lesson, backbone: Backbone, settings: Settings, work: Path, tell: Tell
) -> tuple[str, Fitted]:
    """In the cheapest way, and what that is."""
    if lesson.task.continues:
        return "as it is", as_it_is(lesson, backbone, tell)
    strategy: Strategy = Probe()
    if isinstance(backbone.writer, Alone):
        strategy = Full() if is_recurrent(backbone.architecture) else LowRank()
    fitted = fitted_by(lesson, backbone, strategy, settings, work, tell, ALLOWED_S)
    return str(strategy), fitted

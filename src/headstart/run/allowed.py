"""What a task rules out before anything is computed."""

from collections.abc import Sequence

from headstart.backbone import Alone, Backbone, is_recurrent
from headstart.counting import counted
from headstart.data import Problem
from headstart.errors import DataError, UsageError
from headstart.hostile import printable
from headstart.modality import Look
from headstart.task import Task
from headstart.train import BitFit, Contrast, Gradual, LowRank, Probe, Strategy, Ulmfit, Unfreeze


def need_allowed(plan: Strategy | None, task: Task, backbone: Backbone) -> None:
    """Raise `UsageError` or `BackboneError` where a strategy is not for this task or backbone."""
    if isinstance(plan, Unfreeze) and plan.last > backbone.depth:
        raise UsageError(
            "U324",
            f"{plan}, and {printable(backbone.name)} has {counted(backbone.depth, 'stage')}",
            "--strategy full trains them all",
        )
    if task.writes:
        _need_writing(plan, backbone)
    elif task.coded_rows:
        _need_frames(plan)
    if isinstance(plan, Unfreeze | Gradual) and not task.writes:
        backbone.need_stages()


def _need_frames(plan: Strategy | None) -> None:
    if plan == Probe(every_stage=True) or isinstance(plan, Contrast):
        raise UsageError(
            "U154",
            f"{plan} goes by one row for everything, which has no order in time",
            "--strategy probe, unfreeze:N, or full",
        )


def _need_writing(plan: Strategy | None, backbone: Backbone) -> None:
    if plan == BitFit() and not any(name.endswith("bias") for name in _numbers(backbone)):
        raise UsageError(
            "U158",
            f"bitfit would train nothing: {printable(backbone.name)} has no biases",
            "--strategy lora, or full",
        )
    recurrent, alone = is_recurrent(backbone.architecture), isinstance(backbone.writer, Alone)
    if alone and isinstance(plan, Probe | Unfreeze | Gradual | (LowRank if recurrent else Probe)):
        raise UsageError(
            "U160",
            f"{plan} is not for {printable(backbone.name)}, which uses all of its stages to write",
            "--strategy full" if recurrent else "--strategy lora, bitfit or full",
        )
    if plan == Probe(every_stage=True) or isinstance(plan, Ulmfit | Contrast):
        raise UsageError(
            "U156",
            f"{plan} gives one row for a text, from which nothing can be written",
            "--strategy full, unfreeze:N, lora or probe (which freezes all that reads)",
        )


def _numbers(backbone: Backbone) -> list[str]:
    """Names of what could learn."""
    halves = [backbone.stages, *([backbone.writer] if backbone.writer else [])]
    return [name for half in halves for name, _ in half.named_parameters()]


def need_short(looks: Sequence[Look | Problem], rows: Sequence[int], most_s: float) -> None:
    """Raise `DataError` where recordings are too long to be heard from end to end."""
    long = [row for row in rows if _length(looks[row]) > most_s]
    if long:
        raise DataError(
            "D211",
            f"{len(long):,} of {len(rows):,} recordings are longer than {most_s:g} seconds",
            "cut them, or give the columns with the seconds of each sentence: --start and --end",
        )


def _length(look: Look | Problem) -> float:
    return float(dict(look.facts).get("seconds", 0.0)) if isinstance(look, Look) else 0.0

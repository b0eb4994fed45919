"""What a run leaves in its folder; the figures last, since they say that it is finished."""

import csv
import io
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pyarrow as pa
from jaxtyping import Float
from pyarrow import parquet

from headstart import durable
from headstart.backbone import Digests, digests_in, moved
from headstart.data import Audit, Dataset
from headstart.evaluate import Outcome, Report
from headstart.evaluate.summary import Doubts, Summary
from headstart.head import ABOVE
from headstart.model import Model
from headstart.report import page
from headstart.run.box_table import box_column
from headstart.run.folder import MODEL, PREDICTIONS, Folder
from headstart.share import save_model
from headstart.task import Calibration, Task, boxes_told, placed
from headstart.train import TaskData


def leave(
    folder: Folder,
    report: Report,
    summary: Summary,
    model: Model,
    task_data: TaskData,
    data: Dataset,
    cost: dict[str, float],
    outcome: Outcome,
) -> dict[str, Any]:
    """Write every file of a finished run, each whole or not at all.

    What is told of frozen tensors goes by the model's files, read back.
    """
    metrics = metrics_of(report, task_data, outcome, cost)
    metrics["familiar_above"] = ABOVE if model.familiar else None
    metrics |= summary.record()
    durable.write(folder.path / "problems.csv", problems_csv(data.audit))
    if summary.doubts.lines:
        durable.write(folder.path / "suspects.csv", suspects_csv(summary.doubts))
    table = predictions(task_data, data, outcome, model)
    with durable.writing(folder.path / PREDICTIONS) as temp:
        parquet.write_table(table, temp)
    save_model(folder.path / MODEL, model, figures=metrics)
    report = proved(report, digests_in(folder.path / MODEL))
    metrics["frozen"] = _frozen(report)
    durable.write(folder.path / "report.html", page(report, summary))
    return folder.finish(metrics)


def metrics_of(
    report: Report, task_data: TaskData, outcome: Outcome, cost: dict[str, float]
) -> dict[str, Any]:
    """The figures, as `metrics.json` has them."""
    partition = task_data.partition
    return {
        "task": task_data.task.kind,
        "figure": task_data.task.figure,
        "classes": list(task_data.task.classes),
        "n": {
            "train": len(partition.train),
            "val": len(partition.val),
            "test": len(partition.test),
            "tested": outcome.different,
        },
        "folds": outcome.folds,
        "chosen": report.learned.strategy,
        "test": report.scores.record(),
        **({"boxes": boxes.record()} if (boxes := report.scores.boxes) else {}),
        "arms": _arms(report, task_data, outcome),
        "verdict": {
            **report.verdict.record(),
            "sentence": report.verdict.sentence,
            "cautions": list(report.verdict.cautions),
        },
        "learning": report.verdict.learning.record() if report.verdict.learning else None,
        "frozen": _frozen(report),
        "ranking": [vars(one) for one in report.learned.ranking],
        "spread": report.spread.record(),
        "cost": cost,
    }


def _arms(report: Report, task_data: TaskData, outcome: Outcome) -> list[dict[str, object]]:
    """Every way, with what the model leads it by: paired on the test rows, with 95%."""
    task, groups = task_data.task, outcome.clusters
    labels = task_data.labels_of(outcome.rows).numpy()
    merits = {arm.name: task.merit(arm.answers, labels) for arm in report.arms}
    model = merits[outcome.model.name]
    leads = {name: outcome.lead(model, merit).record() for name, merit in merits.items()}
    found = [{**arm.record(task.figure), "behind_by": leads[arm.name]} for arm in report.arms]
    answers = {arm.name: arm.answers for arm in report.arms}
    beside = task.beside(answers, labels, outcome.model.name, groups)
    return [{**one, **beside[str(one["name"])]} for one in found]


def proved(report: Report, written: Digests) -> Report:
    """With how many frozen tensors are others in the files that were written."""
    changed = len(moved(report.learned.expected, written))
    return replace(report, learned=replace(report.learned, changed=changed))


def _frozen(report: Report) -> dict[str, int]:
    return {"tensors": report.learned.tensors, "changed": report.learned.changed}


def problems_csv(audit: Audit) -> str:
    """Everything the audit found, a line each. Cells that a spreadsheet would run are quoted."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(["code", "kind", "name", "reason", "row"])
    for problem in audit.problems:
        cells = [problem.code, problem.kind, problem.name, problem.reason]
        writer.writerow([*map(_inert, cells), "" if problem.row is None else problem.row])
    return lines.getvalue()


def suspects_csv(doubts: Doubts) -> str:
    """Labels that look wrong, the most doubted first: from 0, surely wrong, to 1."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(["name", "label", "looks like", "belief in the label"])
    writer.writerows([*map(_inert, words), belief] for *words, belief in doubts.lines)
    return lines.getvalue()


def predictions(task_data: TaskData, data: Dataset, outcome: Outcome, model: Model) -> pa.Table:
    """One line a test example: its name, label, prediction, and every probability; or the value
    with the interval that holds 95% of such; or boxes in the picture's pixels. Of folds the answers
    of each, and which it was. By `content`, `group` and `merit` other runs are compared on the same
    rows.
    """  # noqa: D205 - one sentence
    rows, answers, task, examples = (
        outcome.rows,
        outcome.model.answers,
        task_data.task,
        data.examples,
    )
    columns: dict[str, Any] = {
        "name": [examples.name(row) for row in rows],
        "label": [examples.truth.written(row) for row in rows],
        "predicted": [task.text(answer) for answer in answers],
        "content": [data.contents[row] for row in rows],
        "group": outcome.clusters or [""] * len(rows),
        "merit": task.merit(answers, task_data.labels_of(rows).numpy()).astype(float),
    }
    if outcome.fold_of:
        columns["fold"] = list(outcome.fold_of)
    if task.locates:
        pairs = zip(answers, (examples.sources[row] for row in rows), strict=True)
        found = [placed(answer, model.backbone.modality, source) for answer, source in pairs]
        columns["boxes"] = box_column([[asdict(b) for b in boxes_told(f, task)] for f in found])
    return answers_table(columns, answers, task, model.trust)


def answers_table(
    columns: dict[str, Any],
    answers: Float[np.ndarray, "n c"],
    task: Task,
    trust: Calibration,
) -> pa.Table:
    """These columns, and what was answered: every probability; or a value with its interval."""
    if task.numeric:
        value, margin = answers[:, 0], trust.margin
        return pa.table(columns | {"value": value, "low": value - margin, "high": value + margin})
    belief = task.belief(answers)
    columns = {**columns, "probability": belief, "sure": belief >= trust.sure_above}
    if task.coded_rows:
        return pa.table(columns)
    columns |= {f"p:{name}": answers[:, i] for i, name in enumerate(task.classes)}
    return pa.table(columns)


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell

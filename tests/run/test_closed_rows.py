"""Test rows stay closed: no choice looks at their truths, no ranking or plan at the rows."""

import re
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from pyarrow import parquet

import headstart
from headstart.data import Seal, SealedError
from headstart.run import candidate_ranking, division, pipeline
from headstart.train import Truths

SOURCE = Path(headstart.__file__).parent


def bursts(place: Path, count: int = 24) -> Path:
    """Pictures of two kinds, each fourth there again, smaller; from 12 groups."""
    dice, lines = np.random.default_rng(0), ["path,label,group"]
    place.mkdir()
    for kind, hue in (("blue", 2), ("red", 0)):
        for i in range(count):
            pixels = dice.integers(0, 140, (12, 16, 3)).astype(np.uint8)
            pixels[..., hue] += 100
            drawn = PIL.Image.fromarray(pixels).resize((320, 240), PIL.Image.Resampling.BICUBIC)
            drawn.save(place / f"{kind}{i}.jpg", quality=85)
            lines.append(f"{kind}{i}.jpg,{kind},g{i % 12}")
            if i % 4 == 0:
                drawn.resize((214, 160)).save(place / f"{kind}{i}b.jpg", quality=80)
                lines.append(f"{kind}{i}b.jpg,{kind},")
    (place / "all.csv").write_text("\n".join(lines))
    return place / "all.csv"


class Auditor:
    """Counts truths of test rows that are given out before the examination; notes divisions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.early, self.opened, self.tested = 0, 0, list[set[str]]()
        given, opening, dividing = Truths.of, Seal.open, division.dataset_of

        def of(truths, rows):
            closed = not truths._seal.opened
            found = given(truths, rows)
            self.early += sum(row in truths._seal.rows for row in rows) if closed else 0
            return found

        def opened(seal):
            self.early += seal.asked
            self.opened += 1
            opening(seal)

        def divided(*given, **options):
            data = dividing(*given, **options)
            self.tested.append({Path(data.examples.name(row)).name for row in data.partition.test})
            return data

        monkeypatch.setattr(Truths, "of", of)
        monkeypatch.setattr(Seal, "open", opened)
        monkeypatch.setattr(division, "dataset_of", divided)


@pytest.fixture
def auditor(monkeypatch: pytest.MonkeyPatch) -> Auditor:
    return Auditor(monkeypatch)


@pytest.mark.journey
def test_a_run_with_a_ranking_reads_no_truth_of_a_test_row_before_the_examination(
    tmp_path, tiny_folder, auditor
) -> None:
    run = headstart.train(
        bursts(tmp_path / "photos"),
        backbone=f"{tiny_folder},{tiny_folder}=random",
        compare="scratch",
        group="group",
        budget="20s",
        out=tmp_path / "run",
    )
    assert (auditor.early, auditor.opened, len(auditor.tested)) == (0, 1, 1)
    assert run.metrics["n"]["test"] > 0 and run.metrics["verdict"] and run.metrics["learning"]


@pytest.mark.slow
def test_a_ranking_in_folds_looks_at_no_row_that_its_fold_tests(
    tmp_path, tiny_folder, auditor, monkeypatch
) -> None:
    sampled, seen = candidate_ranking._sampled, list[set[int]]()

    def spied(data, *others):
        seen.append(set(data.partition.test))
        return sampled(data, *others)

    monkeypatch.setattr(candidate_ranking, "_sampled", spied)
    run = headstart.train(
        bursts(tmp_path / "photos"),
        backbone=f"{tiny_folder},{tiny_folder}=random",
        strategy="probe",
        folds=2,
        out=tmp_path / "run",
    )
    assert (auditor.early, auditor.opened, run.metrics["folds"]) == (0, 2, 2)
    assert len(seen) == 4 and seen[3] == set() and not seen[1] & seen[2]
    assert len(seen[1] | seen[2]) == parquet.read_table(run.path / "predictions.parquet").num_rows


@pytest.mark.journey
@pytest.mark.parametrize("share", [pytest.param(0.2, marks=pytest.mark.slow), 0.5])
def test_rank_plan_and_train_test_the_same_rows_at_any_size(
    tmp_path, tiny_folder, auditor, share
) -> None:
    table = bursts(tmp_path / "photos")
    headstart.rank(table, backbones=str(tiny_folder), test_size=share)  # reads at 224 pixels
    asked = {"backbone": str(tiny_folder), "test_size": share, "strategy": "probe"}
    headstart.plan(table, **asked)
    run = headstart.train(table, out=tmp_path / "run", **asked)
    names = parquet.read_table(run.path / "predictions.parquet").column("name").to_pylist()
    assert auditor.tested == [{Path(name).name for name in names}] * 3


def test_asking_early_is_an_error(tmp_path, tiny_folder, monkeypatch) -> None:
    def curious(job):
        job.task_data.labels_of(job.task_data.partition.test)

    monkeypatch.setattr(pipeline, "fitted_arms", curious)
    with pytest.raises(SealedError):
        headstart.train(
            bursts(tmp_path / "photos"), backbone=str(tiny_folder), out=tmp_path / "run"
        )


def test_labels_that_everybody_holds_have_none_of_test_rows() -> None:
    closed = Truths(torch.tensor([3, 4, 5]), Seal([1])).closed
    assert closed.tolist() == [3, -1, 5]
    assert Truths(torch.tensor([[3.0], [4]]), Seal([1])).closed[1].isnan().all()


@pytest.mark.parametrize(
    ("words", "where"),
    [
        (r"(truths|seal)\.open\(\)$", "evaluate/outcome.py"),
        (r"\.posable", "run/prepared.py"),
        (r"[ =]dataset_of\(", "run/division.py"),
    ],
)
def test_one_place_alone_opens_encodes_and_divides(words, where) -> None:
    kept = {"data/sealing.py", "data/dataset.py", "train/task_data.py"}
    found = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if any(re.search(words, line) for line in file.read_text().splitlines())
    }
    assert found - kept == {where}


def test_only_the_dataset_divides_what_is_tested() -> None:
    callers = {
        str(file.relative_to(SOURCE))
        for file in SOURCE.rglob("*.py")
        if re.search(r"[ =]divide\(", file.read_text())
    }
    assert callers - {"data/splitting.py"} == {"data/dataset.py"}

"""Arms that workers train: the same bytes, events and choices, whoever dies."""

import json
import multiprocessing
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

import headstart
from headstart.backbone import Backbone
from headstart.data import Partition
from headstart.events import Event, quiet
from headstart.run import arm_jobs
from headstart.run.arm_jobs import ahead_of, site_of
from headstart.run.arms import Job, learned
from headstart.run.default_backbone import Start
from headstart.run.settings import Settings
from headstart.train import Contrast, Full, Hyperparameters, Probe, Scratch, rate_search, trainer


class Backwards:
    """Workers that answer the last job first, in this process."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    def __call__(self, work, jobs):
        self.asked.append((jobs[0].work.__name__, len(jobs)))
        yield from map(work, reversed(jobs))


@pytest.fixture
def by_workers(monkeypatch) -> Backwards:
    over = Backwards()
    monkeypatch.setattr(arm_jobs, "map_at", lambda on: nullcontext(over))
    return over


def trained(photos: Path, tiny_folder: Path, tmp_path: Path, name: str, **asked):
    given = {"strategy": "full", "compare": "scratch", "epochs": 4, **asked}
    return headstart.train(
        photos, backbone=tiny_folder, cache=tmp_path / f"cache {name}", out=tmp_path / name, **given
    )


def events(run) -> list[dict[str, object]]:
    """All but the time, and what is only told where there are workers."""
    lines = [json.loads(line) for line in (run.path / "events.jsonl").read_text().splitlines()]
    told = [{name: v for name, v in line.items() if name != "time"} for line in lines]
    return [
        one for one in told if "side by side" not in one["what"] and "workers" not in one["what"]
    ]


def same(one, two) -> None:
    for file in ("predictions.parquet", "model/backbone.safetensors", "model/head.safetensors"):
        assert (one.path / file).read_bytes() == (two.path / file).read_bytes()
    assert one.metrics.verdict == two.metrics.verdict
    assert events(one) == events(two)


class Killer:
    """Listens: kills a worker once the first job of a kind is done, while another has the next."""

    def __init__(self, what: str) -> None:
        self.what, self.killed = what, 0

    def __call__(self, event: Event) -> None:
        if (event.kind, event.what, event.done) == ("step", self.what, 1):
            multiprocessing.active_children()[0].kill()
            self.killed += 1


@pytest.mark.slow
def test_two_processes_of_which_one_is_killed_make_the_bytes_and_events_of_one(
    photos, tiny_folder, tmp_path
) -> None:
    one = trained(photos, tiny_folder, tmp_path, "one")
    kill = Killer("trying rates side by side")
    two = trained(photos, tiny_folder, tmp_path, "two", on="local:2", tell=kill)
    same(one, two)
    assert kill.killed == 1
    arms = [json.loads((run.path / "metrics.json").read_text())["arms"] for run in (one, two)]
    assert all(arm["cost"]["cpu_s"] > 0.01 for arm in arms[1][-2:])


@pytest.fixture
def two_nodes(monkeypatch):
    """A cluster of Ray on this machine, of two nodes with a processor each; the second may go."""
    ray = pytest.importorskip("ray")
    nodes = pytest.importorskip("ray.cluster_utils")
    monkeypatch.setenv("PYTHONPATH", ":".join(filter(None, sys.path)))
    small = {"num_cpus": 1, "object_store_memory": 80 * 2**20}
    cluster = nodes.Cluster(initialize_head=True, head_node_args=small)
    second = cluster.add_node(**small)
    ray.init(address=cluster.address, log_to_driver=False)
    yield lambda: cluster.remove_node(second, allow_graceful=False)
    ray.shutdown()
    cluster.shutdown()


@pytest.mark.ray
def test_a_cluster_of_two_nodes_that_loses_one_makes_the_bytes_and_events_of_one(
    photos, tiny_folder, tmp_path, two_nodes
) -> None:
    one, lost = trained(photos, tiny_folder, tmp_path, "one"), []

    def lose(event: Event) -> None:
        if (event.kind, event.what, event.done) == ("step", "trying rates side by side", 1):
            lost.append(two_nodes())

    two = trained(photos, tiny_folder, tmp_path, "two", on="ray", tell=lose)
    assert len(lost) == 1
    same(one, two)
    costs = [run.metrics.cost.cpu_s for run in (one, two)]
    assert costs[1] > 1  # of the cluster, too


@pytest.mark.slow
def test_folds_are_trained_by_workers_too(photos, tiny_folder, tmp_path, by_workers) -> None:
    one = trained(photos, tiny_folder, tmp_path, "one", folds=2, epochs=1)
    two = trained(photos, tiny_folder, tmp_path, "two", folds=2, epochs=1, on="local:2")
    assert [name for name, _ in by_workers.asked] == ["try_afar", "train_afar"] * 3
    same(one, two)


@pytest.fixture
def job(task_data, tiny, tmp_path) -> Job:
    settings = Settings.of(on="local:2", strategy="full")
    heard: list[Event] = []
    made = Job(task_data, tiny, settings, tmp_path / "work", heard.append)
    site = site_of("place", Start(tiny, name="tiny"), settings, tmp_path, ("a", "b"), None)
    return replace(made, site=site)


def test_where_nobody_helps_or_the_data_are_in_memory_there_is_no_site(tiny, tmp_path) -> None:
    start, names = Start(tiny, name="tiny", weights="w"), ("data", "weights")
    asked = Settings.of(on="local:2")
    assert site_of("place", start, Settings(), tmp_path, names, None) is None
    assert site_of("", start, asked, tmp_path, names, None) is None
    fold = Partition((0, 1), (2,), (3,), "fold")
    site = site_of("place", start, asked, tmp_path, names, fold)
    assert (site.settings.backbone, site.settings.weights, site.settings.network.on) == (
        "tiny", "w", "",
    )  # fmt: skip
    assert site.partition == fold and hash(site)


def test_one_training_whose_rate_is_known_and_closed_forms_are_left_to_this_process(
    job: Job, by_workers
) -> None:
    assert ahead_of(replace(job, site=None), [Full(), Scratch()], {}) == {}
    assert ahead_of(job, [Probe(every_stage=True), Contrast()], {}) == {}
    known = replace(job, settings=Settings.of(on="local:2", strategy="full", rate=1e-3))
    assert ahead_of(known, [Full()], {}) == {} and by_workers.asked == []


def test_weights_or_data_that_differ_are_not_what_a_worker_goes_by(
    photos, tiny_folder, tmp_path, tiny: Backbone
) -> None:
    start = Start(tiny, name=str(tiny_folder))
    asked = Settings.of(on="local:2")
    wrong = site_of(str(photos), start, asked, tmp_path, ("other", tiny.contents), None)
    assert arm_jobs._job_at(wrong) is None
    assert arm_jobs.try_afar(arm_jobs.ArmJob(wrong, Full(), 1.0, tmp_path, 1e-3), print) is None
    assert arm_jobs.train_afar(arm_jobs.ArmJob(wrong, Full(), 1.0, tmp_path), print) is None


@pytest.fixture
def at_hand(job: Job, monkeypatch) -> Job:
    """What workers find is this."""
    short = replace(job.settings, hyperparameters=Hyperparameters(epochs=1))
    monkeypatch.setattr(arm_jobs, "_job_at", lambda site: replace(job, settings=short, tell=quiet))
    arm_jobs._ready.cache_clear()
    return replace(job, settings=short)


def test_a_single_training_is_left_to_this_process_once_its_rate_is_found(
    at_hand: Job, by_workers
) -> None:
    ahead = ahead_of(at_hand, [Full()], {})
    assert by_workers.asked == [("try_afar", 3)]
    kinds = [event.kind for event in ahead[Full()].said]
    assert kinds[0] == "start" and kinds[-1] == "end" and set(kinds[1:-1]) == {"step"}
    assert ahead[Full()].cost.cpu_s > 0 and ahead[Full()].cost.peak_rss_mb > 1
    assert not (at_hand.work / "full" / "checkpoint.safetensors").exists()


@pytest.mark.journey
def test_what_workers_did_is_not_done_again(at_hand: Job, by_workers, monkeypatch) -> None:
    ahead = ahead_of(at_hand, [Full(), Scratch()], {Full(): 1e9})
    assert by_workers.asked == [("try_afar", 4), ("try_afar", 2), ("train_afar", 2)]

    def none(*asked):
        yield pytest.fail("trained again")

    monkeypatch.setattr(trainer, "epochs_of", none)
    monkeypatch.setattr(rate_search, "epochs_of", none)
    again = ahead_of(
        at_hand, [Full(), Scratch()], {Full(): 1e9}
    )  # as behind a kill of this process
    assert by_workers.asked[3:] == [("train_afar", 2)] and again[Full()].said[-1].kind == "end"
    heard: list[Event] = []
    arm, _ = learned(replace(at_hand, tell=heard.append), Full(), 1e9, ahead[Full()])
    assert arm.cost == ahead[Full()].cost
    steps = [(event.what, event.done) for event in heard if event.kind == "step"]
    assert ("training", 1) in steps and ("trying rates", 3) in steps


@pytest.mark.journey
def test_workers_that_see_other_data_or_another_folder_are_told_of_and_not_believed(
    at_hand: Job, by_workers, monkeypatch
) -> None:
    heard: list[Event] = []
    hearing = replace(at_hand, tell=heard.append)
    monkeypatch.setattr(arm_jobs, "is_trained", lambda work: False)
    assert ahead_of(hearing, [Full(), Scratch()], {}) == {}
    monkeypatch.setattr(arm_jobs, "_ready", lambda job: None)
    monkeypatch.setattr(arm_jobs, "_job_at", lambda site: None)
    assert ahead_of(replace(hearing, work=hearing.work / "x"), [Full()], {}) == {}
    assert len([event for event in heard if "workers do not see the data" in event.what]) == 2

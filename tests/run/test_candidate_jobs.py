"""What is asked of one candidate, wherever that is."""

import pickle  # noqa: TID251 - what is sent to workers must be small
import time
from dataclasses import replace
from pathlib import Path

import pytest

from headstart.data import InMemory, Pair, find
from headstart.run import candidate_jobs
from headstart.run.candidate_jobs import Candidacy, look, look_afar, trials_of
from headstart.run.network_settings import Manned
from headstart.run.settings import RankSettings


@pytest.fixture
def candidacy(photos, tiny_folder, tmp_path) -> Candidacy:
    found = find(photos)
    trials = trials_of(
        found, found.examples, RankSettings(network=Manned(on="local:2")), (), tmp_path
    )
    return Candidacy(trials, str(tiny_folder), None)


def test_what_is_sent_to_workers_is_names_and_texts(candidacy) -> None:
    texts = InMemory("1", "a text"), InMemory("2", Pair("a", "b")), Path("a.png")
    assert candidate_jobs.can_be_sent(texts)
    assert not candidate_jobs.can_be_sent((*texts, InMemory("3", b"bytes")))
    sent = pickle.dumps(candidacy)
    assert len(sent) < 20_000 and candidacy.trials.settings.network.on == ""
    assert (
        pickle.loads(sent).trials.found.examples.sources == candidacy.trials.found.examples.sources
    )


def test_after_the_budget_none_is_begun_but_one_that_is_looked_at_anyway(
    candidacy, monkeypatch
) -> None:
    monkeypatch.setattr(candidate_jobs, "_entry", lambda one, backbone, tell: None)
    late = replace(candidacy, trials=replace(candidacy.trials, until=time.time() - 1))
    early = replace(candidacy, trials=replace(candidacy.trials, until=time.time() + 60))
    assert look(late, print).late and not look(early, print).late
    assert look(replace(late, anyway=True), print).backbone is not None


def test_a_worker_keeps_the_network_and_takes_threads_of_the_driver(candidacy, monkeypatch) -> None:
    threads = []
    monkeypatch.setattr(candidate_jobs.torch, "set_num_threads", threads.append)
    monkeypatch.setattr(candidate_jobs, "_entry", lambda one, backbone, tell: None)
    found = look_afar(replace(candidacy, trials=replace(candidacy.trials, threads=3)), print)
    assert found.backbone is None and threads == [3]


def test_bits_of_pictures_are_those_of_all_that_was_found(candidacy) -> None:
    deep = replace(candidacy, trials=replace(candidacy.trials, bits=12))
    assert candidate_jobs.backbone_of(deep, print).modality.bits == 12

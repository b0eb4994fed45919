"""What is published of a model, and what is remembered of its runs."""

from pathlib import Path

import pytest

from headstart.advise import (
    Past,
    Prior,
    Trained,
    prior_of,
    remember,
    remember_run,
    remembered,
)


def test_priors_are_published_for_known_models_and_for_no_others() -> None:
    known = prior_of("mobilenetv2_100.ra_in1k", "mobilenetv2_100")
    assert known is not None and known.source == "published" and known.points < 0
    assert prior_of("no_such_network", "no_such_network") is None


def test_own_runs_count_on_other_data_only(tmp_path: Path) -> None:
    remember(tmp_path, (Past("a", "mine", 3.0), Past("b", "mine", 5.0)))
    remember(tmp_path, (Past("b", "mine", 7.0), Past("b", "other", 0.0)))
    found = prior_of("mine", "mine", remembered(tmp_path, "c"))
    assert found == Prior(5.0, 2, "own runs")
    assert prior_of("mine", "mine", remembered(tmp_path, "b")) == Prior(3.0, 1, "own runs")


def test_trained_models_count_by_way_of_one_with_a_published_mean(tmp_path: Path) -> None:
    anchor = prior_of("resnet50", "resnet50")
    assert anchor is not None
    remember_run(tmp_path, Trained("a", "resnet50", "resnet50", 80.0))
    remember_run(tmp_path, Trained("a", "mine", "headstart_resnet10", 70.0))
    remember_run(tmp_path, Trained("a", "mine", "headstart_resnet10", 77.0))
    remember_run(tmp_path, Trained("b", "mine", "headstart_resnet10", 99.0))  # alone: says nothing
    remember(tmp_path, (Past("a", "mine", 50.0),))  # a ranking knows less than a run
    found = prior_of("headstart_resnet10", "mine", remembered(tmp_path, "c"))
    assert found == Prior(pytest.approx(anchor.points - 3.0), 1, "own runs")
    assert prior_of("headstart_resnet10", "mine", remembered(tmp_path, "a")) is None


@pytest.mark.parametrize("line", ["{", "[]", '{"data": 1}', "null"])
def test_a_damaged_memory_is_passed_over(tmp_path: Path, line: str) -> None:
    remember(tmp_path, (Past("a", "mine", 3.0),))
    with (tmp_path / "past.jsonl").open("a") as file:
        file.write(line)
    (tmp_path / "trained.jsonl").write_text(line + "\n")
    assert remembered(tmp_path, "") == (Past("a", "mine", 3.0),)
    remember_run(tmp_path, Trained("a", "mine", "mine", 1.0))
    assert (tmp_path / "trained.jsonl").read_text().count("\n") == 1


def test_networks_for_texts_have_published_means_by_both_of_their_names() -> None:
    known = {name: prior_of(name, name) for name in ("roberta-base", "FacebookAI/roberta-base")}
    assert len(set(known.values())) == 1 and None not in known.values()
    means = [prior_of(name, name) for name in ("distilbert-base-uncased", "roberta-large")]
    assert means[0] and means[1] and means[0].points < 0 < means[1].points
    assert prior_of("somebody/roberta-base", "somebody/roberta-base") is None

"""Texts take the same road as pictures: check, plan, train, load, predict, rank."""

import json
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from language import FAMILIES, WORDS, save_network

import headstart
from headstart.backbone import load_backbone
from headstart.cli import execute
from headstart.errors import BackboneError, UsageError

pytest.importorskip("transformers")

FILLER = [word for word in WORDS if word not in ("good", "bad")]


def sentence(label: str, rng: random.Random) -> str:
    words = [*rng.choices(FILLER, k=rng.randint(3, 9)), label, rng.choice(FILLER)]
    return " ".join(rng.sample(words, len(words)))


@pytest.fixture(scope="module")
def reviews(tmp_path_factory) -> Path:
    """A table of sentences that are good or bad."""
    rng, place = random.Random(0), tmp_path_factory.mktemp("reviews") / "reviews.csv"
    lines = [f"{label},{sentence(label, rng)}" for _ in range(60) for label in ("good", "bad")]
    place.write_text("\n".join(["sentiment,review", *lines, "good,"]) + "\n")
    return place


@pytest.fixture(scope="module")
def trained(reviews: Path, tiny_bert: Path, tmp_path_factory):
    out = tmp_path_factory.mktemp("texts") / "run"
    return headstart.train(reviews, backbone=str(tiny_bert), strategy="unfreeze:1", out=out)


def test_a_run_on_texts_leaves_figures_and_a_verdict(trained) -> None:
    names = [arm["name"] for arm in trained.metrics["arms"]]
    assert names == ["majority class", "linear on TF-IDF", "probe", "probe on random weights",
                     "unfreeze:1"]  # fmt: skip
    figures = {arm["name"]: arm["accuracy"]["value"] for arm in trained.metrics["arms"]}
    assert figures["linear on TF-IDF"] > 0.9  # one word says it
    assert trained.metrics["frozen"]["changed"] == 0
    page = (trained.path / "report.html").read_text()
    assert (
        "<blockquote" in page
        and "text-classification" in (trained.path / "model" / "README.md").read_text()
    )


@pytest.mark.slow
def test_every_family_takes_the_whole_road(reviews: Path, tmp_path: Path) -> None:
    """A tiny random network of each is trained, saved, and predicts the same in a new process."""
    asked = ["the film was good", "they runs and it is bad", "a"]
    expected = {}
    for kind, settings in FAMILIES.items():
        place = save_network(tmp_path / kind / "net", kind, **settings)
        depth = load_backbone(str(place)).depth
        strategy = "unfreeze:1" if depth > 1 else "probe"
        out = tmp_path / kind / "run"
        run = headstart.train(reviews, backbone=str(place), strategy=strategy, out=out)
        assert run.metrics["frozen"]["changed"] == 0
        expected[str(out)] = [repr(one) for one in run.model.predict(asked)]
    code = (
        "import json, sys, headstart\n"
        "folders, asked = json.loads(sys.argv[1])\n"
        "told = {f: [repr(p) for p in headstart.load(f).predict(asked)] for f in folders}\n"
        "print(json.dumps(told))"
    )
    given = json.dumps([list(expected), asked])
    told = subprocess.run(
        [sys.executable, "-c", code, given], capture_output=True, text=True, check=True
    )
    assert json.loads(told.stdout.splitlines()[-1]) == expected


def test_what_stands_before_every_text_goes_with_the_model(
    reviews: Path, tiny_bert: Path, tmp_path: Path, photos: Path
) -> None:
    asked = {"backbone": str(tiny_bert), "strategy": "probe"}
    run = headstart.train(reviews, prefix="the dog: ", out=tmp_path / "begun", **asked)
    model = run.model
    assert model.backbone.modality.prefix == "the dog: "
    bare = replace(model.backbone, modality=replace(model.backbone.modality, prefix=""))
    plain, text = replace(model, backbone=bare), "the film was good"
    assert model.predict([text])[0].probabilities != plain.predict([text])[0].probabilities
    with pytest.raises(UsageError, match="U159"):
        headstart.train(photos, prefix="query: ", backbone="shipped", out=tmp_path / "no")


def test_the_model_reads_strings_files_and_the_same_elsewhere(trained, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("the film was good")
    things = ["the film was good", tmp_path / "one.txt"]
    found = trained.model.predict(things)
    assert found[0].label == found[1].label
    assert found[0].probability == pytest.approx(found[1].probability, abs=1e-6)
    trained.path.joinpath("model").rename(tmp_path / "moved")
    try:
        assert headstart.load(tmp_path / "moved").predict(things) == found
    finally:
        (tmp_path / "moved").rename(trained.path / "model")


def test_the_command_line_takes_texts(trained, capsys) -> None:
    assert execute(["predict", str(trained.path), "--text", "a bad dog", "--text", "good"]) == 0
    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()] == [
        "a bad dog", "good"
    ]  # fmt: skip
    assert execute(["predict", str(trained.path)]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["auto", "lora:2"])
def test_every_strategy_goes_the_same_road(
    strategy: str, reviews: Path, tiny_bert: Path, tmp_path: Path
) -> None:
    run = headstart.train(reviews, backbone=str(tiny_bert), strategy=strategy, out=tmp_path / "run")
    assert run.metrics["n"]["test"] == 24 and run.metrics["frozen"]["changed"] == 0


@pytest.mark.slow
def test_a_second_run_ends_byte_equal(reviews: Path, tiny_bert: Path, tmp_path: Path) -> None:
    found = []
    for name in "ab":
        run = headstart.train(
            reviews, backbone=str(tiny_bert), strategy="unfreeze:2", out=tmp_path / name,
            cache=tmp_path / f"cache {name}",
        )  # fmt: skip
        files = sorted((run.path / "model").iterdir())
        found.append([file.read_bytes() for file in files if file.name != "README.md"])
    assert found[0] == found[1]


@pytest.mark.slow
def test_folders_of_txt_files_are_texts(tiny_bert: Path, tmp_path: Path) -> None:
    rng = random.Random(1)
    for label in ("good", "bad"):
        (tmp_path / "texts" / label).mkdir(parents=True)
        for index in range(20):
            (tmp_path / "texts" / label / f"{index}.txt").write_text(sentence(label, rng))
    planned = headstart.plan(tmp_path / "texts", backbone=str(tiny_bert))
    assert planned.strategies[:2] == ("probe", "probe:all")
    found = headstart.rank(tmp_path / "texts", backbones=f"{tiny_bert},{tiny_bert}=random")
    assert len(found) == 2


def test_pictures_are_no_texts_and_texts_no_pictures(
    reviews: Path, photos: Path, tiny_folder: Path, tiny_bert: Path
) -> None:
    for place, backbone in ((reviews, tiny_folder), (photos, tiny_bert)):
        with pytest.raises(BackboneError, match="M461"):
            headstart.train(place, backbone=str(backbone))


@pytest.mark.slow
def test_others_start_from_a_model_for_texts(trained, reviews: Path, tmp_path: Path) -> None:
    started = load_backbone(str(trained.path))
    assert started.modality.kind == "text" and started.depth == 4
    run = headstart.train(
        reviews, backbone=str(trained.path), strategy="probe", out=tmp_path / "again"
    )
    assert run.metrics["n"]["test"] == 24

"""From sentences with a tag for each word to a model that tags."""

import json
import random
from pathlib import Path

import pytest
from language import save_network

import headstart
from headstart.data import Columns, find
from headstart.errors import DataError
from headstart.run.inputs import found_at
from headstart.train import rates

pytest.importorskip("transformers")

NAMES, PLACES = ("cat", "dog"), ("film", "blue")
OTHERS = ("the", "a", "is", "not", "very", "good", "runs", "sleeps", "and", "it")


@pytest.fixture(scope="module")
def sentences() -> list[tuple[list[str], list[str]]]:
    """A word says what it is; "red" behind a name goes on with it."""
    draw, found = random.Random(0), []
    for _ in range(160):
        words, tags = [], []
        for _ in range(draw.randint(2, 5)):
            kind = draw.random()
            word = draw.choice(NAMES if kind < 0.25 else PLACES if kind < 0.4 else OTHERS)
            words.append(word)
            tags.append("B-PER" if word in NAMES else "B-LOC" if word in PLACES else "O")
            if word in NAMES and draw.random() < 0.5:
                words.append("red")
                tags.append("I-PER")
        found.append((words, tags))
    return found


@pytest.fixture(scope="module")
def conll(sentences, tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("tags") / "news.conll"
    lines = ["-DOCSTART- -X- O", ""]
    for words, tags in sentences:
        lines += [f"{word} NN {tag}" for word, tag in zip(words, tags, strict=True)] + [""]
    place.write_text("\n".join(lines))
    return place


@pytest.fixture(scope="module")
def trained(conll: Path, tmp_path_factory):
    root = tmp_path_factory.mktemp("tagged")
    network = save_network(root / "bert")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rates, "FEW_RATES", (1e-2,))  # a search would find it, too
        return headstart.train(conll, backbone=str(network), strategy="probe", out=root / "run")


def test_files_and_tables_say_the_same(conll: Path, sentences, tmp_path: Path) -> None:
    rows = [json.dumps({"tokens": words, "ner_tags": tags}) for words, tags in sentences]
    (tmp_path / "news.jsonl").write_text("\n".join(rows))
    one = find(conll)
    other = find(tmp_path / "news.jsonl", Columns(task="entities"))
    assert one.examples.kind == "entities" and len(one.examples) == len(sentences)
    told = [
        [(source.content, found.examples.truth.written(row))
         for row, source in enumerate(found.examples.sources)]
        for found in (one, other)
    ]  # fmt: skip
    assert told[0] == told[1] and told[0][0] == tuple(map(" ".join, sentences[0]))


def test_it_learns_tags_and_is_held_against_each_words_usual_tag(trained) -> None:
    metrics = trained.metrics
    assert (metrics["task"], metrics["figure"]) == ("entities", "sentence_f1")
    assert [arm["name"] for arm in metrics["arms"]] == [
        "the usual tag", "each word's usual tag", "probe on random weights", "probe"]  # fmt: skip
    arms = {arm["name"]: arm["sentence_f1"]["value"] for arm in metrics["arms"]}
    assert arms["each word's usual tag"] > 0.9 and arms["probe"] > 0.9 > arms["the usual tag"]
    assert list(metrics["test"]) == ["sentence_f1", "entity_f1", "tags_right", "exact"]


def test_the_model_tags_the_same_elsewhere(trained, tmp_path) -> None:
    asked = ["the cat red runs", "a  film"]
    found = trained.model.predict(asked)
    assert [len(one.label.split()) for one in found] == [4, 2]
    assert found[0].label.startswith("O B-PER I-PER ") and found[1].label == "O B-LOC"
    (tmp_path / "moved").mkdir()
    for file in (trained.path / "model").iterdir():
        (tmp_path / "moved" / file.name).write_bytes(file.read_bytes())
    assert headstart.load(tmp_path / "moved").predict(asked) == found


def test_page_card_and_table_hold_tags(trained) -> None:
    assert "F1 of all entities" in (trained.path / "report.html").read_text()
    assert "`B-PER`" in (trained.path / "model" / "README.md").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["full", "unfreeze:1", "lora:2", "auto"])
def test_every_strategy_tags(strategy: str, conll: Path, tmp_path: Path) -> None:
    network = save_network(tmp_path / "bert")
    run = headstart.train(
        conll, backbone=str(network), strategy=strategy, out=tmp_path / "run", compare="scratch"
    )
    assert run.metrics["test"]["sentence_f1"]["value"] > 0.4


def test_texts_without_a_tag_for_each_word_are_told(tmp_path: Path) -> None:
    pairs = ((["a", "b"], "O B-X"), (["a"], "O O"), (["c d", ""], "O O"), (["a"], "O"))
    rows = [{"tokens": words, "tags": tags.split()} for words, tags in pairs]
    (tmp_path / "t.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = found_at(tmp_path / "t.jsonl", Columns(task="entities"), tmp_path)
    assert [s.content for s in found.examples.sources] == ["a b", "c_d _", "a"]
    assert [(p.code, p.reason) for p in found.problems] == [("D166", "1 word, 2 tags; left out")]
    (tmp_path / "u.csv").write_text("text,label\none two three four,a\nfive six seven eight,b\n")
    with pytest.raises(DataError, match="as many tags as words"):
        found_at(tmp_path / "u.csv", Columns(task="entities"), tmp_path)


def test_backbones_are_ranked_by_the_tags_they_learn_to_tell(conll, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(rates, "FEW_RATES", (1e-2,))
    network = save_network(tmp_path / "bert")
    found = headstart.rank(conll, backbones=f"{network},{network}=random")
    assert {one.backbone for one in found} == {str(network), f"{network}=random"}
    assert all(0 <= one.low <= one.predicted <= one.high <= 1 for one in found)

"""Examples that are two texts."""

import json
import random
from pathlib import Path

import pytest
import torch
from language import WORDS, save_network, save_tokenizer

import headstart
from headstart.backbone import load_backbone
from headstart.cli import execute
from headstart.data import Columns, Held, Pair, find
from headstart.errors import DataError
from headstart.modality import Text, text_of

pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    """Whether the second text's words are in the first."""
    place, draw = tmp_path_factory.mktemp("pairs") / "pairs.tsv", random.Random(0)
    lines = ["premise\thypothesis\tlabel"]
    for i in range(120):
        first = draw.sample(WORDS, 5)
        others = [word for word in WORDS if word not in first]
        second = draw.sample(first, 2) if i % 2 else draw.sample(others, 2)
        lines.append(f"{' '.join(first)}\t{' '.join(second)}\t{('no', 'yes')[i % 2]}")
    place.write_text("\n".join(lines))
    return place


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> Text:
    contract = text_of(save_tokenizer(tmp_path_factory.mktemp("words")), 12)
    return Text(contract.tokenizer, 12, contract.place, paired=True)


def held(first: str, second: str) -> Held:
    return Held("x", Pair(first, second))


def test_columns_that_go_together_are_found(table: Path, tmp_path: Path) -> None:
    found = find(table)
    assert found.holds == "text" and "second = hypothesis" in " ".join(found.notes)
    assert isinstance(found.examples.sources[0].content, Pair)
    (tmp_path / "t.csv").write_text("a,b,label\nthe cat,a dog,1\nthe dog,a cat,0\nit is,,1\n")
    found = find(tmp_path / "t.csv", Columns(text="a", second="b"))
    assert [s.content.second for s in found.examples.sources] == ["a dog", "a cat"]
    assert [(p.code, p.reason) for p in found.problems] == [("D155", "has no second text")]


def test_what_ends_a_text_stands_between_two(reader: Text) -> None:
    item = reader.read(held("the cat", "a dog runs"))
    assert item.tolist() == [2, 4, 6, 3, 5, 7, 14, 3]
    assert reader.show(item)[1] == b"the cat\na dog runs"
    assert reader.read(held("the [SEP] cat", "a")).tolist().count(3) == 2


def test_a_tokenizer_that_knows_no_pairs_ends_both(reader: Text, tmp_path: Path) -> None:
    made = json.loads(reader.place.read_text())
    pair = [{"Sequence": {"id": name, "type_id": 0}} for name in "AB"]
    made["post_processor"]["pair"] = pair
    (tmp_path / "tokenizer.json").write_text(json.dumps(made))
    contract = text_of(tmp_path / "tokenizer.json", 12)
    alone = Text(contract.tokenizer, 12, contract.place, paired=True)
    assert alone.read(held("the cat", "a dog")).tolist() == [2, 4, 6, 3, 5, 7, 3]


def test_the_longer_text_is_cut_first(reader: Text) -> None:
    cat, dog = "cat " * 20, "dog " * 20
    assert reader.read(held(cat, "dog")).tolist().count(6) == 8
    assert reader.read(held("cat", dog)).tolist().count(7) == 8
    both = reader.read(held(cat, dog)).tolist()
    assert (both.count(6), both.count(7), len(both)) == (5, 4, 12)


def test_what_both_say_is_counted_without_a_network(reader: Text) -> None:
    items = [reader.read(held("the cat", "the cat")), reader.read(held("the cat", "a dog"))]
    same, other = reader.plain(items).toarray()
    assert same.sum() - other.sum() == 2  # two words that both have


def test_the_network_is_told_which_text_is_which(tmp_path: Path) -> None:
    backbone = load_backbone(str(save_network(tmp_path / "bert")))
    transformers = pytest.importorskip("transformers")
    plain = transformers.AutoModel.from_pretrained(tmp_path / "bert").eval()
    tokens = torch.tensor([[2, 4, 6, 3, 5, 7, 3, -1], [2, 4, 6, 5, 3, -1, -1, -1]])
    types = torch.tensor([[0, 0, 0, 0, 1, 1, 1, 0], [0] * 8])
    mask = (tokens >= 0).long()
    with torch.inference_mode():
        hidden = plain(
            input_ids=tokens.clamp_min(0), attention_mask=mask, token_type_ids=types
        ).last_hidden_state
        expected = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        torch.testing.assert_close(backbone.stages(tokens), expected, rtol=0, atol=1e-6)


def test_pairs_are_learned_saved_and_asked_for(table, tmp_path, capsys) -> None:
    network = save_network(tmp_path / "bert")
    run = headstart.train(table, backbone=str(network), strategy="probe", out=tmp_path / "run")
    arms = {arm["name"]: arm["accuracy"]["value"] for arm in run.metrics["arms"]}
    assert arms["linear on TF-IDF"] > 0.8  # shared words are among its counts
    asked = [("the cat is red", "cat red"), ("the cat is red", "blue dog")]
    found = headstart.load(run.path).predict(asked)
    assert found == run.model.predict(asked)
    given = ["--text", "the cat is red", "--second", "cat red"]
    assert execute(["predict", str(run.path), *given]) == 0
    assert "the cat is red | cat red" in capsys.readouterr().out
    assert execute(["predict", str(run.path), "--text", "the cat"]) == 3
    assert execute(["predict", str(run.path), *given, "--text", "a dog"]) == 2
    with pytest.raises(DataError, match="two texts, here is one"):
        run.model.predict(["the cat"])

"""Two texts in one item: parted by a token, the longer cut first."""

import json
from pathlib import Path

import pytest
from language import save_tokenizer

from headstart.data import InMemory, Pair
from headstart.modality import Text, text_of

pytest.importorskip("transformers")


@pytest.fixture(scope="module")
def reader(tmp_path_factory) -> Text:
    contract = text_of(save_tokenizer(tmp_path_factory.mktemp("words")), 12)
    return Text(contract.tokenizer, 12, contract.place, paired=True)


def held(first: str, second: str) -> InMemory:
    return InMemory("x", Pair(first, second))


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

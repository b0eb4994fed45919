"""Tokens that two texts share are counted."""

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


def test_what_both_say_is_counted_without_a_network(reader: Text) -> None:
    items = [reader.read(held("the cat", "the cat")), reader.read(held("the cat", "a dog"))]
    same, other = reader.plain(items).toarray()
    assert same.sum() - other.sum() == 2  # two words that both have

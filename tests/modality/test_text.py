"""Texts become tokens: always the same ones, however odd the text."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from headstart.data import InMemory, Pair
from headstart.errors import BackboneError, DataError
from headstart.modality import Text

tokenizers = pytest.importorskip("tokenizers")

HOSTILE = [
    "\x1b[31mred\x07", "abc\u202egnp.exe", "<script>alert(1)</script>", "a\x00b", "\ud800 lone",
    "word " * 200_000, "ffi ﬁ", "مرحبا بالعالم", "漢字かな", "\u200b\u200bzero", "🙂" * 500, "-",
    "{{7*7}}",
]  # fmt: skip


def test_a_text_is_its_tokens_with_special_ones_around(words: Text) -> None:
    item = words.read(InMemory("x", "the cat"))
    assert item.dtype == torch.int32 and len(item) == 4
    assert words.show(item) == ("text/plain", b"the cat")


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_texts(text: str, words: Text) -> None:
    look, item = words.look(InMemory("x", text))
    assert 2 <= len(item) <= words.max_tokens and len(look.digest) == 64
    assert words.batch([item]).shape[1] > len(item)


def test_a_long_text_is_cut_and_keeps_its_end_mark(words: Text) -> None:
    look, item = words.look(InMemory("x", "the " * 100))
    whole = words.read(InMemory("x", "the"))
    assert len(item) == words.max_tokens and item[-1] == whole[-1]
    assert dict(look.facts)["tokens"] == 102
    assert "are cut at 24 tokens" in words.noted([look])[0]


def test_every_batch_is_padded_and_lengths_come_in_steps(words: Text) -> None:
    items = [words.read(InMemory("x", "the " * n)) for n in (1, 14, 3)]
    batch = words.batch(items)
    assert batch.shape == (3, 32) and (batch == -1).any(dim=1).all()
    assert words.batch(items[:1]).shape == (1, 16)


def test_case_and_spaces_make_no_other_content(words: Text) -> None:
    one, other = (words.look(InMemory("x", text))[0] for text in ("The  Cat", "the cat"))
    assert one.content == other.content and one.digest != other.digest


@pytest.mark.parametrize("content", ["", "  \n", 3, None])
def test_what_holds_no_text_is_refused(content: object, words: Text) -> None:
    with pytest.raises(DataError, match="D19"):
        words.read(InMemory("x", content))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_a_file_is_text_in_any_encoding(encoding: str, words: Text, tmp_path: Path) -> None:
    for name, raw in (("a", "the café".encode()), ("b", "the café".encode(encoding))):
        (tmp_path / name).write_bytes(raw)
    assert torch.equal(words.read(tmp_path / "a"), words.read(tmp_path / "b"))
    with pytest.raises(DataError, match="D192"):
        words.read(tmp_path / "absent")


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01",
        b"RIFF\x24\x08\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00" + bytes(64),
        b"PK\x03\x04\x14\x00\x06\x00\x08\x00" + random.Random(0).randbytes(500),
    ],
)
def test_a_picture_or_a_recording_is_no_text(raw: bytes, words: Text, tmp_path: Path) -> None:
    (tmp_path / "thing").write_bytes(raw)
    with pytest.raises(DataError, match="D195"):
        words.read(tmp_path / "thing")


def test_counts_are_of_tokens_and_of_pairs(words: Text) -> None:
    counts = words.plain([words.read(InMemory("x", t)) for t in ("the cat", "the the the")])
    assert counts.shape[0] == 2 and counts.sum(axis=1).tolist() == [3, 5]


def test_another_tokenizer_in_the_same_place_is_noticed(words: Text, tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text(words.place.read_text() + " ")
    with pytest.raises(BackboneError, match="M471"):
        Text(words.tokenizer, 24, tmp_path / "tokenizer.json").read(InMemory("x", "the"))


def test_a_prefix_is_read_and_is_nothing_of_the_text(words: Text) -> None:
    begun = replace(words, prefix="a dog: ")
    plain, item = (one.read(InMemory("x", "the cat is good")) for one in (words, begun))
    before = len(item) - len(plain)
    assert before > 0 and item[1 + before :].tolist() == plain[1:].tolist()
    assert item.tolist() == words.read(InMemory("x", "a dog: the cat is good")).tolist()
    assert begun.show(item) == words.show(plain)
    assert (begun.plain([item]) != words.plain([plain])).nnz == 0
    looks = [one.look(InMemory("x", "the cat is good"))[0] for one in (words, begun)]
    assert (looks[0].content, looks[0].near) == (looks[1].content, looks[1].near)
    starts = words.starts("the cat is good")
    assert begun.starts("the cat is good") == [start + before for start in starts]
    assert begun.codes("the cat") == words.codes("the cat")  # what is to be written has none


def test_a_prefix_stands_before_the_first_of_two(words: Text) -> None:
    pair, plain = InMemory("x", Pair("the cat", "a dog")), replace(words, paired=True)
    begun = replace(plain, prefix="is it ")
    assert begun.read(pair).tolist() == plain.read(
        InMemory("x", Pair("is it the cat", "a dog"))
    ).tolist()  # fmt: skip
    assert begun.show(begun.read(pair)) == plain.show(plain.read(pair))

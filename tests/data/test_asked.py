"""What counts as one thing, as several, and which column of a frame is taken."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
import PIL.Image
import pytest
import torch

from headstart.data import InMemory, Pair, asked_of
from headstart.errors import DataError

ONE_OF = {
    "image": [
        "a.png", Path("a.png"), b"bytes", PIL.Image.new("RGB", (3, 2)), np.zeros((8, 9)),
        np.zeros((8, 9, 3)), np.zeros((8, 9, 1)), torch.zeros(3, 8, 9), torch.zeros(8, 9),
    ],
    "text": ["a text", Path("a.txt"), InMemory("mine", "a text")],
    "audio": ["a.wav", (np.zeros(9), 16_000), {"array": np.zeros(9), "sampling_rate": 9}],
}  # fmt: skip
SEVERAL = {
    "image": [
        ["a.png", "b.png"], ("a.png", "b.png"), np.zeros((2, 8, 9)), np.zeros((2, 8, 9, 3)),
        torch.zeros(2, 3, 8, 9), pd.Series(["a.png", "b.png"]), np.array(["a.png", "b.png"]),
        pd.DataFrame({"path": ["a.png", "b.png"], "label": [1, 2]}),
        pd.DataFrame({"odd name": ["a.png", "b.png"]}),
    ],
    "text": [
        ["a", "b"], ("a", "b"), pd.Series(["a", "b"], index=[7, 7]), (text for text in "ab"),
        pd.DataFrame({"n": [1, 2], "Review": ["a", "b"]}),
    ],
    "audio": [[(np.zeros(9), 8), (np.zeros(9), 8)], ("a.wav", "b.wav"), pd.Series(["a", "b"])],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "thing"), [(k, t) for k, all_ in ONE_OF.items() for t in all_])
def test_one_thing_is_one_source(kind, thing) -> None:
    asked = asked_of(thing, kind)
    assert asked.single and len(asked.sources) == 1


@pytest.mark.parametrize(("kind", "things"), [(k, t) for k, all_ in SEVERAL.items() for t in all_])
def test_several_are_as_many_in_their_order(kind, things) -> None:
    asked = asked_of(things, kind)
    assert not asked.single and len(asked.sources) == 2
    if kind == "text":
        assert [held.content for held in asked.sources] == ["a", "b"]


def test_bands_are_channels_of_one_picture_where_the_model_has_so_many() -> None:
    assert asked_of(np.zeros((8, 9, 5)), "image", channels=5).single
    assert len(asked_of(np.zeros((8, 9, 5)), "image").sources) == 8


def test_two_texts_are_one_example_where_pairs_were_learned() -> None:
    one = asked_of(("a", "b"), "text", paired=True)
    assert one.single and one.sources[0].content == Pair("a", "b")
    frames = ({"x": ["a"], "y": ["b"]}, {"n": [1], "hypothesis": ["b"], "premise": ["a"]})
    for cells in frames:
        (found,) = asked_of(pd.DataFrame(cells), "text", paired=True).sources
        assert found.content == Pair("a", "b")


@pytest.mark.parametrize(
    ("columns", "paired"), [(["x", "y"], False), (["x"], True), (["x", "y", "z"], True)]
)
def test_a_frame_whose_column_is_not_clear_is_refused_with_what_to_write(columns, paired) -> None:
    frame = pd.DataFrame({name: ["a"] for name in columns})
    with pytest.raises(DataError, match="D177") as error:
        asked_of(frame, "text", paired=paired)
    assert columns[0] in error.value.why and "model.predict(" in error.value.fix


def test_nothing_is_several() -> None:
    assert asked_of([], "image").sources == () and not asked_of([], "image").single


def test_an_opened_file_is_what_it_holds() -> None:
    one = asked_of(io.BytesIO(b"held"), "image")
    assert one.single and one.sources[0].content == b"held"
    assert asked_of([io.StringIO("a text")], "text").sources[0].content == "a text"

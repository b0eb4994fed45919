"""Words that an answer rests on."""

from pathlib import Path

import pytest
import torch

from headstart.backbone import load_backbone
from headstart.data import InMemory, Pair
from headstart.evaluate.occlusion import WORDS, weighed
from headstart.head import linear
from headstart.task import Classification, MultiLabel
from headstart.train import Fitted

pytest.importorskip("transformers")
TASK = Classification(("bad", "good", "neither"))


@pytest.fixture(scope="module")
def fitted(tiny_bert: Path) -> Fitted:
    backbone = load_backbone(str(tiny_bert))
    draw = torch.Generator().manual_seed(0)
    head = linear(backbone.width, 3, torch.randn(3, backbone.width, generator=draw))
    return Fitted(backbone, *backbone.cut(2), head, torch.zeros(0, 3), ())


def share(fitted: Fitted, text: str, said: int) -> float:
    stages = torch.nn.Sequential(*fitted.prefix, *fitted.suffix, fitted.head).eval()
    modality = fitted.backbone.modality
    with torch.inference_mode():
        rows = stages(modality.batch([modality.read(InMemory("x", text))]))
    return float(rows.softmax(-1)[0, said])


def test_a_word_weighs_what_the_class_loses_without_it(fitted: Fitted) -> None:
    found = weighed(fitted, TASK, InMemory("x", "the  cat is\nvery good"), 1)
    assert [word for word, _ in found] == ["the", "cat", "is", "very", "good"]
    whole = share(fitted, "the cat is very good", 1)
    assert found[1][1] == pytest.approx(whole - share(fitted, "the is very good", 1), abs=1e-6)
    assert found[4][1] == pytest.approx(whole - share(fitted, "the cat is very", 1), abs=1e-6)


def test_nothing_is_weighed_where_there_is_no_one_class_of_one_text(fitted: Fitted) -> None:
    text = InMemory("x", "the cat is good")
    assert weighed(fitted, MultiLabel(("a", "b", "c")), text, 1) == ()
    assert weighed(fitted, TASK, InMemory("x", Pair("the cat", "a dog")), 1) == ()
    assert weighed(fitted, TASK, InMemory("x", "cat"), 1) == ()
    assert weighed(fitted, TASK, Path("cat.txt"), 1) == ()
    assert weighed(fitted, TASK, InMemory("x", "cat " * (WORDS + 9)), 1) == ()  # more than it reads

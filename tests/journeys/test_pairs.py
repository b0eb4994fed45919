"""Examples that are two texts."""

import random
from pathlib import Path

import pytest
import torch
from language import WORDS, save_network

import headstart
from headstart.backbone import load_backbone
from headstart.cli import execute
from headstart.data import Columns, Pair, find
from headstart.errors import DataError

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


def test_columns_that_go_together_are_found(table: Path, tmp_path: Path) -> None:
    found = find(table)
    assert found.holds == "text" and "second = hypothesis" in " ".join(found.notes)
    assert isinstance(found.examples.sources[0].content, Pair)
    (tmp_path / "t.csv").write_text("a,b,label\nthe cat,a dog,1\nthe dog,a cat,0\nit is,,1\n")
    found = find(tmp_path / "t.csv", Columns(text="a", second="b"))
    assert [s.content.second for s in found.examples.sources] == ["a dog", "a cat"]
    assert [(p.code, p.reason) for p in found.problems] == [("D155", "has no second text")]


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

"""Texts that classify, as transformers' own class reads them where it can give our scores."""

from pathlib import Path

import pytest
import torch
from language import FAMILIES, save_network

from headstart.backbone import Backbone, load_backbone
from headstart.backbone.layers import Row
from headstart.backbone.reassembly import whole_network
from headstart.data import InMemory
from headstart.head import linear
from headstart.share import text_layout as layouts
from headstart.share.layout import Layout
from headstart.share.text_classifier import text_classifier
from headstart.share.text_layout import text_layout

CLASSES = ("bad", "fair", "good")
TEXTS = ("the cat sleeps", "the dog is not very good and it was big " * 5)
KIND = "single_label_classification"


def backbone_of(place: Path, kind: str, pooling: str = "cls_token") -> Backbone:
    """A network whose rows are the first token, as sentence-transformers notes it."""
    folder = save_network(place / kind, kind, **FAMILIES[kind])
    (folder / "modules.json").write_text('[{"path": "1_Pooling", "type": "models.Pooling"}]')
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(f'{{"pooling_mode_{pooling}": true}}')
    return load_backbone(str(folder))


def head_of(backbone: Backbone, count: int = 3) -> torch.nn.Linear:
    drawn = torch.Generator().manual_seed(0)
    weight = torch.randn(count, backbone.width, generator=drawn) / 10
    return linear(backbone.width, count, weight, torch.randn(count, generator=drawn))


def put(layout: Layout, folder: Path) -> Path:
    for name, content in layout.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@torch.inference_mode()
@pytest.mark.parametrize("kind", ["distilbert", "electra", "deberta-v2"])
def test_transformers_gives_our_scores_and_names_our_classes(kind: str, tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    backbone = backbone_of(tmp_path, kind)
    head = head_of(backbone)
    layout = text_layout(backbone, head, CLASSES, KIND)
    assert layout.reader == "sentence-transformers" and layout.difference <= 1e-6
    assert layout.use.count("\n") == 1 and "AutoModelForSequenceClassification" in layout.use
    folder = put(layout, tmp_path / "out")
    network = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    given = tokenizer(list(TEXTS), padding=True, truncation=True, return_tensors="pt")
    items = [backbone.modality.read(InMemory(text, text)) for text in TEXTS]
    ours = head(backbone.stages(backbone.modality.batch(items)))
    assert float((network(**given).logits - ours).abs().max()) <= 2e-6
    assert network.config.id2label == dict(enumerate(CLASSES))
    assert network.config.problem_type == KIND
    assert torch.equal(load_backbone(str(folder)).stages(backbone.modality.batch(items)),
                       backbone.stages(backbone.modality.batch(items)))  # fmt: skip


def test_what_no_class_can_say_is_left_to_sentence_transformers(tmp_path: Path) -> None:
    bert = backbone_of(tmp_path / "first", "bert")  # tanh behind its pooling
    means = backbone_of(tmp_path / "mean", "distilbert", "mean_tokens")
    first = backbone_of(tmp_path / "one", "distilbert")
    for backbone, kind in ((bert, KIND), (means, KIND), (first, "")):
        layout = text_layout(backbone, head_of(backbone), CLASSES, kind)
        assert layout.reader == "sentence-transformers" and "\n" not in layout.use


def test_half_of_the_width_is_the_most_classes_that_fit(tmp_path: Path) -> None:
    backbone = backbone_of(tmp_path, "distilbert")
    network, _ = whole_network(backbone)
    most = backbone.width // 2
    assert text_classifier(network, Row("first"), head_of(backbone, most), (), KIND)
    assert not text_classifier(network, Row("first"), head_of(backbone, most + 1), (), KIND)
    assert not text_classifier(network, Row("first", scaled=True), head_of(backbone), (), KIND)


def test_a_class_that_gives_other_scores_is_left_out(tmp_path: Path, monkeypatch) -> None:
    backbone = backbone_of(tmp_path, "distilbert")

    def wrong(network, row, head, *told):
        facts, tensors = text_classifier(network, row, head, *told)
        return facts, {**tensors, "classifier.bias": tensors["classifier.bias"] + 1}

    monkeypatch.setattr(layouts, "text_classifier", wrong)
    layout = text_layout(backbone, head_of(backbone), CLASSES, KIND)
    assert layout.files == text_layout(backbone, head_of(backbone), CLASSES).files
    assert "\n" not in layout.use

"""The page of a published folder, as hubs read it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from secret_run import FIGURES

from headstart.backbone import Backbone
from headstart.head import linear
from headstart.model import Model
from headstart.share.layout import Layout
from headstart.share.publication import PublishSettings
from headstart.share.published_card import model_card
from headstart.share.subject import Subject
from headstart.task import Calibration, Classification


@pytest.fixture
def subject(tiny: Backbone) -> Subject:
    head = linear(16, 3, torch.zeros(3, 16))
    model = Model(tiny, head, Classification(("a", "b", "c")), Calibration(0.75), tiny.depth)
    return Subject(tiny, model, FIGURES, "timm/tiny", frozenset())


def front(card: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(card.split("---\n")[1])
    return told


def test_hubs_read_where_it_comes_from_and_how_good_it_is(subject: Subject) -> None:
    settings = PublishSettings(data="me/hues", name="hues")
    told = front(model_card(subject, Layout("timm", use="x"), settings))
    assert told["base_model"] == "timm/tiny" and told["base_model_relation"] == "finetune"
    assert (told["pipeline_tag"], told["datasets"]) == ("image-classification", ["me/hues"])
    assert told["license"] == "Apache-2.0"
    (result,) = told["model-index"][0]["results"]
    (accuracy, _) = result["metrics"]
    assert accuracy["value"] == 0.9
    assert accuracy["args"] == {"low": 0.8, "high": 0.95, "confidence": 0.95}


def test_fresh_weights_name_no_base(subject: Subject) -> None:
    card = model_card(replace(subject, base=""), Layout(note="why"), PublishSettings())
    assert "base_model" not in front(card)
    assert "why." in card


def test_the_page_tells_the_verdict_and_what_limits_it(subject: Subject) -> None:
    card = model_card(subject, Layout("timm", use="timm.create_model"), PublishSettings())
    for told in ("Transfer helps: +10 points", "Intended use and limits", "- few", "timm.create"):
        assert told in card


def test_no_name_breaks_out_of_the_front_matter(subject: Subject, tmp_path: Path) -> None:
    settings = PublishSettings(data='x"\n---\nlicense: mit', name="a: b\n- c")
    told = front(model_card(subject, Layout(), settings))
    assert told["license"] == "Apache-2.0" and told["datasets"] == [settings.data]

"""Networks for recordings that transformers builds: cut anywhere, fed as they were trained."""

import json

import numpy as np
import pytest
import torch
from hearing import FAMILIES, SAMPLES, STABLE, batch, save
from sounds import folder as recordings

import headstart
from headstart.backbone import (
    Architecture,
    Backbone,
    Stages,
    load_backbone,
    read_backbone,
    save_backbone,
    seen_as,
)
from headstart.data import InMemory
from headstart.errors import BackboneError, SecurityError

transformers = pytest.importorskip("transformers")


pytest.importorskip("soundfile")


pytestmark = pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")
"""WavLM's own."""


@pytest.fixture(scope="module", params=FAMILIES)
def family(request, tmp_path_factory) -> tuple[Backbone, int]:
    kind, settings, depth = FAMILIES[request.param]
    place = save(tmp_path_factory.mktemp("speech") / "net", kind, settings)
    return load_backbone(str(place)), depth


@torch.inference_mode()
def test_prefix_and_suffix_are_the_whole_at_every_cut(family) -> None:
    backbone, depth = family
    rows = batch(backbone, 1.0, 1.7)
    expected = backbone.stages(rows)
    assert backbone.depth == depth and expected.shape == (2, 32)
    for at in range(depth + 1):
        prefix, suffix = backbone.cut(at)
        assert (suffix.eval()(prefix(rows)) - expected).abs().max() <= 1e-5


@torch.inference_mode()
def test_rows_are_what_the_network_itself_says_of_moments(tmp_path) -> None:
    place = save(tmp_path / "net", "wav2vec2", {**SAMPLES, **STABLE})
    backbone = load_backbone(str(place))
    samples = 0.1 * np.random.default_rng(0).standard_normal(16_000).astype(np.float32)
    network = transformers.AutoModel.from_pretrained(place).eval()
    extractor = transformers.AutoFeatureExtractor.from_pretrained(place)
    given = extractor(samples, sampling_rate=16_000, return_tensors="pt")
    expected = network(**given).last_hidden_state.mean(1)
    found = backbone.stages(batch_of(backbone, samples))
    assert torch.allclose(found, expected, atol=2e-2)  # items are kept in half precision


def batch_of(backbone: Backbone, samples: np.ndarray) -> torch.Tensor:
    return backbone.modality.batch([backbone.modality.read(InMemory("x", (samples, 16_000)))])


def test_all_stages_are_profiled_and_a_folder_gives_the_same_back(family, tmp_path) -> None:
    backbone, depth = family
    rows = batch(backbone, 1.2)
    whole = seen_as(backbone, Stages)
    widths = [backbone.cut(at)[0](rows).shape[-1] - (at < depth) for at in range(1, depth + 1)]
    assert whole.stages(rows).shape[1] == whole.width == sum(widths)
    save_backbone(tmp_path / "b", backbone, "# b")
    found = read_backbone(tmp_path / "b")
    assert torch.equal(found.stages(rows), backbone.stages(rows))
    assert found.modality == backbone.modality and found.architecture == backbone.architecture


ROADS = [
    ("wav2vec2", "unfreeze:1"),
    pytest.param("wav2vec2", "full", marks=pytest.mark.slow),
    pytest.param("whisper", "probe", marks=pytest.mark.slow),
    pytest.param("clap", "unfreeze:2", marks=pytest.mark.slow),
    pytest.param("wavlm", "unfreeze:1", marks=pytest.mark.slow),
]


@pytest.mark.journey
@pytest.mark.parametrize(("kind", "strategy"), ROADS)
def test_the_whole_road_on_recordings(kind: str, strategy: str, tmp_path) -> None:
    place = save(tmp_path / "net", FAMILIES[kind][0], FAMILIES[kind][1])
    sounds = recordings(tmp_path / "sounds", 10)
    options = {"backbone": str(place), "strategy": strategy, "out": tmp_path / "run"}
    run = headstart.train(sounds, **options)
    assert run.metrics["frozen"]["changed"] == 0 and len(run.metrics["arms"]) >= 4
    things = [sounds / "low" / "0.wav", sounds / "high" / "1.wav"]
    assert run.model.predict(things) == headstart.load(tmp_path / "run").predict(things)


def test_code_and_missing_files_are_refused(tmp_path) -> None:
    place = save(tmp_path / "net", "hubert", SAMPLES)
    facts = json.loads((place / "preprocessor_config.json").read_text())
    (place / "preprocessor_config.json").write_text(json.dumps({**facts, "auto_map": {"A": "b.C"}}))
    with pytest.raises(SecurityError, match="auto_map"):
        load_backbone(str(place))
    (place / "preprocessor_config.json").unlink()
    with pytest.raises(BackboneError, match=r"preprocessor_config\.json"):
        load_backbone(str(place))


def test_fresh_weights_follow_from_the_seed(tmp_path) -> None:
    place = str(save(tmp_path / "net", "hubert", SAMPLES))
    one, same, other = (load_backbone(place, "random", seed=seed) for seed in (1, 1, 2))
    rows = batch(one, 1.0)
    assert torch.equal(one.stages(rows), same.stages(rows))
    assert not torch.equal(one.stages(rows), other.stages(rows))
    assert isinstance(one.architecture, Architecture) and not one.origin.pretrained

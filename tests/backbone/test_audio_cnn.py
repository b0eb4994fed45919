"""A network for sound is a row of stages like any other."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from headstart.backbone import (
    HEARING,
    Architecture,
    Backbone,
    Origin,
    Stages,
    build,
    contract,
    read_backbone,
    save_backbone,
    seen_as,
)
from headstart.data import InMemory
from headstart.modality import Sound


@pytest.fixture(scope="module")
def hearing() -> Backbone:
    architecture = Architecture(HEARING)
    stages = build(architecture, 3)
    return Backbone(architecture, stages, 704, Sound(), Origin("file", "made up", "MIT"))


@pytest.fixture(scope="module")
def batch() -> torch.Tensor:
    rng, sound = np.random.default_rng(0), Sound()
    drawn = [rng.standard_normal(n).astype(np.float32) / 9 for n in (20_000, 40_000, 33_333)]
    return sound.batch([sound.read(InMemory("x", (samples, 16_000))) for samples in drawn])


@torch.inference_mode()
def test_prefix_and_suffix_are_the_whole_at_every_cut(hearing, batch) -> None:
    expected = hearing.stages(batch)
    for at in range(hearing.depth + 1):
        prefix, suffix = hearing.cut(at)
        assert torch.equal(suffix.eval()(prefix(batch)), expected)


@torch.inference_mode()
def test_a_row_does_not_depend_on_what_it_rides_with(hearing, batch) -> None:
    alone = batch[:1, :128]
    assert alone[0, :, -1].sum() == batch[0, :, -1].sum()
    at_all_stages = seen_as(hearing, Stages).stages
    assert torch.allclose(hearing.stages(alone), hearing.stages(batch)[:1], atol=1e-6)
    assert torch.allclose(at_all_stages(alone), at_all_stages(batch)[:1], atol=1e-6)


@torch.inference_mode()
def test_a_folder_gives_the_same_network_back(hearing, batch, tmp_path) -> None:
    modality = replace(Sound(), most_s=12.0)
    save_backbone(tmp_path / "b", replace(hearing, modality=modality), "# b")
    found = read_backbone(tmp_path / "b")
    assert found.modality == modality and found.modality.kind == "audio"
    assert torch.equal(found.stages(batch), hearing.stages(batch))


def test_the_contract_of_the_name_is_sound() -> None:
    assert contract(Architecture(HEARING)) == Sound()


@pytest.mark.slow
def test_recordings_and_words_need_no_network_for_pictures() -> None:
    code = (
        "import sys, headstart.run.pipeline\n"
        "from headstart.backbone import load_backbone\n"
        "load_backbone('headstart_dscnn'), load_backbone('headstart_lstm')\n"
        "assert not {'timm', 'torchvision', 'transformers'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

import copy
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from headstart.backbone import (
    Backbone,
    Stages,
    digests_in,
    digests_of,
    fresh,
    load_backbone,
    moved,
    save_backbone,
    seen_as,
    tensors_of,
)
from headstart.backbone.spectrogram_images import crossed


def now(backbone: Backbone) -> dict[str, str]:
    return dict(digests_of(tensors_of(backbone.stages, backbone.writer)))


def ways(tiny: Backbone, folder: Path) -> dict[str, Backbone]:
    weights = folder / "backbone.safetensors"
    small = load_backbone(str(folder), size=48, channels=1)
    return {
        "made": replace(tiny, loaded={}),
        "folder": load_backbone(str(folder)),
        "file": load_backbone(str(folder), weights),
        "another size and other channels": small,
        "fresh": fresh(tiny, 3),
        "random": load_backbone(str(folder), "random"),
        "every stage": seen_as(tiny, Stages),
        "for recordings": crossed(small, 32),
        "shipped": load_backbone("shipped"),
        "texts": load_backbone("headstart_lstm"),
        "texts to write": load_backbone("headstart_lstm", writes="generation"),
    }


def test_every_way_to_a_backbone_leaves_digests_of_the_weights_it_has(tiny, tiny_folder) -> None:
    for name, backbone in ways(tiny, tiny_folder).items():
        assert backbone.loaded == now(backbone), name
        assert backbone.loaded, name


def test_what_is_written_reads_back_with_the_same_digests(tiny, tiny_folder, tmp_path) -> None:
    for name, backbone in ways(tiny, tiny_folder).items():
        save_backbone(tmp_path / name, backbone, "# a card")
        assert digests_in(tmp_path / name) == backbone.loaded, name


@pytest.mark.parametrize("kind", ["parameters", "buffers"])
def test_every_tensor_that_moves_is_named(tiny: Backbone, kind: str) -> None:
    harmed = copy.deepcopy(tiny)
    for name, tensor in getattr(harmed.stages, f"named_{kind}")():
        tensor.data += 1
        assert moved(tiny.loaded, now(harmed)) == {name}
        tensor.data -= 1
        tensor.data.copy_(tiny.stages.state_dict()[name])


def test_digests_stay_those_of_loading_whatever_becomes_of_the_network(tiny: Backbone) -> None:
    harmed = copy.deepcopy(tiny)
    harmed.stages[0].load_state_dict(
        {name: tensor + 1 for name, tensor in harmed.stages[0].state_dict().items()}
    )
    later = seen_as(replace(harmed, width=harmed.width), Stages)
    gone = moved(later.loaded, now(later))
    assert len(gone) == len(tiny.stages[0].state_dict())  # two copies of one object are equal


@pytest.mark.parametrize(
    "other",
    [torch.zeros(4), torch.zeros(2, 2).int(), torch.tensor([[0.0, 0.0], [0.0, -0.0]])],
    ids=["shape", "type", "one bit"],
)
def test_shape_type_and_every_bit_count(other: torch.Tensor) -> None:
    assert moved(digests_of({"a": torch.zeros(2, 2)}), digests_of({"a": other})) == {"a"}


def test_a_tensor_that_is_gone_has_moved_and_a_new_one_has_not() -> None:
    one, both = ({name: torch.ones(()) for name in names} for names in ("a", "ab"))
    assert moved(digests_of(both), digests_of(one)) == {"b"}
    assert not moved(digests_of(one), digests_of(both))
    assert digests_of({"a": torch.ones(3).bfloat16()}) != digests_of({"a": torch.ones(3)})

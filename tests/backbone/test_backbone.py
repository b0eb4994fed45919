"""A backbone is cut anywhere, and names its contents."""

import copy
from collections import OrderedDict
from dataclasses import replace

import pytest
import torch
from torch import nn

from headstart.backbone import (
    Architecture,
    Backbone,
    Origin,
    build,
)
from headstart.errors import BackboneError


def test_a_cut_composes_and_is_a_copy(tiny: Backbone) -> None:
    rows = torch.randn(2, 3, 32, 32)
    whole = tiny.stages(rows)
    for at in range(tiny.depth + 1):
        prefix, suffix = tiny.cut(at)
        assert len(prefix) == at
        torch.testing.assert_close(suffix(prefix(rows)), whole)
        assert not any(p.requires_grad for p in prefix.parameters())
        assert all(p.requires_grad for p in suffix.parameters())
        with torch.no_grad():
            for parameter in (*prefix.parameters(), *suffix.parameters()):
                parameter.zero_()
    torch.testing.assert_close(tiny.stages(rows), whole)


@pytest.mark.parametrize("at", [-1, 6])
def test_a_cut_that_is_not_there_is_refused(tiny: Backbone, at: int) -> None:
    with pytest.raises(BackboneError, match="M401"):
        tiny.cut(at)


def test_a_frozen_prefix_stays_in_inference_mode(tiny: Backbone) -> None:
    prefix, suffix = tiny.cut(3)
    torch.nn.Sequential(prefix, suffix).train()
    assert not any(module.training for module in prefix.modules())
    assert all(module.training for module in suffix.modules())


def test_a_digest_names_weights_left_of_the_cut(tiny: Backbone) -> None:
    other = replace(tiny, stages=build(tiny.architecture, 7))
    assert other.digest(3) == tiny.digest(3) != tiny.digest(2)
    with torch.no_grad():
        next(other.stages[4].parameters())[0] += 1
    assert other.digest(3) == tiny.digest(3) and other.digest(5) != tiny.digest(5)


def test_a_digest_names_architecture_cut_and_every_number(tiny: Backbone) -> None:
    def digest(change: str = "", at: int = 3) -> str:
        stages = copy.deepcopy(tiny.stages)
        if change:
            with torch.no_grad():
                stages.state_dict()[change].view(-1)[0] += 1
        return replace(tiny, stages=stages).digest(at)

    first, *_, last = tiny.stages[:3].state_dict()
    found = [digest(), digest(first), digest(last), digest(at=2), digest(at=4)]
    settings = (("channels", (8, 8, 16, 32)),)
    found.append(
        replace(tiny, architecture=replace(tiny.architecture, settings=settings)).digest(3)
    )
    found.append(replace(tiny, architecture=replace(tiny.architecture, name="other")).digest(3))
    assert len(set(found)) == len(found) and digest() == tiny.digest(3)
    behind = next(iter(tiny.stages[3:].state_dict()))
    assert digest(behind) == digest()  # what is right of the cut has no part in it


def test_weights_under_other_names_are_other_weights(tiny: Backbone) -> None:
    stages = tiny.stages[:2]
    named = [nn.Sequential(OrderedDict(zip(names, stages, strict=True))) for names in ("ab", "ac")]
    assert len({replace(tiny, stages=one).digest(2) for one in named}) == 2


def test_the_name_of_contents_follows_from_all_that_changes_numbers(tiny: Backbone) -> None:
    def changed(stages: nn.Sequential) -> nn.Sequential:
        other = copy.deepcopy(stages)
        with torch.no_grad():
            next(other.buffers()).add_(1)
        return other

    others = [
        replace(tiny, stages=changed(tiny.stages)),
        replace(tiny, modality=replace(tiny.modality, size_px=33)),
        replace(tiny, origin=Origin("random", "7")),
        replace(tiny, architecture=Architecture("headstart_resnet10", (("stem_width", 4),))),
    ]
    assert len({one.contents for one in (tiny, *others)}) == 5
    moved = replace(tiny, origin=Origin("folder", "elsewhere"), stages=copy.deepcopy(tiny.stages))
    assert moved.contents == tiny.contents

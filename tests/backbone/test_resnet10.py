"""Our own network for pictures without timm: the same to the bit as timm's."""

import pytest
import timm
import torch

from headstart.backbone.resnet10 import ResNet10

NARROW = {"channels": (8, 16, 16, 24), "stem_width": 8}
ASKED = {
    "as it comes": {},
    "shipped": {"output_stride": 16},
    "finest": {"output_stride": 8},
    "of five bands": {"in_chans": 5},
    "maps": {"global_pool": ""},
}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_weights_and_rows_are_those_of_timm(asked) -> None:
    torch.manual_seed(3)
    ours = ResNet10(**NARROW, **asked)
    torch.manual_seed(3)
    theirs = timm.create_model("resnet10t", num_classes=0, **NARROW, **asked)
    known, given = ours.state_dict(), theirs.state_dict()
    assert list(known) == list(given)
    assert all(torch.equal(known[name], given[name]) for name in known)
    batch = torch.randn(2, asked.get("in_chans", 3), 49, 65)
    for network in (ours, theirs):
        network.load_state_dict({n: t + 0.1 if t.ndim == 1 else t for n, t in given.items()})
    with torch.inference_mode():
        assert torch.equal(ours(batch), theirs(batch))
        assert torch.equal(ours.eval()(batch), theirs.eval()(batch))

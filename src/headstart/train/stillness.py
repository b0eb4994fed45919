"""Whether what was to stay in trained stages did: held against digests of the weights as loaded."""

from collections.abc import Mapping

from torch import Tensor, nn

from headstart.backbone import Digests, Writer, digests_of, in_writer, moved, tensors_of
from headstart.train.low_rank import UNDER
from headstart.train.trainable import frozen

MERGED, GONE = "merged", ""
"""In the place of a digest: stayed under a change that is worked into it; did not stay."""


def stayed(
    loaded: Digests,
    start: nn.Sequential,
    opened: nn.Sequential,
    trained: nn.Sequential,
    *,
    still: bool,
) -> Digests:
    """What each tensor that was not to learn has to be in the end, by its name in a folder.

    Networks are a suffix and a head: before anybody said what learns, after that, and after
    training. A weight that was packed in four bits is held against what was packed, and that
    against what was loaded.
    """
    before, after = _tensors(opened), _tensors(trained)
    names = [name for name in _frozen(opened, still=still) if name in before]
    first = digests_of({name: before[name] for name in names})
    last = digests_of({name: after[name] for name in names if name in after})
    early = moved({n: loaded.get(n, "") for n in _tensors(start)}, digests_of(_tensors(start)))
    found = dict[str, str]()
    for name in names:
        plain = name.replace(UNDER, "weight") if name not in loaded else name
        if plain in loaded:
            right = last.get(name) == loaded[plain]
        else:
            plain = f"{name.rpartition('.')[0]}.weight"
            right = last.get(name) == first[name] and plain not in early
        kept = loaded[plain] if plain == name else MERGED
        found[plain] = kept if right and found.get(plain, MERGED) != GONE else GONE
    return found


def settled(still: Digests, network: nn.Sequential) -> Digests:
    """The same with what became of weights into which a change was worked."""
    merged = {n: t for n, t in _tensors(network).items() if still.get(n) == MERGED}
    return {**still, **digests_of(merged)}


def _frozen(network: nn.Sequential, *, still: bool) -> Mapping[str, Tensor]:
    suffix, head = network.children()
    found = dict(frozen(suffix, still=still))
    if isinstance(head, Writer):
        found |= {in_writer(name): t for name, t in frozen(head, still=still).items()}
    return found


def _tensors(network: nn.Sequential) -> Mapping[str, Tensor]:
    suffix, head = network.children()
    if not isinstance(suffix, nn.Sequential):
        raise TypeError("a network in training is a suffix and a head")
    return tensors_of(suffix, head if isinstance(head, Writer) else None)

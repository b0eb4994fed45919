"""Strong starting points that others publish under permissive licenses, with what they weigh.

Sizes and licenses are those of the publishers' files and cards in November 2026; a test holds those
of timm's networks against timm itself.
"""

import threading
from collections.abc import Collection
from dataclasses import dataclass

from headstart.backbone.hub import unreachable

WAIT_S = 1.5
"""For the hub to be found, at most: nobody is kept waiting for what was not asked for."""


@dataclass(frozen=True)
class Suggested:
    """A backbone that the hub has."""

    name: str
    """As `--backbone` takes it."""
    kind: str
    """The input: "image", "text" or "audio"."""
    megabytes: float
    license: str
    repository: str


def _timm(name: str, tag: str, megabytes: float) -> Suggested:
    return Suggested(name, "image", megabytes, "apache-2.0", f"timm/{name}.{tag}")


def _other(repository: str, kind: str, megabytes: float, license_: str) -> Suggested:
    return Suggested(repository, kind, megabytes, license_, repository)


SUGGESTED = (
    _timm("mobilenetv4_conv_small", "e2400_r224_in1k", 15.2),
    _timm("mobilenetv2_100", "ra_in1k", 14.2),
    _timm("efficientnet_b0", "ra_in1k", 21.4),
    _timm("convnext_nano", "in12k_ft_in1k", 62.4),
    _timm("vit_small_patch14_dinov2", "lvd142m", 88.3),
    _other("intfloat/e5-small-v2", "text", 134.2, "mit"),
    _other("BAAI/bge-small-en-v1.5", "text", 134.2, "mit"),
    _other("openai/whisper-tiny", "audio", 153.7, "apache-2.0"),
    _other("MIT/ast-finetuned-audioset-10-10-0.4593", "audio", 346.4, "bsd-3-clause"),
)
"""By input, those first that give most for their size."""


@dataclass(frozen=True)
class Choice:
    """What would be fetched, and what is one flag away."""

    within: tuple[Suggested, ...] = ()
    beyond: tuple[Suggested, ...] = ()

    @property
    def megabytes(self) -> float:
        """Of what would be fetched."""
        return sum((one.megabytes for one in self.within), 0.0)

    @property
    def all_megabytes(self) -> int:
        """What `--fetch` would have to allow for everything, rounded up."""
        return -int(-(self.megabytes + sum(one.megabytes for one in self.beyond)) // 1)


def suggested(kind: str, here: Collection[str], most: int) -> Choice:
    """Those that take such input and are not here yet; together within `most` bytes, in order."""
    left, within, beyond = most / 1e6, list[Suggested](), list[Suggested]()
    for one in SUGGESTED:
        if one.kind != kind or {one.name, one.repository} & {*here}:
            continue
        if one.megabytes <= left:
            within.append(one)
            left -= one.megabytes
        else:
            beyond.append(one)
    return Choice(tuple(within), tuple(beyond))


def in_reach(wait_s: float = WAIT_S) -> bool:
    """Whether the hub can be asked; False where that does not show within `wait_s` seconds."""
    found = list[str]()
    asking = threading.Thread(target=lambda: found.append(unreachable()), daemon=True)
    asking.start()
    asking.join(wait_s)
    return found == [""]

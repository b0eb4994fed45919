"""Strong starting points that others publish under permissive licenses, with what they weigh.

Sizes and licenses are those of the publishers' files and cards in November 2026; a test holds those
of timm's networks against timm itself.
"""

import threading
from collections.abc import Collection
from dataclasses import dataclass

from headstart.backbone.backbone import Architecture
from headstart.backbone.fetching import Fetch
from headstart.backbone.hub import fetched_network, fetched_weights, unreachable
from headstart.backbone.places import FILE
from headstart.errors import HeadstartError

WAIT_S = 1.5
"""For the hub to be found, at most: nobody is kept waiting for what was not asked for."""
ANSWER_S = 5.0
"""For it to say how large a file is."""
LEAST_MB_S = 0.25
"""Megabytes a second below which a hub is too slow, beside what it may take to begin."""
MORE = 1.1
"""Of the size that is known, what a file may have at most."""


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


def brought(one: Suggested, begin_s: float = 20.0) -> str:
    """Fetch it into the hub's cache; why it can't be had, empty where it is there now.

    Raises `TimeoutError` where the hub does not answer or is too slow: what it was sending then
    still comes in the background, for as long as this process lives.
    """
    found = list[str]()
    bringing = threading.Thread(target=lambda: found.append(_brought(one)), daemon=True)
    bringing.start()
    bringing.join(begin_s + one.megabytes / LEAST_MB_S)
    if not found:
        raise TimeoutError("the hub is too slow")
    if found[0] == _SILENT:
        raise TimeoutError(found[0])
    return found[0]


_SILENT = "the hub does not answer"


def _brought(one: Suggested) -> str:
    from huggingface_hub import get_hf_file_metadata, hf_hub_url
    from huggingface_hub.errors import HfHubHTTPError

    try:
        known = get_hf_file_metadata(hf_hub_url(one.repository, FILE), timeout=ANSWER_S)
    except HfHubHTTPError as error:
        return f"the hub answers {error.response.status_code}"
    except Exception:  # the network fails in more ways than can be named
        return _SILENT
    most = Fetch(int(MORE * 1e6 * one.megabytes))
    if known.size is None or known.size > most.most:
        return f"its file should have {one.megabytes} MB, the hub says {known.size} bytes"
    try:
        if one.kind == "image":
            fetched_weights(Architecture(one.name), most, offline=False)
        else:
            fetched_network(one.repository, most, offline=False)
    except HeadstartError as error:
        return error.why or error.what
    return ""


def in_reach(wait_s: float = WAIT_S) -> bool:
    """Whether the hub can be asked; False where that does not show within `wait_s` seconds."""
    found = list[str]()
    asking = threading.Thread(target=lambda: found.append(unreachable()), daemon=True)
    asking.start()
    asking.join(wait_s)
    return found == [""]

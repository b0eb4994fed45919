"""The input contracts of published weight files that record none, by their SHA-256."""

from dataclasses import dataclass

from headstart.backbone.backbone import Architecture
from headstart.modality import Image

_HALF = (0.5, 0.5, 0.5)
_SAME = (("pad_type", "same"),)
_NOTE = "ImageNet-1k; converted from an int8 release to single precision"


@dataclass(frozen=True)
class Known:
    """What a file of weights was made for."""

    architecture: Architecture
    contract: Image
    license: str
    note: str


def _mobilenet(name: str, size_px: int) -> Known:
    return Known(Architecture(name, _SAME), Image(size_px, _HALF, _HALF), "Apache-2.0", _NOTE)


CATALOG = {
    "747359bf58db168b333460e8a8f5940806a72436c106d4c64c23010e14e6c086": _mobilenet(
        "mobilenetv2_100", 224
    ),
    "c203b45a5c6b35763592f401f1805a4d09a198fad22f2f97270f4416f6be88f8": _mobilenet(
        "mobilenetv1_100", 224
    ),
    "fe820e6202c822216ea2a2467dd4bdf1c5e1e2e8aaea54b570df043a8619a4f2": _mobilenet(
        "mobilenetv1_050", 160
    ),
    "df000077f724d63584e67b8de054b0b06257dc8fce4fbe9091e65c9f390c7e7c": _mobilenet(
        "mobilenetv2_035", 96
    ),
}
"""With TensorFlow's padding; stock padding costs these 7 to 13 points."""

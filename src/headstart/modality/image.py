"""Photographs and drawings."""

import hashlib
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
import PIL.Image
import torch
from jaxtyping import Float, Float32, UInt8
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from headstart.counting import counted
from headstart.data import Source
from headstart.errors import UsageError
from headstart.modality.bands import Bands, bands_of
from headstart.modality.colors import Picture
from headstart.modality.decoding import Decoded, Size, decode
from headstart.modality.depths import depth_of
from headstart.modality.frame import Frame
from headstart.modality.likeness import near_hashes
from headstart.modality.protocol import Look

_FIELDS = 16  # a side
_MOST_DARK = 4096
_ENOUGH = 10
_MIXED = 0.2
"""The share of pictures from which some with 12 bits among others with 16 are told."""
_LEAST_HALVED = 32  # pixels a side
_JPEG_FROM_PX = 64  # smaller pictures are shown without loss
LONGEST = 16  # times the short side; of a longer strip the middle alone is resized


@dataclass(frozen=True)
class Image:
    """A square of pixels, by the rules of timm's evaluation transform.

    The fields are named and mean what they do in `timm.data.resolve_data_config`; pixels equal
    those of `timm.data.create_transform`, but for JPEGs decoded at a fraction of their size.
    """

    kind: ClassVar[str] = "image"
    things: ClassVar[str] = "pictures"
    plain_name: ClassVar[str] = "pixels"
    varies: ClassVar[bool] = False

    size_px: int = 224
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    interpolation: str = "bicubic"
    """ "nearest", "bilinear", "bicubic" or "lanczos"; also "box" and "hamming"."""
    crop_pct: float = 0.875
    """The share of the resized picture's side that is kept."""
    crop_mode: str = "center"
    """ "center" keeps proportions and cuts, "squash" does not keep them, "border" adds a frame."""
    channels: int = 3
    """3, 1 for grays, or any other number of bands: see `bands`."""
    background: tuple[int, int, int] = (255, 255, 255)
    """The red, green and blue that transparent parts show."""
    bits: int = 16
    """Of values in pictures of 16 bits, how many are used: see `depths.bits_used`."""

    def __post_init__(self) -> None:
        known = self.interpolation.upper() in PIL.Image.Resampling.__members__
        sized = len(self.mean) == len(self.std) == self.channels > 0
        cropped = self.crop_mode in ("center", "squash", "border") and self.crop_pct > 0
        if not (known and sized and cropped and self.size_px > 0):
            raise UsageError("U121", f"not an input contract: {self}", "name a timm model's own")

    def read(self, source: Source) -> UInt8[Tensor, "c h w"]:
        """The picture upright, resized and cropped; (channels, size_px, size_px), 0 to 255.

        Raises `DataError`.
        """
        return self._seen(source)[1]

    def look(self, source: Source) -> tuple[Look, UInt8[Tensor, "c h w"]]:
        """`read`, with digests, a perceptual hash, and size, mode, format and frames."""
        found, item = self._seen(source)
        return _look(found), item

    def pixels(self, source: Source, *, whole: bool = False) -> UInt8[Tensor, "h w c"]:
        """The upright picture before it is resized, of 3 colors or all bands. Raises `DataError`.

        A JPEG may be at a fraction of its size, as `read` decodes it, unless `whole`.
        """
        if self.channels not in (1, 3):
            bands = bands_of(source, self.channels).pictures
            return torch.from_numpy(np.stack([np.asarray(band) for band in bands], axis=-1))
        wanted = (lambda size: size) if whole else self._resized
        picture = decode(source, self.background, wanted, self.bits).picture
        return torch.from_numpy(np.array(picture, order="C"))

    def batch(self, items: Sequence[Tensor]) -> Float32[Tensor, "b c h w"]:
        """(x / 255 - mean) / std, to the bit as torchvision's ToTensor and Normalize."""
        if not items:
            return torch.empty(0, self.channels, self.size_px, self.size_px)
        return self.normalized(torch.stack(list(items)))

    def normalized(self, pixels: UInt8[Tensor, "b c h w"]) -> Float32[Tensor, "b c h w"]:
        """The same of items that lie in one tensor, on whichever device that is."""
        mean, std = (torch.tensor(v, device=pixels.device) for v in (self.mean, self.std))
        scaled = pixels.float().div_(255)
        return scaled.sub_(mean[:, None, None]).div_(std[:, None, None])

    def show(self, item: UInt8[Tensor, "c h w"]) -> tuple[str, bytes]:
        """The pixels as a JPEG, or as a PNG where they are few; of many bands the first three."""
        pixels = item[0] if len(item) < 3 else item[:3].permute(1, 2, 0)
        picture = PIL.Image.fromarray(np.ascontiguousarray(pixels.numpy()))
        small = self.size_px <= _JPEG_FROM_PX
        form: Literal["PNG", "JPEG"] = "PNG" if small else "JPEG"
        kept = io.BytesIO()
        picture.save(kept, form, **({} if small else {"quality": 85}))
        return f"image/{form.lower()}", kept.getvalue()

    def clip(self, source: Source) -> tuple[str, bytes]:
        """Nothing can be heard."""
        return "", b""

    def plain(self, items: Sequence[Tensor]) -> Float[Tensor, "n d"]:
        """Mean colors of 16 x 16 fields, from 0 to 1."""
        rows = [adaptive_avg_pool2d(item.float(), _FIELDS).flatten() for item in items]
        size = self.channels * _FIELDS**2
        return torch.stack(rows).div_(255) if rows else torch.empty(0, size)

    def blank(self) -> UInt8[Tensor, "c h w"]:
        """Black."""
        return torch.zeros(self.channels, self.size_px, self.size_px, dtype=torch.uint8)

    def half(self) -> "Image | None":
        """The same at half the side; None below 32 pixels, and for odd sides."""
        small = self.size_px < _LEAST_HALVED or self.size_px % 2
        return None if small else replace(self, size_px=self.size_px // 2)

    def halved(self, item: UInt8[Tensor, "c h w"]) -> UInt8[Tensor, "c half_h half_w"]:
        """Means of 2 x 2 pixels, halves rounded up."""
        pixels = item.numpy().astype(np.uint16)
        rows = pixels[:, ::2] + pixels[:, 1::2]
        return torch.from_numpy(((rows[..., ::2] + rows[..., 1::2] + 2) // 4).astype(np.uint8))

    def frame(self, size: Size) -> Frame:
        """Where an upright picture of this width and height lies in the square."""
        scaled = self._resized(size)
        left, top = (-_margin(side, self.size_px) for side in scaled)
        return Frame(size, scaled, left, top)

    def noted(self, looks: Sequence[Look]) -> tuple[str, ...]:
        """How many bits pictures of 16 bits use, where these are fewer; files of several pages."""
        facts = [dict(look.facts) for look in looks]
        many = sum(float(one.get("frames", 1)) > 1 for one in facts)
        pages = (
            (
                f"{counted(many, 'file holds', 'files hold')} several "
                "pictures: the first is read; --pages all",
            )
            if many
            else ()
        )
        return (*depth_told(facts, self.bits), *depth_told(facts, fact="color top"), *pages)

    def _seen(self, source: Source) -> tuple[Decoded | Bands, Tensor]:
        if self.channels not in (1, 3):
            bands = bands_of(source, self.channels)
            shown = enumerate(bands.pictures)
            return bands, torch.cat([self._item(band, self.mean[i : i + 1]) for i, band in shown])
        decoded = decode(source, self.background, self._resized, self.bits)
        gray = decoded.picture.convert("L") if self.channels == 1 else decoded.picture
        return decoded, self._item(gray, self.mean)

    def _item(self, picture: Picture, mean: tuple[float, ...]) -> Tensor:
        if self.crop_mode == "center" and max(picture.size) > LONGEST * min(picture.size):
            picture = _middle(picture)
        method = PIL.Image.Resampling[self.interpolation.upper()]
        resized = picture.resize(self._resized(picture.size), method)
        pixels = np.asarray(self._cropped(resized, mean))  # (h, w) or (h, w, 3)
        shaped = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
        return torch.from_numpy(np.array(shaped, order="C"))  # (c, h, w)

    def _resized(self, size: Size) -> Size:
        """Width and height before the crop, rounded as torchvision and timm round them."""
        width, height = size
        side = math.floor(self.size_px / self.crop_pct)
        if self.crop_mode == "squash":
            return side, side
        if self.crop_mode == "border":
            ratio = max(height / side, width / side)
            return max(1, round(width / ratio)), max(1, round(height / ratio))
        long = int(side * max(size) / min(size))
        return (side, long) if width <= height else (long, side)

    def _cropped(self, picture: Picture, mean: tuple[float, ...]) -> Picture:
        """The center; what lies outside the picture is black, or the mean in a border."""
        left, top = (_margin(side, self.size_px) for side in picture.size)
        size = (self.size_px, self.size_px)
        fill = tuple(round(255 * value) for value in mean)
        canvas = PIL.Image.new(picture.mode, size, fill if self.crop_mode == "border" else 0)
        canvas.paste(picture, (-left, -top))
        return canvas


def depth_told(
    facts: Sequence[dict[str, str | float]], read_as: int = 16, fact: str = "top"
) -> tuple[str, ...]:
    """What is told of pictures of 16 bits that use fewer, all or some of them: where they are read
    as of 16, they are dark. `fact` holds the highest value of each.
    """  # noqa: D205 - one sentence
    tops = [float(one[fact]) for one in facts if fact in one]
    if tops and read_as < 16:
        return (
            f"{counted(len(tops), 'picture has', 'pictures have')} 16 bits a "
            f"pixel, and no value above {max(tops):,.0f}: "
            f"they are read as pictures of {read_as} bits, whose white is {2**read_as - 1:,}, here "
            "and in predict",
        )
    highest = max(tops, default=0.0)
    bits = depth_of(highest)
    dark = sum(top < _MOST_DARK for top in tops)
    if bits == 16 and len(tops) >= _ENOUGH and dark >= _MIXED * len(tops):
        return (
            f"warning: of {len(tops):,} pictures with 16 bits a pixel {dark:,} have no value above "
            f"{_MOST_DARK - 1:,}, and the others have: they may come from instruments of 12 and 16 "
            "bits, and brightness alone may tell their classes apart; save all alike",
        )
    if not tops or bits == 16:
        return ()
    return (
        f"warning: {counted(len(tops), 'picture has', 'pictures have')} 16 bits "
        f"a pixel, and no value above {highest:,.0f}: "
        f"they use {bits} bits and are read nearly black; multiply their values by "
        f"{65535 // (2**bits - 1)}, or save them with 8 bits, here and for predict",
    )


def _margin(side: int, kept: int) -> int:
    return round((side - kept) / 2) if side >= kept else -((kept - side) // 2)


def _middle(picture: Picture) -> Picture:
    """Of a strip, more than the crop can show: resized whole, 1 x 60,000 pixels take 12 GB."""
    most = LONGEST * min(picture.size)
    x, y = (max(0, (side - most) // 2) for side in picture.size)
    return picture.crop((x, y, picture.width - x, picture.height - y))


def _look(found: Decoded | Bands) -> Look:
    picture = found.shown
    content = hashlib.blake2b(f"{picture.width} {picture.height} ".encode(), digest_size=32)
    content.update(found.pixels)  # SHA-256 takes twice as long on many machines
    near = near_hashes(picture)
    return Look(found.digest, content.hexdigest(), near, found.facts)

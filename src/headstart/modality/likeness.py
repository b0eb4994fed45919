"""Hashes that differ in few bits for like things: pictures, spectrograms, texts."""

import math
from collections.abc import Sequence

import numpy as np
import PIL.Image

from headstart.modality.views import mixed

NEAR_BITS = 32
"""Two pictures are near duplicates when at most this many of their 256 bits differ in all.

Measured on 100 copies of each kind from each of four sets (photographs of flowers, pets and
trash, chest X-rays). Found: saved again at JPEG quality 25 or 50, resized by 0.5 or 1.7, gray,
brightness or contrast changed by a fifth: 99 to 100%; up to 1% cut off each side: 100%, 2%: 92
to 95%, 4%: 18 to 37%. Of 1.6 million pairs of files three are that near, and each shows one
scene twice; the nearest pair that is merely alike, two X-rays, differs in 38 bits. The usual 64
bits cannot do that: at 6 bits they find no more copies and call 281 pairs of X-rays the same.
"""

_FEWEST_TOKENS = 10
_SIDE, _KEPT = 64, 16
_CYCLES = np.arange(_KEPT)[:, None] * (2 * np.arange(_SIDE) + 1) / (2 * _SIDE)
_COSINES = np.cos(math.pi * _CYCLES).astype(np.float32)  # (16, 64)
_FLAT = 4.0  # gray levels from darkest to lightest, below which the bits are noise
_SMALLEST = 2 * _KEPT  # pixels on the short side; icons and 8 x 8 digits have no such detail
_FEWEST = _KEPT * _KEPT // 4  # stripes and gradients have so few bits that all look alike


def near_hashes(picture: PIL.Image.Image) -> tuple[int, ...]:
    """256 bits as four integers of 64; nothing for a picture that is blank, nearly, or tiny.

    As `imagehash.phash(picture, hash_size=16)` (Krawetz 2011, "Looks Like It"), with a cheaper
    reduction to 64 x 64 grays: the lowest 16 x 16 coefficients of their discrete cosine
    transform, above the median or not.
    """
    if min(picture.size) < _SMALLEST:
        return ()
    gray = picture.convert("L").resize((_SIDE, _SIDE), PIL.Image.Resampling.BOX)
    pixels = np.asarray(gray, dtype=np.float32)
    if pixels.max() - pixels.min() < _FLAT:
        return ()
    low = _COSINES @ pixels @ _COSINES.T  # (16, 16)
    middle = np.partition(low.ravel(), low.size // 2)[low.size // 2]
    bits = low > middle + 1e-6 * np.abs(low).max()  # symmetry makes zeros: no noise of them
    if bits.sum() < _FEWEST:
        return ()
    packed = np.packbits(bits).tobytes()
    return tuple(int.from_bytes(packed[at : at + 8]) for at in range(0, len(packed), 8))


def near_tokens(tokens: Sequence[int]) -> tuple[int, ...]:
    """256 bits of a text's tokens and pairs of neighbors, as above; nothing for a short text.

    SimHash (Charikar 2002): the share of bits that differ is the angle between the counts over π,
    so at most `NEAR_BITS` differ where their cosine is 0.92 or more: in a question of a dozen words
    one was added. Of 5,452 questions of TREC 17 pairs are that near, by words and signs; most ask
    the same, some differ in the one word that counts ("What is the origin of the word …").
    """
    if len(tokens) < _FEWEST_TOKENS:
        return ()
    ids = np.asarray(tokens, dtype=np.uint64)
    grams = np.concatenate(
        [ids, ids[:-1] * np.uint64(2_654_435_761) + ids[1:] + np.uint64(1 << 60)]
    )
    words = mixed(grams[:, None] + _STARTS)  # (g, 4)
    bits = np.unpackbits(words.view(np.uint8), axis=1)  # (g, 256)
    packed = np.packbits(2 * bits.sum(axis=0, dtype=np.int64) > len(grams)).tobytes()
    return tuple(int.from_bytes(packed[at : at + 8]) for at in range(0, len(packed), 8))


_STARTS = np.arange(1, 5, dtype=np.uint64) * np.uint64(0x9E37_79B9_7F4A_7C15)

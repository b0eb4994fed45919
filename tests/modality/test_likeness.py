import io
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageEnhance
import pytest

from headstart.data import InMemory
from headstart.data.near_duplicates import NEAR_BITS as audit_bits
from headstart.modality import NEAR_BITS, Image, Look
from headstart.modality.likeness import near_hashes, near_tokens


def drawn(seed: int) -> PIL.Image.Image:
    """Blobs of color with grain."""
    rng = np.random.default_rng(seed)
    coarse = PIL.Image.fromarray(rng.integers(0, 256, (16, 20, 3), np.uint8))
    smooth = np.asarray(coarse.resize((330, 270), PIL.Image.Resampling.BICUBIC), np.int16)
    return PIL.Image.fromarray(
        np.clip(smooth + rng.integers(-9, 10, smooth.shape), 0, 255).astype("u1")
    )


def look(source: object) -> Look:
    return Image(size_px=32).look(source if isinstance(source, Path) else InMemory("a", source))[0]


def saved_again(picture: PIL.Image.Image, quality: int) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=quality)
    return kept.getvalue()


def apart(first: Look, second: Look) -> int:
    return sum((a ^ b).bit_count() for a, b in zip(first.near, second.near, strict=True))


def test_the_same_pixels_in_other_files_have_the_same_content(tmp_path: Path) -> None:
    for name in ("a.png", "a.bmp", "a.tiff"):
        drawn(0).save(tmp_path / name)
    looks = [look(tmp_path / name) for name in ("a.png", "a.bmp", "a.tiff")]
    assert len({each.content for each in looks}) == 1
    assert len({each.digest for each in looks}) == 3


def test_one_other_pixel_is_other_content_and_as_near_as_can_be() -> None:
    changed = drawn(0)
    changed.putpixel((5, 5), (0, 0, 0))
    assert look(changed).content != look(drawn(0)).content
    assert apart(look(changed), look(drawn(0))) <= 4


def test_equal_bytes_in_another_shape_are_other_content() -> None:
    pixels = np.arange(96, dtype=np.uint8)
    assert look(pixels.reshape(4, 8, 3)).content != look(pixels.reshape(8, 4, 3)).content


@pytest.mark.parametrize("quality", [30, 50, 75, 95])
def test_a_picture_saved_again_is_near(quality: int) -> None:
    assert all(
        apart(look(drawn(seed)), look(saved_again(drawn(seed), quality))) <= NEAR_BITS
        for seed in range(8)
    )


@pytest.mark.parametrize("factor", [0.5, 1.7])
def test_a_picture_resized_is_near(factor: float) -> None:
    for seed in range(8):
        resized = drawn(seed).resize((round(330 * factor), round(270 * factor)))
        assert apart(look(drawn(seed)), look(resized)) <= NEAR_BITS


def test_a_picture_lit_anew_or_gray_is_near() -> None:
    original = drawn(3)
    assert apart(look(original), look(original.convert("L"))) <= NEAR_BITS
    assert (
        apart(look(original), look(PIL.ImageEnhance.Brightness(original).enhance(0.8))) <= NEAR_BITS
    )


def test_different_pictures_are_far_apart() -> None:
    looks = [look(drawn(seed)) for seed in range(20)]
    pairs = [apart(a, b) for i, a in enumerate(looks) for b in looks[:i]]
    assert min(pairs) > 2 * NEAR_BITS


def test_a_hash_is_four_words_of_64_bits() -> None:
    words = near_hashes(drawn(0))
    assert len(words) == 4
    assert all(0 <= word < 2**64 for word in words)


@pytest.mark.parametrize("level", [0, 128, 255])
def test_blank_pictures_have_no_hash(level: int) -> None:
    assert near_hashes(PIL.Image.new("L", (50, 40), level)) == ()


def test_gradients_have_no_hash() -> None:
    ramp = np.tile(np.linspace(0, 255, 80).astype(np.uint8), (60, 1))
    assert near_hashes(PIL.Image.fromarray(ramp)) == ()


def test_texts_that_differ_in_a_word_are_near_and_others_are_not() -> None:
    rng = np.random.default_rng(0)
    text = rng.integers(5, 30_000, 40).tolist()
    added, other = [*text[:20], 77, *text[20:]], rng.integers(5, 30_000, 40).tolist()
    far = [
        sum((a ^ b).bit_count() for a, b in zip(near_tokens(text), near_tokens(o), strict=True))
        for o in (added, other, text[::-1])
    ]
    assert far[0] <= NEAR_BITS < far[2] < far[1]


def test_few_tokens_say_too_little() -> None:
    assert near_tokens(range(9)) == () and len(near_tokens(range(10))) == 4


def test_hashes_of_pictures_are_compared_by_the_same_bits_everywhere() -> None:
    assert NEAR_BITS == audit_bits == 32


@pytest.mark.parametrize(("side", "words"), [(31, 0), (32, 4)])
def test_a_picture_under_32_pixels_has_no_hash(side: int, words: int) -> None:
    assert len(near_hashes(drawn(0).resize((side, 60)))) == words
    assert len(near_hashes(drawn(0).resize((60, side)))) == words


@pytest.mark.parametrize(("levels", "words"), [(3, 0), (4, 4)])
def test_a_picture_of_under_four_levels_of_gray_has_no_hash(levels: int, words: int) -> None:
    rng = np.random.default_rng(0)
    pixels = np.kron(rng.integers(0, 2, (64, 64)), np.ones((1, 1))) * levels + 100
    assert len(near_hashes(PIL.Image.fromarray(pixels.astype(np.uint8)))) == words

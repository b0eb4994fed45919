import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch
from drawing import png
from timm.data import create_transform
from torch import Tensor

from headstart.data import InMemory
from headstart.errors import UsageError
from headstart.modality import Image
from headstart.modality.image import depth_told


def scene(width: int = 300, height: int = 220, seed: int = 0) -> PIL.Image.Image:
    """Smooth shapes with some grain, as photographs have."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (9, 12, 3), np.uint8)
    smooth = np.asarray(PIL.Image.fromarray(coarse).resize((width, height), 3), np.int16)
    grain = rng.integers(-12, 13, (height, width, 3))
    return PIL.Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


def timms(image: Image, picture: PIL.Image.Image) -> Tensor:
    transform = create_transform(
        input_size=(3, image.size_px, image.size_px),
        mean=image.mean,
        std=image.std,
        interpolation=image.interpolation,
        crop_pct=image.crop_pct,
        crop_mode=image.crop_mode,
    )
    return transform(picture)


@pytest.mark.parametrize(
    "image",
    [
        Image(),
        Image(size_px=96, interpolation="bilinear", crop_pct=0.95),
        Image(size_px=64, crop_pct=1.0, mean=(0.5,) * 3, std=(0.5,) * 3),
        Image(size_px=128, crop_mode="squash", crop_pct=0.9),
        Image(size_px=128, crop_mode="border", crop_pct=0.9),
        Image(size_px=77, crop_pct=0.88),
    ],
    ids=lambda image: f"{image.size_px}-{image.crop_mode}-{image.interpolation}",
)
@pytest.mark.parametrize("size", [(300, 220), (220, 301), (50, 50), (61, 411)])
def test_pixels_equal_those_of_timms_evaluation_transform(
    image: Image, size: tuple[int, int], tmp_path: Path
) -> None:
    picture = scene(*size)
    picture.save(tmp_path / "a.png")
    ours = image.batch([image.read(tmp_path / "a.png")])[0]
    assert torch.equal(ours, timms(image, picture))


def test_a_jpeg_decoded_at_a_fraction_is_near_the_whole_one(tmp_path: Path) -> None:
    scene(1600, 1200).save(tmp_path / "a.jpg", quality=90)
    drafted = Image(size_px=96).read(tmp_path / "a.jpg").float()
    whole = Image(size_px=96).read(InMemory("a", PIL.Image.open(tmp_path / "a.jpg"))).float()
    assert (drafted - whole).abs().mean() < 1.5


def test_the_same_content_gives_the_same_item_wherever_it_lies(tmp_path: Path) -> None:
    picture = scene()
    picture.save(tmp_path / "a.png")
    image = Image(size_px=48)
    sources = (
        tmp_path / "a.png",
        InMemory("b", (tmp_path / "a.png").read_bytes()),
        InMemory("c", picture),
    )
    first, *rest = [image.read(source) for source in sources]
    assert first.shape == (3, 48, 48)
    assert all(torch.equal(first, other) for other in rest)


def test_look_gives_the_item_that_read_gives(tmp_path: Path) -> None:
    scene().save(tmp_path / "a.jpg")
    look, item = Image().look(tmp_path / "a.jpg")
    assert torch.equal(item, Image().read(tmp_path / "a.jpg"))
    assert dict(look.facts) == {
        "width": 300.0,
        "height": 220.0,
        "mode": "RGB",
        "format": "JPEG",
        "frames": 1.0,
    }


def test_grays_have_one_channel() -> None:
    image = Image(size_px=40, channels=1, mean=(0.5,), std=(0.5,))
    item = image.read(InMemory("a", scene()))
    assert item.shape == (1, 40, 40)
    assert image.batch([item]).shape == (1, 1, 40, 40)
    assert image.plain([item]).shape == (1, 256)


def test_transparent_parts_show_the_background_that_was_asked_for() -> None:
    clear = PIL.Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    item = Image(size_px=8, crop_pct=1.0, background=(1, 2, 3)).read(InMemory("a", clear))
    assert item[:, 0, 0].tolist() == [1, 2, 3]


@pytest.mark.parametrize("size", [32, 224])
def test_show_gives_a_picture_of_the_item(size: int) -> None:
    image = Image(size_px=size)
    item = image.read(InMemory("a", scene()))
    kind, content = image.show(item)
    shown = PIL.Image.open(io.BytesIO(content))
    assert kind == ("image/png" if size == 32 else "image/jpeg")
    off = np.abs(np.asarray(shown).astype(int) - item.permute(1, 2, 0).numpy())
    assert off.mean() < (0.01 if size == 32 else 6)


def test_plain_features_are_mean_colors_of_fields() -> None:
    image = Image(size_px=32)
    item = torch.randint(0, 256, (3, 32, 32), dtype=torch.uint8)
    fields = item.reshape(3, 16, 2, 16, 2).double().mean((2, 4)) / 255
    rows = image.plain([item, image.blank()])
    assert rows.shape == (2, 768)
    assert torch.allclose(rows[0], fields.flatten().float(), atol=1e-6)
    assert rows[1].eq(0).all()


def test_nothing_gives_no_rows() -> None:
    assert Image(size_px=32).plain([]).shape == (0, 768)
    assert Image(size_px=32).batch([]).shape == (0, 3, 32, 32)


def test_a_blank_item_can_be_batched_with_read_ones() -> None:
    image = Image(size_px=24)
    batch = image.batch([image.blank(), image.read(InMemory("a", scene()))])
    assert torch.allclose(batch[0, :, 0, 0], -torch.tensor(image.mean) / torch.tensor(image.std))


@pytest.mark.parametrize(("size", "half"), [(224, 112), (64, 32), (32, 16), (30, None), (77, None)])
def test_half_the_side_unless_it_is_odd_or_small(size: int, half: int | None) -> None:
    smaller = Image(size_px=size, crop_pct=0.9).half()
    assert smaller == (half and Image(size_px=half, crop_pct=0.9))


def test_a_halved_item_is_what_half_would_keep() -> None:
    image = Image(size_px=64)
    item = image.read(InMemory("a", scene()))
    halved, smaller = image.halved(item), image.half()
    assert smaller is not None
    assert halved.shape == smaller.blank().shape
    mean = item.reshape(3, 32, 2, 32, 2).double().mean((2, 4))
    assert (halved.double() - mean).abs().max() <= 0.5


@pytest.mark.parametrize(
    "wrong",
    [
        {"size_px": 0},
        {"channels": 2},
        {"mean": (0.5,)},
        {"interpolation": "best"},
        {"crop_mode": "smart"},
        {"crop_pct": 0.0},
    ],
    ids=str,
)
def test_a_contract_that_cannot_be_kept_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="U121"):
        Image(**wrong)


@pytest.mark.parametrize(
    ("top", "bits"),
    [
        (255, "8 bits"),
        (256, "10 bits"),
        (4095, "12 bits"),
        (4096, "14 bits"),
        (16383, "14 bits"),
        (16384, ""),
    ],
)
def test_pictures_of_16_bits_that_use_fewer_are_told(top: int, bits: str) -> None:
    told = " ".join(depth_told([{"top": 3.0}, {"top": float(top)}, {"width": 4.0}]))
    assert (bits in told) and bool(told) == bool(bits)


def test_pictures_that_are_read_by_what_they_use_are_told_without_a_warning() -> None:
    (told,) = depth_told([{"top": 200.0}, {"top": 90.0}], 8)
    assert "as pictures of 8 bits" in told and "warning" not in told
    assert depth_told([{"width": 4.0}], 8) == ()


@pytest.mark.parametrize("alpha", [False, True])
def test_colors_of_16_bits_that_use_fewer_are_told(alpha: bool) -> None:
    top = np.full((40, 40, 4 if alpha else 3), 4000, np.uint16)
    top[..., 3:] = 65535
    look, item = Image(size_px=32).look(InMemory("a", png(top, 6 if alpha else 2, depth=16)))
    assert item.max() == 4000 // 256
    (told,) = Image(bits=12).noted([look])
    assert "no value above 4,095" in told and "nearly black" in told


def test_arrays_of_16_bits_that_are_read_by_what_they_use_are_told() -> None:
    gray = Image(size_px=32, bits=12)
    look, item = gray.look(InMemory("a", np.full((40, 40), 4000, np.uint16)))
    assert item.max() == round(4000 / 4095 * 255)
    assert "as pictures of 12 bits" in " ".join(gray.noted([look]))


def test_files_of_several_pictures_are_told() -> None:
    page, kept = PIL.Image.new("L", (40, 40), 9), io.BytesIO()
    page.save(kept, "TIFF", save_all=True, append_images=[PIL.Image.new("L", (40, 40), 200)])
    look, item = Image(size_px=32).look(InMemory("a", kept.getvalue()))
    (told,) = Image().noted([look])
    assert told == "1 file holds several pictures: the first is read; --pages all"
    assert item.float().mean() == 9


@pytest.mark.parametrize(("dark", "told"), [(1, False), (2, True), (9, True)])
def test_some_of_12_bits_among_others_of_16_are_told(dark: int, told: bool) -> None:
    facts = [{"top": 4000.0}] * dark + [{"top": 65000.0}] * (10 - dark)
    assert bool(depth_told(facts)) is told


def test_a_large_picture_is_scaled_down_as_it_is_decoded(monkeypatch) -> None:
    monkeypatch.setattr("headstart.modality.decoding.MOST_PIXELS", 10_000)
    grown = PIL.Image.radial_gradient("L").resize((400, 400)).convert("RGB")
    small, large = Image(size_px=32).read(_png(grown)), None
    monkeypatch.undo()
    large = Image(size_px=32).read(_png(grown))
    assert (small.float() - large.float()).abs().max() < 6


def _png(picture: PIL.Image.Image) -> InMemory:
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return InMemory("a", kept.getvalue())

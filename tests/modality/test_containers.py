import io
import struct

import numpy as np
import PIL.Image
import pytest

from headstart.modality.containers import (
    begun,
    flaw,
    foreign_format,
    format_of,
    frames_of,
    tiff_pages,
)

FORMS = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "AVIF")
NOISE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)


def file_of(form: str, frames: int = 1, **options) -> bytes:
    first, *rest = [PIL.Image.fromarray(np.roll(NOISE, i)) for i in range(frames)]
    more = {"save_all": True, "append_images": rest} if rest else {}
    kept = io.BytesIO()
    first.save(kept, form, **more, **options)
    return kept.getvalue()


@pytest.mark.parametrize("form", FORMS)
def test_a_whole_file_has_its_format_and_no_flaw(form: str) -> None:
    assert format_of(file_of(form)) == form
    assert flaw(file_of(form), form) == ""


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_every_point_where_such_a_file_can_stop_is_noticed(form: str) -> None:
    content = file_of(form)
    stops = range(16, len(content), 7)
    assert {flaw(content[:at], form) for at in stops} == {"truncated"}


@pytest.mark.parametrize("form", FORMS[:-1])
def test_the_beginning_of_a_signature_is_known(form: str) -> None:
    content = file_of(form)
    assert begun(content[:1])
    assert not begun(b"x" + content)


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP", "TIFF"])
def test_frames_are_counted(form: str) -> None:
    with PIL.Image.open(io.BytesIO(file_of(form, frames=4))) as file:
        told = getattr(file, "n_frames", 1)
    assert frames_of(file_of(form, frames=4), form, told) == 4


def test_an_end_marker_in_a_thumbnail_is_not_the_end() -> None:
    exif = b"Exif\0\0II*\0" + file_of("JPEG")
    content = file_of("JPEG", exif=exif)
    assert content.count(b"\xff\xd9") == 2
    assert flaw(content, "JPEG") == ""
    assert flaw(content[:-2], "JPEG") == "truncated"


def test_a_wrong_checksum_is_damage_in_pixels_and_passed_over_in_metadata() -> None:
    content = bytearray(file_of("PNG", dpi=(72, 72)))
    content[content.index(b"pHYs") + 5] ^= 1
    assert flaw(bytes(content), "PNG") == ""
    content[content.index(b"IDAT") + 9] ^= 1
    assert flaw(bytes(content), "PNG") == "damaged"


@pytest.mark.parametrize("big", [False, True])
def test_both_kinds_of_tiff_are_walked(big: bool) -> None:
    content = file_of("TIFF", frames=3, big_tiff=big)
    assert tiff_pages(content) == 3
    with pytest.raises((IndexError, struct.error)):
        tiff_pages(content[:-30])


def test_pages_that_share_one_endless_list_are_refused() -> None:
    count = 3000
    page = [
        struct.pack("<HHHIII", 1, 273, 3, count, 8, 8 + 2 * count + 18 * i) for i in range(1, count)
    ]
    content = struct.pack("<2sHI", b"II", 42, 8 + 2 * count) + bytes(2 * count) + b"".join(page)
    assert flaw(content, "TIFF") == "damaged"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.4", "PDF"),
        (b"<svg/>", "SVG"),
        (b"<?xml version='1.0'?><svg/>", "SVG"),
        (b"\0\0\0\x18ftypmp42", ""),
        (b"<html><svg/></html>", ""),
        (b"", ""),
    ],
)
def test_formats_that_are_not_read_are_called_by_name(content: bytes, name: str) -> None:
    assert foreign_format(content) == name
    assert format_of(content) == ""

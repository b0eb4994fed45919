"""Files opened in another process."""

import asyncio
import base64
import io
import json

import PIL.Image
import pytest

from headstart.serve import Refusal
from headstart.serve.frames import Thing
from headstart.studio.looking import SIDE_PX, WHOLE_PX, answer_to
from headstart.studio.looks import Looks


@pytest.fixture
def root(tmp_path):
    for name, hue in (("red", (200, 0, 0)), ("blue", (0, 0, 200))):
        (tmp_path / name).mkdir()
        for number in range(10):
            shade = tuple(max(0, part - 7 * number) for part in hue)
            PIL.Image.new("RGB", (300, 200), shade).save(tmp_path / name / f"{number}.png")
    (tmp_path / "red" / "odd.png").write_bytes(b"<html>")
    (tmp_path / "red" / "copy.png").write_bytes((tmp_path / "red" / "1.png").read_bytes())
    (tmp_path / "blue" / "wrong.png").write_bytes((tmp_path / "red" / "2.png").read_bytes())
    return tmp_path


@pytest.mark.journey
def test_the_audit_tells_what_is_wrong_with_each_example(root, monkeypatch) -> None:
    monkeypatch.setenv("HEADSTART_CACHE", str(root / ".cache"))
    told = answer_to(Thing("", "audit", b""), root)
    kinds = {(one["name"], one["kind"]) for one in told["findings"]}
    assert ("red/odd.png", "unreadable") in kinds and ("blue/wrong.png", "conflict") in kinds
    assert any(kind == "duplicate" for _, kind in kinds) and json.dumps(told)
    assert told["refused"] is None


def test_an_empty_folder_is_an_answer_too(tmp_path) -> None:
    assert answer_to(Thing("", "audit", b""), tmp_path)["error"]["code"].startswith("D1")


def test_a_picture_to_draw_on_is_whole_upright_and_knows_its_own_sides(tmp_path) -> None:
    turned = PIL.Image.Exif()
    turned[0x112] = 6
    PIL.Image.new("RGB", (2000, 500)).save(tmp_path / "a.jpg", exif=turned)
    for kind, side in (("picture", WHOLE_PX), ("boxes", SIDE_PX)):
        told = answer_to(Thing(str(tmp_path / "a.jpg"), kind, b""), tmp_path)
        assert (told["width"], told["height"]) == (500, 2000)
        shown = PIL.Image.open(io.BytesIO(base64.b64decode(told["picture"])))
        assert shown.size == (side // 4, side)


@pytest.mark.journey
def test_files_are_looked_at_in_a_process_that_may_die(root) -> None:
    async def work() -> None:
        looks = Looks(root)
        media, raw = await looks.thumbnail(root / "red" / "1.png", "image")
        assert media == "image/jpeg" and raw[:2] == b"\xff\xd8" and SIDE_PX == 192
        with pytest.raises(Refusal) as refused:
            await looks.thumbnail(root / "red" / "odd.png", "image")
        assert refused.value.status == 422 and refused.value.code.startswith("D1")
        looks._engines["file"].kill()
        assert (await looks.thumbnail(root / "blue" / "1.png", "image"))[0] == "image/jpeg"
        await looks.close()

    asyncio.run(work())

"""Boxes on pictures, in a real browser."""

import json
import time
from pathlib import Path

import pytest
from accessible import axe, serious
from boards import apart  # noqa: F401
from browsing import begin, draw

from headstart.data import find
from headstart.studio.board import LEAST_PICTURES
from headstart.studio.drawn import Box, Drawings

pytestmark = pytest.mark.browser


def test_boxes_are_drawn_by_pointer_and_keys(page, server, tmp_path, request) -> None:
    begin(page, server.start(), "Boxes on pictures", ("disk",))
    files = draw(tmp_path / "own", "circle", 3)
    page.get_by_label("Choose pictures").set_input_files(files)
    page.locator(".thumbs.drawn button").nth(2).wait_for(timeout=60_000)
    drawn_elsewhere(page, tmp_path / "box")
    page.locator(".thumbs.drawn button").first.click()
    by_pointer(page)
    by_keys(page, tmp_path / "box")
    page.screenshot(path=str(tmp_path / "drawing.png"))
    assert serious(page, axe(request.config.cache.mkdir("axe"))) == []
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Nothing to be found").check()
    page.get_by_role("button", name="Close").click()
    page.get_by_text("3 looked at").wait_for()
    examples = find(tmp_path / "box").examples
    assert [len(boxes) for boxes in examples.truth.boxes] == [1, 0, 3]


@pytest.mark.slow
def test_boxes_that_lie_in_the_folder_are_learned_from_and_tried(page, server, tmp_path) -> None:
    files = draw(tmp_path / "box" / "pictures", "circle", LEAST_PICTURES + 2)
    for name in files:
        key = str(Path(name).relative_to(tmp_path / "box"))
        Drawings(tmp_path / "box").keep(key, [Box("disk", (0.2, 0.2, 0.7, 0.7))], (120, 120), "")
    page.goto(server.start())
    page.get_by_text("Boxes right:").wait_for(timeout=250_000)
    page.locator("#trying:not([hidden])").wait_for(timeout=60_000)
    page.locator("#try-file").set_input_files(files[0])
    page.locator("#answer .found").wait_for()
    page.screenshot(path=str(tmp_path / "boxes.png"), full_page=True)


TINY, PAST = Box("disk", (0.3, 0.3, 0.308, 0.308)), Box("disk", (0.5, 0.4, 1.1, 0.9))


def drawn_elsewhere(page, box: Path) -> None:
    """A click changes nothing of a tiny box, and another is added beside one past the edge."""
    key = Drawings(box).all[2].key
    Drawings(box).keep(key, [TINY, PAST], (120, 120), "")
    before = Drawings(box).need(key).boxes
    page.get_by_text("1 looked at").wait_for()
    page.locator(".thumbs.drawn button").nth(2).click()
    seen(page.locator(".stage img"))
    drag(page, (0.304, 0.304), (0.304, 0.304))
    drag(page, (0.1, 0.5), (0.1, 0.5))
    page.get_by_role("button", name="Add a box").click()
    page.get_by_label("disk, box 3").wait_for()
    page.get_by_role("button", name="Close").click()
    page.get_by_label(f"{key}, 3 boxes").wait_for()
    assert Drawings(box).need(key).boxes[:2] == before


def by_pointer(page) -> None:
    """A box is drawn, moved and taken by a corner."""
    seen(page.locator(".stage img"))
    drag(page, (0.2, 0.2), (0.5, 0.6))
    drag(page, (0.35, 0.4), (0.45, 0.4))
    drag(page, (0.6, 0.6), (0.8, 0.8))
    page.get_by_label("disk, box 1: 30% from the left, 20% from the top, 50% wide, 60%").wait_for()


def seen(picture) -> None:
    """Waits for a picture."""
    picture.evaluate("image => image.decode()")


def drag(page, start: tuple[float, float], end: tuple[float, float]) -> None:
    place = page.locator(".stage svg").bounding_box()
    for step, (x, y) in enumerate((start, end)):
        at = (place["x"] + x * place["width"], place["y"] + y * place["height"])
        page.mouse.move(*at, steps=3)
        (page.mouse.up if step else page.mouse.down)()


def by_keys(page, box: Path) -> None:
    """Another is made, moved, sized and deleted, and all of it is on the disk."""
    page.get_by_role("button", name="Add a box").click()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    page.get_by_label("disk, box 2: 34% from the left, 34% from the top, 31% wide, 31%").wait_for()
    kept_as(box, 2)
    page.keyboard.press("Delete")
    kept_as(box, 1)


def kept_as(box: Path, count: int) -> None:
    """Wait until the first picture has so many boxes on the disk."""
    for _ in range(100):
        kept = sorted((box / "pictures").glob("*.json"))
        if kept and len(json.loads(kept[0].read_text())["shapes"]) == count:
            return
        time.sleep(0.1)
    raise AssertionError(f"never {count} boxes")

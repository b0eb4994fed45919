"""The page: what is in its folder, and in a real browser the answers of `predict`."""

import functools
import http.server
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from stand_ins import draw

from headstart import durable
from headstart.errors import BackboneError, UsageError
from headstart.events import quiet
from headstart.model import Model
from headstart.share import Exported, export_web, fetched_runtime, need_web
from headstart.share.end_to_end import end_to_end
from headstart.share.exporting import Agreed
from headstart.share.parity import Parity
from headstart.share.web_runtime import PARTS

CHROMIUM = shutil.which("chromium")
FINE = Parity(6, 1e-6, 6, "onnxruntime 1")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """What passes for npm's package."""
    place = tmp_path / "package"
    for part in PARTS:
        durable.write(place / part, f"// {part}")
    durable.write(place / "package.json", '{"name": "onnxruntime-web", "version": "1.2.3"}')
    return place


@pytest.fixture
def agreed(small_model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every graph is one that was compared."""
    made = Agreed(end_to_end(small_model), b"a graph", FINE)
    monkeypatch.setattr("headstart.share.web.agreed_graph", lambda *_: made)


def test_the_folder_has_all_that_the_page_asks_for(small_model, agreed, package, tmp_path) -> None:
    found = export_web(small_model, [], tmp_path / "web", package)
    page = (tmp_path / "web" / "index.html").read_text()
    script = (tmp_path / "web" / "page.js").read_text()
    for name in ("page.css", "page.js", "model.json", "model.onnx", "ort-wasm-simd-threaded.wasm"):
        assert name in page + script and name in found.beside
    assert "ort.wasm.bundle.min.mjs" in script and "ort.wasm.bundle.min.mjs" in found.beside
    assert "://" not in (page + script).replace("http://localhost:8000", "")
    assert found.bytes == sum(path.stat().st_size for path in (tmp_path / "web").iterdir())


def test_its_notes_say_what_it_is_and_whose(small_model, agreed, package, tmp_path) -> None:
    export_web(small_model, [], tmp_path / "web", package)
    facts = json.loads((tmp_path / "web" / "model.json").read_text())
    assert facts["classes"] == ["blue", "green", "red"] and facts["side"] == 32
    assert "| 1.0e-06 | 0.0001 |" in (tmp_path / "web" / "README.md").read_text()
    notice = (tmp_path / "web" / "NOTICE.txt").read_text()
    assert "onnxruntime-web 1.2.3" in notice and "MIT License" in notice


def test_it_is_written_again_and_over_nothing_else(small_model, agreed, package, tmp_path) -> None:
    for _ in range(2):
        export_web(small_model, [], tmp_path / "web", package)
    (tmp_path / "web" / "mine.txt").write_text("x")
    with pytest.raises(UsageError, match="U211"):
        export_web(small_model, [], tmp_path / "web", package)
    assert (tmp_path / "web" / "mine.txt").read_text() == "x"


def test_pages_are_for_pictures(small_model: Model, tmp_path: Path) -> None:
    bands = replace(small_model.backbone.modality, channels=4, mean=(0.5,) * 4, std=(0.5,) * 4)
    odd = replace(small_model, backbone=replace(small_model.backbone, modality=bands))
    need_web(small_model, tmp_path / "web")
    with pytest.raises(BackboneError, match="M706"):
        need_web(odd, tmp_path / "web")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Twenty pictures: small and large, turned, gray, transparent."""
    place = tmp_path_factory.mktemp("asked")
    pictures = sorted(draw(place / "photos", 4).rglob("*.png"))
    rng = np.random.default_rng(0)
    for number, size in enumerate([(300, 200), (90, 400), (64, 65), (700, 500)]):
        coarse = PIL.Image.fromarray(rng.integers(0, 256, (8, 6, 3), dtype=np.uint8))
        smooth = coarse.resize(size, PIL.Image.Resampling.BICUBIC)
        turned = PIL.Image.Exif()
        turned[0x0112] = 6
        smooth.save(place / f"{number}.jpg", quality=92, exif=turned)
        smooth.convert("L" if number % 2 else "RGBA").save(place / f"{number}.png")
    return [*pictures, *sorted(place.glob("*.jpg")), *sorted(place.glob("*.png"))]


@pytest.fixture(scope="module")
def folder(
    small_model: Model, exported: Exported, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A real page, with npm's real package."""
    place = tmp_path_factory.mktemp("page")
    package = fetched_runtime(place / "cache", quiet)
    made = Agreed(end_to_end(small_model), exported.path.read_bytes(), exported.parity)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headstart.share.web.agreed_graph", lambda *_: made)
        export_web(small_model, [], place / "web", package)
    return place / "web"


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Nothing."""

    serving = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), serving) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def page(address: str) -> Iterator:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "install Debian's package chromium"
    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as it:
        browser = it.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", *camera])
        opened = browser.new_page()
        opened.asked, opened.told = [], []
        opened.on("request", lambda request: opened.asked.append(request.url))
        opened.on("console", lambda message: opened.told.append(message.text))
        opened.on("pageerror", lambda error: opened.told.append(str(error)))
        opened.goto(address)
        opened.get_by_text("It knows pictures: blue, green, red").wait_for(timeout=30_000)
        yield opened
        browser.close()


@pytest.mark.browser
def test_twenty_pictures_get_the_answers_of_predict(page, address, asked, small_model) -> None:
    assert len(asked) == 20
    page.set_input_files("#file", [str(path) for path in asked])
    page.locator("#answers li").nth(19).wait_for(timeout=60_000)
    labels = page.locator("#answers .label").all_inner_texts()[::-1]
    rows = page.eval_on_selector_all("#answers li", "all => all.map(one => one.dataset.answers)")
    told = small_model.predict(asked)
    assert labels == [one.label for one in told]
    for row, one in zip(map(json.loads, rows[::-1]), told, strict=True):
        assert np.abs(np.array(row) - list(one.probabilities.values())).max() < 0.02
    assert all(url.startswith((address, "blob:")) for url in page.asked) and page.told == []


@pytest.mark.browser
def test_what_is_no_picture_is_said_and_the_camera_is_judged(page, tmp_path) -> None:
    (tmp_path / "<b>.png").write_bytes(b"no picture")
    page.set_input_files("#file", str(tmp_path / "<b>.png"))
    page.get_by_text("this is not a picture that browsers open").wait_for(timeout=10_000)
    assert page.get_by_text("<b>.png").count() == 1
    page.get_by_role("button", name="Camera").click()
    page.locator("#seen .label").wait_for(timeout=20_000)
    page.get_by_role("button", name="Camera").click()
    assert page.locator("#seen").is_hidden()

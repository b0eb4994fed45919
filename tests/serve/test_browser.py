"""The page in a real browser: Debian's chromium, driven by playwright."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import PIL.Image
import pytest
from accessible import axe, serious
from test_serving import MAIN, TOKEN

pytestmark = pytest.mark.browser


@pytest.fixture
def address(run: Path) -> Iterator[str]:
    command = [sys.executable, "-c", MAIN, str(run), TOKEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as it:
        yield it.stdout.readline().strip()
        it.kill()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 900, "height": 900})
    opened = context.new_page()
    opened.asked, opened.told = [], []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.on("console", lambda message: opened.told.append(message.text))
    opened.on("pageerror", lambda error: opened.told.append(str(error)))
    yield opened
    context.close()


def picture() -> bytes:
    raw = io.BytesIO()
    PIL.Image.new("RGB", (40, 40), (200, 50, 40)).save(raw, "PNG")
    return raw.getvalue()


def violations(page) -> list[str]:
    return [text for text in page.told if "401" not in text]


def test_the_printed_address_opens_the_page_and_a_file_is_judged(page, address, tmp_path) -> None:
    page.goto(address)
    page.get_by_text("photos knows pictures: a, b").wait_for(timeout=10_000)
    assert "#" not in page.url and TOKEN not in page.content()
    files = [("<img src=x onerror=alert(1)>.png", picture()), ("bad.png", b"bad")]
    upload = [{"name": name, "mimeType": "image/png", "buffer": raw} for name, raw in files]
    page.set_input_files("#file", upload)
    page.get_by_text("this is not a picture").wait_for(timeout=5000)
    page.get_by_text("75.0%").first.wait_for(timeout=5000)
    assert page.locator("#answers li").count() == 2
    page.get_by_text("Since the start: 1 answer, 100.0% sure").wait_for(timeout=5000)
    assert page.get_by_text("<img src=x onerror=alert(1)>.png").count() == 1
    page.screenshot(path=str(tmp_path / "tried.png"))
    own = address.partition("#")[0]
    assert all(url.startswith((own, "blob:")) for url in page.asked) and violations(page) == []
    page.reload()
    page.get_by_text("photos knows pictures").wait_for(timeout=5000)


def test_without_the_token_there_is_nothing_but_what_to_do(page, address) -> None:
    own = address.partition("#")[0]
    page.goto(own)
    page.get_by_text("A token is needed").wait_for(timeout=10_000)
    page.goto(f"{own}#t={'x' * 32}")
    page.reload()
    page.get_by_text("not, or no longer").wait_for(timeout=5000)


def test_axe_finds_nothing_serious(page, address, request) -> None:
    page.goto(address)
    page.get_by_text("photos knows pictures").wait_for(timeout=10_000)
    page.set_input_files("#file", [{"name": "a.png", "mimeType": "image/png", "buffer": picture()}])
    page.get_by_text("75.0%").first.wait_for(timeout=5000)
    assert serious(page, axe(request.config.cache.mkdir("axe"))) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_phone_and_goes_by_keyboard(browser, address, scheme, tmp_path) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    page.get_by_text("photos knows pictures").wait_for(timeout=10_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "file"
    page.screenshot(path=str(tmp_path / f"{scheme}.png"))
    context.close()

"""The page in a real browser: from dropped pictures to a verdict, and what goes wrong on it."""

import base64
import io
import shutil
import signal
import time
import zipfile
from pathlib import Path

import pytest
import soundfile
from accessible import axe, serious
from boards import apart  # noqa: F401
from browsing import begin, draw

pytestmark = pytest.mark.browser


def test_two_classes_of_20_pictures_to_a_verdict_through_a_stop_and_a_killed_server(
    page, server, tmp_path, request
) -> None:
    begin(page, server.start())
    assert page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    for name in ("circle", "square"):
        files = draw(tmp_path / "own" / name, name, 20)
        page.get_by_label(f"Choose files for {name}").set_input_files(files)
    interrupted(page, server)
    page.get_by_text("it had not seen").wait_for(timeout=200_000)
    page.locator("#trying:not([hidden])").wait_for(timeout=60_000)
    page.locator("#try-file").set_input_files(str(tmp_path / "own" / "circle" / "circle 03.jpg"))
    page.locator("#answer .label").wait_for()
    (run,) = (tmp_path / "runs").iterdir()
    page.get_by_label("Learn by itself").uncheck()
    doubted(page, run, tmp_path / "box")
    deeper(page)
    script = axe(request.config.cache.mkdir("axe"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=str(tmp_path / f"deeper {scheme}.png"), full_page=True)
        assert serious(page, script) == []
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Open the report").click()
    opened.value.get_by_role("heading").first.wait_for()
    assert serious(opened.value, script) == []


def interrupted(page, server) -> None:
    """Stopped, gone on with, reloaded, and its server killed and started again."""
    page.locator("#stop").click(timeout=90_000)
    page.get_by_role("button", name="Go on").click()
    page.locator("#progress:not([hidden])").wait_for()
    page.reload()
    page.locator("#progress:not([hidden])").wait_for()
    server.kill()
    page.get_by_text("does not answer").wait_for()
    page.goto(server.start())


def doubted(page, run: Path, box: Path) -> None:
    """A label that the run doubts is set right by one click."""
    name = sorted(path.name for path in (box / "circle").iterdir())[0]
    line = f"name,label,looks like,belief in the label\ncircle/{name},circle,square,0.01\n"
    (run / "suspects.csv").write_text(line)
    page.reload()
    page.get_by_role("button", name="It is square: ").click()
    page.locator(".thumbs .moved").wait_for()
    assert f"circle/{name},square" in (box / "headstart.corrections.csv").read_text()
    page.get_by_text("Examples or options have changed since then").wait_for()


def deeper(page) -> None:
    """A ranking as a picture, another strategy, and two runs compared and one handed over."""
    page.locator("#deeper > summary").click()
    page.get_by_role("button", name="Compare starts").click()
    page.locator(".chart circle").first.wait_for(timeout=90_000)
    page.get_by_label("What is trained").select_option("probe")
    page.get_by_label("How it is tested").select_option("1")
    page.get_by_role("button", name="Use these").click()
    page.get_by_role("button", name="Back to the usual").wait_for()
    page.get_by_role("button", name="Learn now").click()
    page.locator("#runs input").nth(1).wait_for(timeout=200_000)
    for number in (0, 1):
        page.locator("#runs input").nth(number).check()
    page.get_by_role("button", name="Compare those chosen").click()
    told = page.get_by_text("On the same test examples").or_(page.get_by_text("not compared"))
    told.wait_for(timeout=90_000)
    page.get_by_role("button", name="as ONNX").first.click()
    with page.expect_download(timeout=90_000) as kept:
        page.get_by_role("link", name="Save ONNX of").click(timeout=90_000)
    assert kept.value.suggested_filename.endswith(".onnx")


def test_a_broken_file_is_told_and_everything_goes_by_keyboard_on_a_phone(
    browser, server, tmp_path
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 640}, color_scheme="dark")
    page = context.new_page()
    begin(page, server.start())
    (tmp_path / "odd<b>.png").write_bytes(b"<html>")
    files = [*draw(tmp_path / "own", "circle", 3), str(tmp_path / "odd<b>.png")]
    page.get_by_label("Choose files for circle").set_input_files(files)
    page.get_by_text("Not added").wait_for(timeout=60_000)
    assert page.get_by_text("odd<b>.png").count() == 1
    page.locator(".thumbs button").nth(2).wait_for(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.screenshot(path=str(tmp_path / "phone.png"), full_page=True)
    page.locator(".thumbs button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    page.get_by_text("2 examples", exact=True).wait_for()
    asleep(context, page, server, tmp_path)
    assert len(list((tmp_path / "box" / ".removed" / "circle").iterdir())) == 1
    context.close()


def asleep(context, page, server, tmp_path: Path) -> None:
    """A laptop is closed: page and server stand still, and files come in meanwhile."""
    session = context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    server.process.send_signal(signal.SIGSTOP)
    shutil.copy(tmp_path / "own" / "circle 00.jpg", tmp_path / "box" / "square" / "other.jpg")
    time.sleep(1)
    server.process.send_signal(signal.SIGCONT)
    session.send("Page.setWebLifecycleState", {"state": "active"})
    page.get_by_text("1 example", exact=True).wait_for()


def test_the_camera_gives_one_group_a_hold_and_the_microphone_clips(page, server, tmp_path) -> None:
    begin(page, server.start())
    page.get_by_label("Record circle with the camera").click()
    page.locator("video.live").wait_for()
    page.wait_for_timeout(1500)
    page.locator(".hold").focus()
    page.keyboard.down(" ")
    page.wait_for_timeout(1200)
    page.keyboard.up(" ")
    page.get_by_text("from 1 recording").wait_for(timeout=60_000)
    page.screenshot(path=str(tmp_path / "camera.png"))
    page.keyboard.press("Escape")
    found = (tmp_path / "box" / "circle").glob("[!.]*")  # the last frame may be on its way
    names = {path.name[:14] for path in found}
    assert len(names) == 1 and next(iter(names)).startswith("burst-")


def test_the_microphone_gives_clips_of_one_recording(page, server, tmp_path) -> None:
    begin(page, server.start(), "Recordings", ("beep", "hum"))
    page.get_by_label("Record beep with the microphone").click()
    page.wait_for_timeout(1000)
    page.locator(".hold").focus()
    page.keyboard.down(" ")
    page.wait_for_timeout(2200)
    page.keyboard.up(" ")
    page.get_by_text("from 1 recording").wait_for(timeout=60_000)
    page.screenshot(path=str(tmp_path / "microphone.png"))
    found = sorted((tmp_path / "box" / "beep").glob("[!.]*.wav"))
    assert found and len({path.name[:14] for path in found}) == 1
    assert soundfile.info(found[0]).samplerate == 16000


PASTED = """async ([name, raw, event]) => {
    const bytes = Uint8Array.from(atob(raw), (one) => one.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name));
    const facts = { bubbles: true, clipboardData: transfer, dataTransfer: transfer };
    const kind = { paste: ClipboardEvent, drop: DragEvent }[event];
    document.body.dispatchEvent(new kind(event, facts));
}"""


def test_a_picture_is_pasted_and_a_zip_of_class_folders_makes_classes(
    page, server, tmp_path
) -> None:
    begin(page, server.start())
    picture = Path(draw(tmp_path / "own", "circle", 1)[0]).read_bytes()
    page.get_by_label("Choose files for circle").focus()
    page.evaluate(PASTED, ["a.jpg", base64.b64encode(picture).decode(), "paste"])
    page.get_by_text("1 example", exact=True).wait_for(timeout=60_000)
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as held:
        held.writestr("all/star/1.jpg", Path(draw(tmp_path / "own2", "star", 1)[0]).read_bytes())
        held.writestr("alone.jpg", b"")
    page.evaluate(PASTED, ["some.zip", base64.b64encode(raw.getvalue()).decode(), "drop"])
    page.get_by_role("heading", name="star").wait_for(timeout=60_000)
    page.get_by_text("the file is in no folder").wait_for()
    assert len(list((tmp_path / "box" / "star").iterdir())) == 1


def test_texts_go_by_keyboard_alone_to_a_verdict_and_a_try(page, server, tmp_path) -> None:
    page.goto(server.start())
    page.get_by_role("button", name="Texts").wait_for()
    to(page, "Texts")
    page.keyboard.press("Enter")
    page.locator("#new-name").wait_for()
    for name in ("good", "bad"):
        to(page, "new-name")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        page.get_by_role("heading", name=name).wait_for()
    for name, words in (("good", GOOD), ("bad", BAD)):
        to(page, f"Texts for {name}")
        page.keyboard.insert_text("\n".join(f"It was {word} {i}" for word in words for i in "ab"))
        to(page, f"Add texts to {name}")
        page.keyboard.press("Enter")
    page.get_by_text("it had not seen").wait_for(timeout=200_000)
    page.locator("#trying:not([hidden])").wait_for(timeout=60_000)
    to(page, "try-text")
    page.keyboard.type("What a lovely day")
    page.locator("#answer .label").wait_for()
    page.screenshot(path=str(tmp_path / "texts.png"), full_page=True)
    rows = (tmp_path / "box" / "texts.csv").read_text().splitlines()
    assert rows[0] == "text,label" and len(rows) == 1 + 2 * (len(GOOD) + len(BAD))


GOOD = ("lovely", "a joy", "splendid", "kind", "a delight")
BAD = ("awful", "a pain", "dreadful", "cruel", "a disaster")
FOCUSED = "(one) => [one.id, one.getAttribute('aria-label'), one.textContent.trim()]"


def to(page, name: str) -> None:
    """Press Tab until what has the focus is called so."""
    for _ in range(80):
        told = page.locator(":focus").evaluate_all(f"(all) => all.map({FOCUSED})")
        if any(word and word.startswith(name) for words in told for word in words):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab reaches {name}")

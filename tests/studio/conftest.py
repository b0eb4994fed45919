"""Runs that have ended, for tests of what is listed; a page in a browser, and its server."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from browsing import Server

FIGURES = {
    "figure": "accuracy", "task": "classification", "chosen": "probe",
    "test": {"accuracy": {"value": 0.9, "low": 0.8, "high": 0.95}},
    "verdict": {"word": "helps"}, "cost": {"cpu_s": 18.0},
}  # fmt: skip


@pytest.fixture
def ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Path], Path]:
    """Makes a run that has ended on some data."""
    read = lambda path: type("Run", (), {"metrics": FIGURES})()  # noqa: E731
    monkeypatch.setattr("headstart.run.run_list.report", read)

    def make(name: str, data: Path) -> Path:
        place = tmp_path / "runs" / name
        place.mkdir(parents=True)
        asked = {"place": str(data.resolve()), "backbone": {"name": "net\x1b"}}
        (place / "run.json").write_text(json.dumps(asked))
        (place / "metrics.json").write_text("{}")
        return place

    return make


@pytest.fixture
def server():
    one = Server()
    yield one
    one.kill()


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1200, "height": 850})
    opened = context.new_page()
    opened.set_default_timeout(30_000)
    opened.told, opened.asked = [], []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.on("pageerror", lambda error: opened.told.append(str(error)))
    opened.on("console", lambda message: opened.told.append(message.text))
    yield opened
    assert [text for text in opened.told if "401" not in text and "ERR_" not in text] == []
    assert all(url.startswith(("http://127.0.0.1:", "blob:")) for url in opened.asked)
    context.close()

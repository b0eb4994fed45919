"""What doctor says of packages, the machine and the cache."""

import sys
from importlib import metadata

import pytest

from headstart import doctor


@pytest.fixture
def packages(monkeypatch) -> None:
    told = ["numpy>=2", 'soundfile>=0.13; extra == "audio"', 'no-such-thing; extra == "excel"']
    monkeypatch.setattr(metadata, "requires", lambda name: [*told, 'ruff; extra == "dev"'])


def test_extras_are_whole_or_say_how_to_install_them(packages, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(doctor, "_card", lambda: "")
    found = doctor.look()
    assert found.missing == {"excel": ("no-such-thing",)} and found.extras == ("audio",)
    text = "\n".join(found.lines())
    assert "pip install 'headstart[excel]'" in text and "the CPU is used" in text
    assert found.versions["python"] in text and str(tmp_path / "cache") in text
    assert found.record()["cores"] >= 1 and found.free_bytes > 0


@pytest.mark.parametrize(("torch", "told"), [("2.6.0+cpu", True), ("2.6.0+cu126", False)])
def test_a_card_that_this_pytorch_cannot_use_is_told(torch: str, told: bool) -> None:
    found = doctor.Diagnosis({"torch": torch}, {}, (), "a card", 1, 1, 10**12, "x", {})
    assert any("cannot use the card" in line for line in found.lines()) is told


@pytest.mark.parametrize(("free", "told"), [(10**9 - 1, True), (10**9, False)])
def test_a_full_disk_is_told(free: int, told: bool) -> None:
    found = doctor.Diagnosis({"torch": "2"}, {}, (), "", 1, 1, free, "x", {})
    assert any("less than 1 GB" in line for line in found.lines()) is told


def test_a_driver_that_does_not_answer_is_no_card(monkeypatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("shutil.which", lambda name: "/no/such/tool")
    assert doctor._card() == ""

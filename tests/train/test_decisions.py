"""A run that goes on stays with what was decided, and believes no note that is damaged."""

from pathlib import Path

import pytest

from headstart import durable
from headstart.events import Event
from headstart.train.decisions import decided_once, discard_damaged, recalled


def test_what_was_decided_stays(tmp_path: Path) -> None:
    place = tmp_path / "n.json"
    assert decided_once(place, lambda: {"half": True}) == {"half": True}
    assert decided_once(place, lambda: {"half": False}) == {"half": True}
    assert recalled(tmp_path / "other.json") is None


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\x00", b'{"value": 3, "sealed": "0"}', b"[]"])
def test_a_damaged_note_is_decided_anew(tmp_path: Path, damage: bytes) -> None:
    place = tmp_path / "n.json"
    decided_once(place, lambda: 3)
    place.write_bytes(damage)
    assert recalled(place) is None
    assert decided_once(place, lambda: 4) == 4 and recalled(place) == 4


def test_what_followed_from_a_damaged_note_is_thrown_away_and_told(tmp_path: Path) -> None:
    told: list[Event] = []
    decided_once(tmp_path / "deep" / "n.json", lambda: 3)
    (tmp_path / "checkpoint").write_text("x")
    discard_damaged(tmp_path, told.append)
    assert (tmp_path / "checkpoint").exists() and not told
    (tmp_path / "deep" / "n.json").write_text("3")
    discard_damaged(tmp_path, told.append, "*.json")
    assert not told
    discard_damaged(tmp_path, told.append)
    assert not list(tmp_path.iterdir()) and "deep/n.json is damaged" in told[0].what


def test_a_note_of_elsewhere_is_none_of_ours(tmp_path: Path) -> None:
    one, other = (tmp_path / ".work" / name / "n.json" for name in ("full", "scratch"))
    durable.seal(one, 3)
    other.parent.mkdir()
    other.write_bytes(one.read_bytes())
    assert (recalled(one), recalled(other)) == (3, None)
    (tmp_path / ".work").rename(tmp_path / "moved")
    (tmp_path / "run").mkdir()
    (tmp_path / "moved").rename(tmp_path / "run" / ".work")
    assert recalled(tmp_path / "run" / ".work" / "full" / "n.json") == 3

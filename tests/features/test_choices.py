"""What was chosen is remembered for exactly what it follows from."""

import json
from pathlib import Path

import pytest

from headstart.features import choices
from headstart.features.cap import entries
from headstart.features.choices import Choice, Memory, memory_of, processor
from headstart.features.clearing import clear


def _memory(cache: Path, network: str = "digest, cut", workers: int = 2) -> Memory:
    return memory_of(cache, (network, "224 px", "16", "torch 2"), workers)


def test_a_choice_is_found_again_with_its_network(tmp_path: Path) -> None:
    _memory(tmp_path).keep("quick", 10, b"network")
    found = _memory(tmp_path).recalled()
    assert (found.engine, found.rows) == ("quick", 10)
    assert _memory(tmp_path).network(found.network) == b"network"


@pytest.mark.parametrize("changed", ["network", "size", "batch", "versions", "threads", "machine"])
def test_whatever_a_choice_follows_from_makes_another_one_where_it_changes(
    tmp_path: Path, monkeypatch, changed
) -> None:
    _memory(tmp_path).keep("quick", 10)
    made_by = {"network": "digest, cut", "size": "224 px", "batch": "16", "versions": "torch 2"}
    if changed == "machine":
        monkeypatch.setattr(choices, "processor", lambda: "another")
    other = {**made_by, **({changed: "another"} if changed in made_by else {})}
    memory = memory_of(tmp_path, tuple(other.values()), 3 if changed == "threads" else 2)
    assert memory.recalled() == Choice()
    monkeypatch.undo()
    assert _memory(tmp_path).recalled().engine == "quick"


@pytest.mark.parametrize(
    "content",
    [b"", b"[", b"[1]", b"\xff", b"{}", b'{"key": 1}', b"[" * 100_000],
)
def test_a_record_that_cannot_be_read_is_no_choice(tmp_path: Path, content: bytes) -> None:
    memory = _memory(tmp_path)
    memory.keep("quick", 10)
    (memory.folder / "choice.json").write_bytes(content)
    assert memory.recalled() == Choice()


@pytest.mark.parametrize(
    "wrong", [{"key": "foreign"}, {"rows": "10"}, {"engine": None}, {"network": 1}, {"more": 1}]
)
def test_a_foreign_record_is_no_choice(tmp_path: Path, wrong: dict[str, object]) -> None:
    memory = _memory(tmp_path)
    memory.keep("quick", 10)
    place = memory.folder / "choice.json"
    place.write_text(json.dumps(json.loads(place.read_text()) | wrong))
    assert memory.recalled() == Choice()


def test_a_network_that_is_other_than_it_was_is_none(tmp_path: Path) -> None:
    memory = _memory(tmp_path)
    memory.keep("quick", 10, b"network")
    digest = memory.recalled().network
    (memory.folder / "network.bin").write_bytes(b"networK")
    assert memory.network(digest) is None
    (memory.folder / "network.bin").unlink()
    assert memory.network(digest) is None


def test_choices_are_thrown_away_with_the_rest_of_the_cache(tmp_path: Path) -> None:
    _memory(tmp_path).keep("quick", 10, b"network")
    assert [entry.kind for entry in entries(tmp_path)] == ["engines"]
    clear(tmp_path)
    assert _memory(tmp_path).recalled() == Choice()


def test_a_cache_to_read_only_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "engines").write_text("a file in the place of a folder")
    _memory(tmp_path).keep("quick", 10)
    assert _memory(tmp_path).recalled() == Choice()


def test_the_processor_has_a_name_and_a_digest() -> None:
    assert len(processor().split()[-1]) == 12 and processor() == processor()

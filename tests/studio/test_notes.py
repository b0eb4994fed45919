"""What the page remembers."""

from headstart.studio.notes import HIDDEN, Notes, keep_notes, notes_in


def test_notes_are_read_as_they_were_written(tmp_path) -> None:
    for kind in ("text", "boxes"):
        told = Notes(kind, {"a": 3}, ("b",), automatic=False, stopped="x", trained="y", run="z")
        keep_notes(tmp_path, told)
        assert notes_in(tmp_path) == told


def test_anything_else_is_as_if_it_had_never_been_written(tmp_path) -> None:
    assert notes_in(tmp_path) == Notes()
    (tmp_path / HIDDEN).mkdir()
    for text in (b"", b"[]", b"\xff", b'{"colors": 3}', b'{"kind": "x", "empty": 1}'):
        (tmp_path / HIDDEN / "notes.json").write_bytes(text)
        assert notes_in(tmp_path) == Notes()

"""Files that could be examples."""

from boards import apart  # noqa: F401

from headstart.studio.example_files import files_below, kind_of


def test_files_are_found_however_deep_without_litter_and_tables(tmp_path) -> None:
    for name in ("a.jpg", "deep/er/b.wav", ".DS_Store", ".hidden/c.jpg", "list.csv"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert {path.name for path, _ in files_below(tmp_path)} == {"a.jpg", "b.wav"}


def test_the_kind_is_that_of_more_than_half() -> None:
    assert kind_of([]) == ""
    assert kind_of(["a.jpg", "b.wav"]) == "image"
    assert kind_of(["a.jpg", "b.wav", "c.MP3"]) == "audio"

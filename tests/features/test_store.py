"""Addresses that machines share are opened, or refused with what mends it."""

import subprocess
import sys
from pathlib import Path

import fsspec
import pytest

from headstart.errors import MissingExtra, UsageError
from headstart.features.store import address_of, opened, write


def test_a_folder_is_an_address_too(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert address_of("rows") == (tmp_path / "rows").as_uri()
    assert address_of("memory") == (tmp_path / "memory").as_uri()


@pytest.mark.parametrize("url", ["memory://rows", "simplecache::memory://rows"])
def test_the_memory_of_one_process_is_nothing_to_share(url: str) -> None:
    with pytest.raises(UsageError, match="lost when it ends") as refused:
        address_of(url)
    assert refused.value.code == "U345" and refused.value.where == url
    assert refused.value.fix.startswith("--cache FOLDER")


def test_what_is_in_memory_is_another_process_s_loss() -> None:
    files, root = opened("memory://lost_at_the_end")
    write(files, f"{root}/rows", b"rows")
    look = "import fsspec; print(fsspec.filesystem('memory').exists('/lost_at_the_end/rows'))"
    told = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert files.exists(root) and told.stdout.strip() == "False"


def test_an_address_that_nothing_opens_is_refused() -> None:
    with pytest.raises(UsageError, match=r"U344.*nosuch://"):
        address_of("nosuch://place")


def test_what_a_plugin_needs_is_said(monkeypatch) -> None:
    def missing(url: str) -> None:
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec.core, "url_to_fs", missing)
    with pytest.raises(MissingExtra, match="pip install s3fs"):
        address_of("s3://bucket")


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_what_is_written_is_read_again(kind: str, tmp_path: Path) -> None:
    files, root = opened("memory://written" if kind == "memory" else tmp_path.as_uri())
    write(files, f"{root}/a/b", b"rows")
    assert files.cat_file(f"{root}/a/b") == b"rows"


def test_on_a_disk_nothing_is_written_in_part(tmp_path: Path, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "no room")

    files, root = opened(tmp_path.as_uri())
    monkeypatch.setattr("headstart.durable._sync", full)
    with pytest.raises(OSError, match="no room"):
        write(files, f"{root}/a", b"rows")
    assert not list(tmp_path.iterdir())

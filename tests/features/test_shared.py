"""Shards that machines share: whole or not believed, and copied only where a row is wanted."""

from pathlib import Path

import fsspec
import pytest
from tables import numbers, rows

from headstart.errors import ResourceError
from headstart.features.shared import HEADER, Shared, unit_of
from headstart.features.table import Table, table_of


@pytest.fixture(params=["file", "memory"])
def shared(request, tmp_path: Path):
    if request.param == "file":
        yield Shared((tmp_path / "store").as_uri())
    else:
        yield Shared("memory://test_shared")
        fsspec.filesystem("memory").store.clear()


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return table_of(tmp_path / "here", "t")


def put(shared: Shared, table: Table, last: int, first: int = 0) -> str:
    unit = unit_of(map(str, range(first, last)))
    shared.put(table, unit, list(rows(last, first)))
    return unit


def the_only(shared: Shared, table: Table) -> tuple[object, str]:
    files, root = fsspec.core.url_to_fs(shared.url)
    (path,) = files.ls(f"{root}/features/{table.folder.name}", detail=False)
    return files, path


def test_rows_that_were_put_are_found_on_another_machine(shared, table) -> None:
    unit = put(shared, table, 5)
    assert set(shared.done(table)) == {unit}
    shared.fetch(table, ["3"])
    assert numbers(table, 5) == [0, 1, 2, 3, 4]


def test_nothing_is_there_before_anything_was_put(shared, table) -> None:
    assert not shared.done(table)
    shared.fetch(table, ["3"])
    assert not table.places(["3"])


def test_only_shards_with_a_row_that_is_wanted_are_copied(shared, table) -> None:
    put(shared, table, 5)
    put(shared, table, 9, 5)
    shared.fetch(table, ["7"])
    assert len(list(table.folder.glob("*.safetensors"))) == 1
    assert set(table.places(map(str, range(9)))) == {"5", "6", "7", "8"}


def test_equal_work_is_one_object(shared, table) -> None:
    put(shared, table, 5)
    put(shared, table, 5)
    the_only(shared, table)


@pytest.mark.parametrize("kept", [0, 7, 100, -1])
def test_a_shard_that_was_cut_short_counts_as_not_there(shared, table, kept: int) -> None:
    put(shared, table, 5)
    files, path = the_only(shared, table)
    files.pipe_file(path, files.cat_file(path)[:kept])
    assert not shared.done(table)
    shared.fetch(table, ["3"])
    assert not table.places(["3"])


def test_a_shard_of_other_bytes_is_not_copied(shared, table) -> None:
    put(shared, table, 5)
    files, path = the_only(shared, table)
    data = files.cat_file(path)
    files.pipe_file(path, data[:-1] + bytes([data[-1] ^ 1]))
    shared.fetch(table, ["3"])
    assert not list(table.folder.glob("*.safetensors"))


def test_a_header_longer_than_the_first_request_is_read_whole(shared, table, monkeypatch) -> None:
    put(shared, table, 5)
    assert HEADER > 100
    monkeypatch.setattr("headstart.features.shared.HEADER", 100)
    shared.fetch(table, ["3"])
    assert numbers(table, 5) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("name", ["index.json", "a-b-3.safetensors", "x" * 32 + "-" + "0" * 32])
def test_other_files_are_passed_over(shared, table, name: str) -> None:
    put(shared, table, 5)
    files, path = the_only(shared, table)
    files.pipe_file(f"{path.rsplit('/', 1)[0]}/{name}", b"odd")
    assert len(shared.done(table)) == 1


def test_tables_are_never_mixed(shared, table, tmp_path) -> None:
    put(shared, table, 5)
    other = table_of(tmp_path / "here", "u")
    assert not shared.done(other)


def test_the_first_claim_of_an_engine_holds(shared) -> None:
    assert shared.engine("network") == ""
    assert shared.claim("network", "folded") == "folded"
    assert shared.claim("network", "another") == "folded"
    assert shared.engine("other network") == ""


def test_a_store_that_fails_is_an_error_that_names_it_without_secrets(table, monkeypatch) -> None:
    class Broken:
        def invalidate_cache(self) -> None:
            raise PermissionError("no rights")

    monkeypatch.setattr("headstart.features.shared.opened", lambda url: (Broken(), "x"))
    with pytest.raises(ResourceError, match="R351") as raised:
        Shared("sftp://me:word@host/rows").done(table)
    assert "no rights" in raised.value.why and raised.value.where == "sftp://host/rows"

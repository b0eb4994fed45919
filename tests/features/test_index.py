"""An index that is damaged, old, locked or gone costs looking, never rows."""

import os
import sqlite3
from pathlib import Path

import pytest
from tables import numbers, rows

from headstart.features.table import Table, table_of


@pytest.fixture
def table(tmp_path: Path) -> Table:
    return table_of(tmp_path, "t")


@pytest.mark.parametrize("junk", [b"", b"no database at all" * 300, None])
def test_an_index_that_is_damaged_or_gone_is_built_anew(table: Table, junk: bytes | None) -> None:
    places = table.keep(rows(10))
    index = table.folder / "index.sqlite"
    index.unlink() if junk is None else index.write_bytes(junk)
    assert table.places(map(str, range(10))) == places
    assert sqlite3.connect(index).execute("select count(*) from rows").fetchone() == (10,)


@pytest.mark.parametrize("what", [b"note text not null", b"CREATE TABLE", b"[3]", b"float32"])
def test_an_index_whose_words_are_no_utf8_is_built_anew(table: Table, what: bytes) -> None:
    places = table.keep(rows(10))
    index = table.folder / "index.sqlite"
    sound = index.read_bytes()
    assert what in sound
    index.write_bytes(sound.replace(what, what[:-1] + b"\xdf"))
    assert table.places(places) == places
    assert sqlite3.connect(index).execute("select count(*) from rows").fetchone() == (10,)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("key", "elsewhere"),
        ("shard", "../../secret"),
        ("shard", 7),
        ("start", "many"),
        ("start", 10**18),
        ("start", -1),
        ("size", 10**15),
        ("crc", None),
        ("dtype", b"float32"),
        ("dtype", "int32"),
        ("shape", "[3000000000000]"),
        ("shape", '["3"]'),
        ("shape", "[1, 3]"),
        ("shape", "3"),
        ("note", "another"),
        ("note", b"note 4"),
    ],
)
def test_what_an_index_says_of_a_row_is_not_believed_without_its_checksum(
    table: Table, column: str, value: object
) -> None:
    table.keep(rows(10))
    with sqlite3.connect(table.folder / "index.sqlite") as index:
        index.execute("create table bent as select * from rows")  # without its constraints
        index.execute(f"update bent set {column} = ? where key = '4'", [value])
        index.executescript("drop table rows; alter table bent rename to rows")
    index.close()
    found = table.places([*map(str, range(10)), "elsewhere"])
    assert set(found) == set(map(str, range(10))) - {"4"}
    table.keep(rows(10))
    assert numbers(table, 10) == list(range(10))


def test_an_index_of_an_older_version_is_filled_again_from_the_shards(table: Table) -> None:
    places = table.keep(rows(10))
    with sqlite3.connect(table.folder / "index.sqlite") as index:
        index.executescript("update rows set crc = 1; pragma user_version=0")
    index.close()
    assert table.places(places) == places


def test_damage_anywhere_in_the_index_never_crashes_and_never_lies(table: Table) -> None:
    places = table.keep(rows(40))
    index = table.folder / "index.sqlite"
    sound = index.read_bytes()
    for start in range(0, len(sound), 1024):
        index.write_bytes(sound[:start] + os.urandom(200) + sound[start + 200 :])
        table.keep(rows(40))
        assert [int(r[0]) for r in table.read(list(places.values()))] == list(range(40))


@pytest.mark.journey
def test_an_index_that_lost_some_rows_is_built_anew(table: Table) -> None:
    table.keep(rows(400))
    index = table.folder / "index.sqlite"
    sound, lost = index.read_bytes(), 0
    for start in range(8192, len(sound) - 64, 1536):  # pages of rows and keys, not the schema's
        index.write_bytes(sound[:start] + bytes(64) + sound[start + 64 :])
        table.keep(rows(400))
        assert numbers(table, 400) == list(range(400))
        lost += index.read_bytes() != sound
    assert lost


def test_an_index_of_which_half_is_gone_is_built_anew(table: Table) -> None:
    places = table.keep(rows(400))
    index = table.folder / "index.sqlite"
    index.write_bytes(index.read_bytes()[: index.stat().st_size // 2])
    table.keep(rows(400))
    assert table.places(places).keys() == places.keys()


def test_a_locked_index_hinders_nobody(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    table.keep(rows(10))
    monkeypatch.setattr("headstart.features.index.PATIENCE_S", 0.05)
    with sqlite3.connect(table.folder / "index.sqlite") as held:
        held.execute("begin exclusive")
        table.keep(rows(20))
        assert numbers(table, 20) == list(range(20))
    held.close()
    assert numbers(table, 20) == list(range(20))

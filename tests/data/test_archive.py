import bz2
import gzip
import io
import lzma
import re
import shutil
import tarfile
import zipfile
from pathlib import Path

import pytest
from places import labels, put

from headstart.data import Columns, find
from headstart.data.archive import Limits, is_archive, unpack
from headstart.errors import DataError, ResourceError, SecurityError, UsageError

CLASSES = ("cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png")


def zipped(path, *names):
    with zipfile.ZipFile(path, "w") as out:
        for name in names:
            out.writestr(name, name)
    return path


def tarred(path, *members, mode="w"):
    with tarfile.open(path, mode) as out:
        for name, about in members:
            member = tarfile.TarInfo(name)
            for key, value in about.items():
                setattr(member, key, value)
            content = name.encode() if member.isreg() else b""
            member.size = len(content)
            out.addfile(member, io.BytesIO(content))
    return path


def refused(archive, cache, code):
    with pytest.raises(SecurityError) as caught:
        find(archive, cache=cache)
    assert (caught.value.code, caught.value.exit_code) == (code, 7)
    assert not [path for path in cache.rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", ["zip", "tar", "gztar", "bztar", "xztar"])
def test_zip_and_tar_are_read_like_the_folder_that_they_hold(tmp_path, cache, kind):
    put(tmp_path / "in/photos", *CLASSES)
    archive = Path(shutil.make_archive(str(tmp_path / "photos"), kind, tmp_path / "in"))
    found = find(archive, cache=cache)
    assert tuple(labels(found)) == CLASSES
    assert found.notes[0].startswith("unpacked photos.")
    assert sorted(tmp_path.iterdir()) == [tmp_path / "in", archive]


def test_split_folders_and_tables_may_be_packed(tmp_path, cache):
    parts = zipped(tmp_path / "p.zip", *(f"x/{p}/{n}" for p in ("train", "test") for n in CLASSES))
    assert set(find(parts, cache=cache).examples.parts) == {"train", "test"}
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as out:
        out.writestr("list.csv", "path,label\nf/1.png,cat\nf/2.png,dog\n")
        out.writestr("f/1.png", "1")
        out.writestr("f/2.png", "2")
    found = find(tmp_path / "t.zip", cache=cache)
    assert labels(found) == {"f/1.png": "cat", "f/2.png": "dog"}


def test_equal_bytes_are_unpacked_once(tmp_path, cache):
    archive = zipped(tmp_path / "a.zip", *CLASSES)
    first = unpack(archive, cache)
    (first / "mark").write_text("here")
    assert (unpack(archive.rename(tmp_path / "b.zip"), cache) / "mark").exists()


@pytest.mark.parametrize("name", ["../out.png", "/out.png", "cat/../../out.png", r"..\out", "C:/x"])
def test_paths_that_lead_out_are_refused(tmp_path, cache, name):
    refused(zipped(tmp_path / "a.zip", *CLASSES, name), cache, "S601")
    refused(tarred(tmp_path / "a.tar", ("cat/1.png", {}), (name, {})), cache, "S601")
    assert not (tmp_path / "out.png").exists() and not (cache / "out.png").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_a_tar_with_a_link_or_a_device_is_refused(tmp_path, cache, kind):
    link = ("cat/2.png", {"type": kind, "linkname": "cat/1.png"})
    refused(tarred(tmp_path / "a.tar.gz", ("cat/1.png", {}), link, mode="w:gz"), cache, "S603")


def test_a_zip_with_a_link_is_refused(tmp_path, cache):
    link = zipfile.ZipInfo("cat/2.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr(link, "/etc/passwd")
    refused(tmp_path / "a.zip", cache, "S603")


def test_names_that_come_twice_are_refused(tmp_path, cache):
    refused(tarred(tmp_path / "a.tar", ("cat/1", {}), ("cat/1", {})), cache, "S602")
    refused(tarred(tmp_path / "b.tar", ("cat", {}), ("cat/1", {})), cache, "S602")
    folder = ("cat", {"type": tarfile.DIRTYPE})
    refused(tarred(tmp_path / "c.tar", ("cat", {}), folder), cache, "S602")


def test_what_grows_too_much_is_refused(tmp_path, cache):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("cat/1.png", bytes(1 << 20))
    with pytest.raises(SecurityError, match="more than 500,000 bytes"):
        unpack(tmp_path / "a.zip", cache, Limits(free=500_000, ratio=2))
    with pytest.raises(SecurityError, match="more than 3 files"):
        unpack(zipped(tmp_path / "b.zip", *CLASSES), cache, Limits(files=3))
    assert (unpack(tmp_path / "a.zip", cache) / "cat/1.png").stat().st_size == 1 << 20


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz"])
def test_a_damaged_archive_is_a_clear_error(tmp_path, cache, name):
    (tmp_path / name).write_bytes(b"\x1f\x8bPK no archive" * 100)
    with pytest.raises(DataError) as caught:
        find(tmp_path / name, cache=cache)
    assert caught.value.code == "D118" and caught.value.exit_code == 3


def test_a_packed_table_cannot_name_what_lies_outside(tmp_path, cache):
    put(tmp_path, "secret.png")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as out:
        out.writestr("t.csv", f"path,label\n1.png,cat\n2.png,dog\n{tmp_path}/secret.png,dog\n")
        out.writestr("1.png", "1")
        out.writestr("2.png", "2")
    found = find(tmp_path / "a.zip", Columns(path="path"), cache=cache)
    assert labels(found) == {"1.png": "cat", "2.png": "dog"}
    assert "outside the archive" in found.problems[0].reason


def test_an_archive_needs_somewhere_to_go(tmp_path):
    with pytest.raises(UsageError, match="U132"):
        find(zipped(tmp_path / "a.zip", *CLASSES))


def test_a_full_disk_is_the_one_that_is_unpacked_to(tmp_path, cache, monkeypatch) -> None:
    archive = zipped(tmp_path / "a.zip", *CLASSES)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("headstart.data.archive._unpack_zip", full)
    with pytest.raises(ResourceError) as told:
        unpack(archive, cache)
    assert told.value.code == "R311" and told.value.where.startswith(str(cache))


@pytest.mark.parametrize(("most", "fine"), [(6, True), (5, False)])
def test_parent_folders_count_towards_the_limit(most, fine, tmp_path) -> None:
    deep = zipped(tmp_path / "deep.zip", "a/b/c/d/1.png", "a/b/2.png")  # 4 folders, 2 files
    if fine:
        unpack(deep, tmp_path / "cache", Limits(files=most))
    else:
        with pytest.raises(SecurityError, match="more than 5 files"):
            unpack(deep, tmp_path / "cache", Limits(files=most))


@pytest.mark.parametrize("member", [0, -1])
@pytest.mark.parametrize(("at", "what"), [(24, "size"), (20, "packed size")])
def test_a_zip_that_lies_about_a_size_is_damaged(tmp_path, cache, member, at, what) -> None:
    raw = bytearray(zipped(tmp_path / "a.zip", *CLASSES).read_bytes())
    entries = [found.start() for found in re.finditer(rb"PK\x01\x02", raw)]
    place = entries[member] + at
    raw[place] += 1
    (tmp_path / "a.zip").write_bytes(raw)
    with pytest.raises(DataError, match="the archive is damaged") as caught:
        find(tmp_path / "a.zip", cache=cache)
    assert f"not the {what} listed" in caught.value.why or "CRC" in caught.value.why


def windows(path, *names, content=b"x"):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            member = zipfile.ZipInfo("x")  # a name given here would be mended
            member.filename, member.create_system = name, 0
            archive.writestr(member, b"" if name.endswith("\\") else content + name[:1].encode())
    return path


def test_a_zip_of_windows_has_folders_that_end_in_a_backslash(tmp_path, cache):
    names = ("photos\\", "photos\\cat\\", "photos\\cat\\1.png", "photos\\dog\\1.png")
    found = find(windows(tmp_path / "w.zip", *names), cache=cache)
    assert found.examples.truth.names == ("cat", "dog")


@pytest.mark.parametrize("name", ["..\\1.png", "C:\\1.png", "cat\\..\\..\\1.png"])
def test_a_zip_of_windows_leads_nowhere_else(tmp_path, cache, name):
    refused(windows(tmp_path / "w.zip", name), cache, "S601")


def test_a_member_that_comes_twice_alike_is_one(tmp_path, cache):
    with pytest.warns(UserWarning, match="Duplicate"):
        place = windows(tmp_path / "w.zip", "cat/1.png", "dog/1.png", "cat/1.png")
    assert len(find(place, cache=cache).examples) == 2
    with zipfile.ZipFile(place, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("cat/1.png", b"another")
    refused(place, tmp_path / "other", "S602")


def test_names_are_utf8_where_the_archive_does_not_say_so(tmp_path, cache):
    place = tmp_path / "w.zip"
    windows(place, "cat/1.png", "yyyy/1.png")
    place.write_bytes(place.read_bytes().replace(b"yyyy", "ñä".encode()))
    assert find(place, cache=cache).examples.truth.names == ("cat", "ñä")


def test_archives_in_an_archive_are_folders(tmp_path, cache):
    for part in ("train", "test"):
        windows(tmp_path / f"{part}.zip", f"{part}/cat/1.png", f"{part}/dog/1.png")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for part in ("train", "test"):
            archive.write(tmp_path / f"{part}.zip", f"{part}.zip")
    found = find(tmp_path / "all.zip", cache=cache)
    assert sorted(found.examples.parts) == ["test", "test", "train", "train"]
    assert found.examples.truth.names == ("cat", "dog")


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
@pytest.mark.parametrize("name", ["reviews.csv", "REVIEWS.JSONL", "reviews.txt"])
def test_a_table_that_is_packed_alone_is_unpacked(tmp_path, name, ending) -> None:
    packed = tmp_path / f"{name}.{ending}"
    write = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}[ending]
    packed.write_bytes(write(b"text,label\n"))
    assert is_archive(packed)
    inside = unpack(packed, tmp_path / "cache")
    assert [path.name for path in inside.iterdir()] == [name]
    assert (inside / name).read_bytes() == b"text,label\n"


def test_what_else_is_packed_alone_is_no_archive(tmp_path) -> None:
    assert not is_archive(tmp_path / "weights.gz") and not is_archive(tmp_path / "cat.png.gz")


def test_a_packed_table_that_grows_without_end_is_refused(tmp_path) -> None:
    packed = tmp_path / "bomb.csv.gz"
    packed.write_bytes(gzip.compress(bytes(2 << 20)))
    with pytest.raises(SecurityError, match="S604"):
        unpack(packed, tmp_path / "cache", Limits(ratio=1, free=1 << 20))

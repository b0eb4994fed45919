"""What a browser sends is kept whole, once, where it fits; or not at all."""

import asyncio
import time
import zipfile

import pytest
from boards import Looks, apart, within  # noqa: F401

from headstart.serve import Refusal
from headstart.serve.limits import MB
from headstart.studio import uploads
from headstart.studio.collection import Collection


@pytest.fixture
def collection(tmp_path) -> Collection:
    (tmp_path / "data" / "a").mkdir(parents=True)
    return Collection(tmp_path / "data")


def kept(collection: Collection, label: str, name: str, raw: bytes, burst: str = ""):
    sent = collection.root / ".studio" / "incoming" / "sent"
    sent.parent.mkdir(parents=True, exist_ok=True)
    sent.write_bytes(raw)
    about = (asyncio.Lock(), label, name, sent, burst)
    return within(lambda: uploads.keep(collection, Looks(), *about))


def zipped(collection: Collection, members: dict[str, bytes]) -> bytes:
    place = collection.root.parent / "x.zip"
    with zipfile.ZipFile(place, "w") as held:
        for name, raw in members.items():
            held.writestr(name, raw)
    return place.read_bytes()


def test_folders_of_an_archive_without_a_class_become_classes(collection) -> None:
    raw = zipped(collection, {"top/A/1.jpg": b"one", "top/cat/2.jpg": b"two", "3.jpg": b"three"})
    found = kept(collection, "", "some.zip", raw)
    assert found["kept"] == 2 and [one["code"] for one in found["refused"]] == ["H623"]
    classes = collection.listing().classes
    assert sorted(classes) == ["a", "cat"] and len(classes["a"]) == len(classes["cat"]) == 1


def test_two_archives_at_once_may_hold_the_same_new_class(collection, monkeypatch) -> None:
    raw, inside, most = zipped(collection, {"cat/1.jpg": b"one"}), [], []
    called = Collection.class_called

    def slowly(self, told: str) -> str:
        inside.append(told)
        most.append(len(inside))
        time.sleep(0.02)
        found = called(self, told)
        inside.pop()
        return found

    monkeypatch.setattr(Collection, "class_called", slowly)
    writing, places = asyncio.Lock(), [collection.root.parent / name for name in ("s", "t")]

    async def work() -> object:
        found = []
        for place in places:
            place.write_bytes(raw)
            found.append(uploads.keep(collection, Looks(), writing, "", "some.zip", place))
        return await asyncio.gather(*found)

    assert sum(one["kept"] + one["same"] for one in within(work)) == 2 and most == [1, 1]


def test_a_folder_whose_name_can_be_no_class_is_told(collection) -> None:
    found = kept(collection, "", "some.zip", zipped(collection, {"test/1.jpg": b"one"}))
    assert found["kept"] == 0 and found["refused"][0]["code"] == "H602"


@pytest.mark.parametrize(("more", "kept_"), [(0, 1), (1, 0)])
def test_a_file_may_be_so_large_and_not_larger(collection, monkeypatch, more, kept_) -> None:
    monkeypatch.setattr(uploads, "ONE_MB", 1)
    found = kept(collection, "a", "1.jpg", b"x" * (MB + more))
    assert found["kept"] == kept_
    assert [one["code"] for one in found["refused"]] == ["H610"] * (1 - kept_)


def test_frames_are_called_after_their_recording_and_number(collection) -> None:
    kept(collection, "a", "frame 12.JPG", b"x", "0a1b2c3d")
    assert [p.name for p in (collection.root / "a").iterdir()] == ["burst-0a1b2c3d-000012.jpg"]


@pytest.mark.parametrize("told", ["0a1b2c3", "0a1b2c3d4", "0a1b2c3g", "../../.."])
def test_a_recording_has_eight_hex_digits(told) -> None:
    assert uploads.need_burst("") == "" and uploads.need_burst("0a1b2c3d") == "0a1b2c3d"
    with pytest.raises(Refusal, match="H612"):
        uploads.need_burst(told)


def test_pictures_to_draw_on_go_into_one_folder_whatever_they_lay_in(collection) -> None:
    (collection.root / "a").rmdir()
    collection.note(kind="boxes")
    raw = zipped(collection, {"top/cat/1.jpg": b"one", "2.jpg": b"two"})
    assert kept(collection, "", "some.zip", raw)["kept"] == 2
    assert kept(collection, "", "other.jpg", b"two") == {"kept": 0, "same": 1, "refused": []}
    (wrong,) = kept(collection, "", "x.wav", b"sound")["refused"]
    assert wrong["code"] == "H611" and "pictures" in wrong["what"]
    assert [folder.name for folder in collection.root.glob("[!.]*")] == ["pictures"]
    assert len(collection.listing().pictures) == 2

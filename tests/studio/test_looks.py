"""Small pictures of files: kept, asked for once, refused with their code."""

import os

import pytest
from boards import apart, within  # noqa: F401

from headstart.serve import Refusal
from headstart.serve.engine import Died
from headstart.studio import looks


class Engine:
    """Answers by the file's name."""

    alive, asked_of = True, 0

    async def asked(self, things):
        self.asked_of += 1
        name = things[0].name
        if "deadly" in name:
            raise Died
        if "bad" in name:
            error = {"code": "D121", "what": "this is no picture", "fix": "send another"}
            return [{"error": {**error, "why": ""}}]
        if things[0].kind == "picture":
            return [{"media": "image/jpeg", "picture": "YWxs", "width": 30, "height": 20}]
        return [{"media": "image/jpeg", "picture": "c21hbGw="}]


@pytest.fixture
def one(tmp_path):
    found = looks.Looks(tmp_path)
    engine = Engine()
    found._engines = {"file": engine, "audit": engine}
    return found, engine


def thumbnail(found, place, name: str):
    (place / name).touch()
    return within(lambda: found.thumbnail(place / name, "image"))


def test_a_file_is_looked_at_once_and_again_when_it_changed(one, tmp_path) -> None:
    found, engine = one
    assert thumbnail(found, tmp_path, "a.jpg") == ("image/jpeg", b"small")
    for moment, asked_of in ((5, 2), (5, 2), (6, 3)):
        os.utime(tmp_path / "a.jpg", ns=(moment, moment))
        within(lambda: found.thumbnail(tmp_path / "a.jpg", "image"))
        assert engine.asked_of == asked_of


def test_the_oldest_is_forgotten(one, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(looks, "KEPT", 2)
    found, _ = one
    for name in ("a", "b", "c"):
        thumbnail(found, tmp_path, name)
    assert [path.rpartition("/")[2] for path, _ in found._kept] == ["b", "c"]


@pytest.mark.parametrize(("name", "code"), [("bad", "D121"), ("deadly", "D302")])
def test_what_is_broken_is_refused_with_its_code(one, tmp_path, name, code) -> None:
    with pytest.raises(Refusal) as refused:
        thumbnail(one[0], tmp_path, name)
    assert (refused.value.code, refused.value.status) == (code, 422)


def test_all_of_a_picture_is_decoded_once_for_its_sides(one, tmp_path) -> None:
    found, engine = one
    for name in ("1.jpg", "2.jpg", "bad.jpg"):
        (tmp_path / name).touch()
    assert within(lambda: found.picture(tmp_path / "1.jpg")) == b"all"
    for name, asked_of in (("1.jpg", 1), ("2.jpg", 2), ("2.jpg", 2)):
        assert within(lambda name=name: found.size(tmp_path / name)) == (30, 20)
        assert engine.asked_of == asked_of
    for ask in (found.picture, found.size):
        with pytest.raises(Refusal, match="D121"):
            within(lambda ask=ask: ask(tmp_path / "bad.jpg"))

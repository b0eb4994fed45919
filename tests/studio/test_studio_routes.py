"""Every address of the page: who may ask, and what is written."""

import errno
import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from boards import apart, board_at, fill  # noqa: F401 # isort: skip - it makes asking found
from asking import HOST, PORT, ask

from headstart.data import find
from headstart.serve import Limits, Lock
from headstart.studio.application import application
from headstart.studio.routes import Desk

TOKEN = "t" * 32
OWN = (("Authorization", f"Bearer {TOKEN}"), ("X-Headstart", "page"))
JSON = (*OWN, ("Content-Type", "application/json"))


@pytest.fixture
def board(tmp_path):
    return board_at(fill(tmp_path / "data", 1))


def app(board):
    return application(board, Lock(PORT, TOKEN), Limits())


def told(board, path: str, asked: object = None):
    if asked is None:
        return ask(app(board), "GET", path, OWN)
    return ask(app(board), "POST", path, JSON, json.dumps(asked).encode())


def send(board, path: str, body: bytes):
    return ask(app(board), "POST", path, OWN, body)


def everything(root) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def addresses():
    routes = Desk(board_at(Path()), Lock(PORT, TOKEN), Limits()).routes()
    return [(verb, one.path) for one in routes for verb in one.methods if verb != "HEAD"]


@pytest.mark.parametrize(("verb", "path"), addresses())
def test_no_address_answers_strangers(board, verb, path) -> None:
    before = everything(board.collection.root)
    for headers, host, status in (
        ((), HOST, 401),
        (JSON, "evil.example", 421),
        ((*JSON, ("Origin", "http://evil.example")), HOST, 403),
        ((*JSON, ("Sec-Fetch-Site", "cross-site")), HOST, 403),
    ):
        assert ask(app(board), verb, path, headers, b"{}", host=host).status == status
    if verb == "POST" and path != "/session":
        assert ask(app(board), verb, path, JSON[:1], b"{}").status == 403
    assert everything(board.collection.root) == before


def test_every_page_has_the_policy_and_names_no_other_host(board) -> None:
    for verb, path in addresses():
        if verb == "GET" and (path == "/" or path.endswith((".js", ".css"))):
            answer = told(board, path)
            assert answer.status == 200 and b"http:" not in answer.body, path
            assert "default-src 'none'" in answer.header("content-security-policy")
            assert b" style=" not in answer.body and b"innerHTML" not in answer.body


def test_a_full_disk_is_told_with_a_code_and_leaves_everything_as_it_was(
    board, monkeypatch
) -> None:
    def full(*of: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "no room")

    before, name = everything(board.collection.root), next(iter(board.collection.listing().classes))
    monkeypatch.setattr(Path, "mkdir", full)
    for answer in (
        send(board, f"/file?class={name}&name=a.jpg", b"x"),
        told(board, "/class", {"name": "new"}),
    ):
        assert answer.status == 507 and answer.json()["error"]["code"] == "H628"
        assert answer.json()["error"]["why"] == os.strerror(errno.ENOSPC)
    assert everything(board.collection.root) == before


def test_a_class_is_made_renamed_painted_and_removed(board) -> None:
    root = board.collection.root
    assert told(board, "/class", {"name": "c"}).json() == {"result": "c"}
    assert told(board, "/class/rename", {"name": "c", "to": "d"}).status == 200
    assert told(board, "/class/color", {"name": "d", "color": 7}).status == 200
    assert told(board, "/class/color", {"name": "d", "color": 8}).status == 422
    assert told(board, "/remove", {"name": "a", "keys": ["0.jpg"]}).json() == {"result": 1}
    assert told(board, "/remove", {"name": "d"}).status == 200
    assert sorted(p.name for p in root.iterdir()) == [".removed", ".studio", "a", "b"]
    assert told(board, "/class", {"name": "../x"}).json()["error"]["code"] == "H601"
    assert told(board, "/class", {"nam": "x"}).status == 422


def test_a_file_is_kept_once_under_a_safe_name_and_a_broken_one_is_not(board) -> None:
    root = board.collection.root
    path = "/file?class=a&name=..%2F..%2Fmy%20cat.JPG"
    assert send(board, path, b"cat").json() == {"kept": 1, "same": 0, "refused": []}
    assert send(board, path, b"cat").json() == {"kept": 0, "same": 1, "refused": []}
    (refused,) = send(board, path, b"bad").json()["refused"]
    assert refused["code"] == "D121"
    (stored,) = [p.name for p in (root / "a").iterdir() if p.name != "0.jpg"]
    assert stored.startswith("my-cat-") and stored.endswith(".jpg")
    assert not any((root / ".studio" / "incoming").iterdir())


@pytest.mark.parametrize("name", ["a.exe", "a.svg", "a.html", "a", "", "a.wav"])
def test_what_is_no_picture_is_not_kept(board, name) -> None:
    before = everything(board.collection.root)
    (refused,) = send(board, f"/file?class=a&name={name}", b"x").json()["refused"]
    assert refused["code"] == "H611" and everything(board.collection.root) == before


def test_frames_of_one_recording_are_one_group_for_every_command(board) -> None:
    for number in (1, 2):
        send(board, f"/file?class=a&name=000{number}.jpg&burst=0a1b2c3d", b"frame %d" % number)
    groups = find(board.collection.root).examples.groups
    assert sorted(groups) == ["", "", "burst-0a1b2c3d", "burst-0a1b2c3d"]
    assert send(board, "/file?class=a&name=1.jpg&burst=../x", b"y").json()["error"]["code"]


def archive(members: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as held:
        for name, content in members.items():
            held.writestr(name, content)
    return raw.getvalue()


def test_an_archive_gives_its_files_and_says_which_are_broken(board) -> None:
    raw = archive({"x/1.jpg": b"one", "x/2.png": b"bad", "__MACOSX/1.jpg": b"", "r.txt": b"t"})
    found = send(board, "/file?class=b&name=some.zip", raw).json()
    assert found["kept"] == 1 and {r["code"] for r in found["refused"]} == {"D121", "H611"}
    evil = send(board, "/file?class=b&name=evil.zip", archive({"../../x.jpg": b"x"})).json()
    assert evil["kept"] == 0 and evil["refused"][0]["code"].startswith("S6")
    assert not any((board.collection.root / ".studio" / "incoming").iterdir())


def test_a_correction_is_minded_by_every_command_and_can_be_taken_back(board) -> None:
    root = board.collection.root
    before = everything(root)
    fill(root, 2)
    assert told(board, "/correct", {"names": ["a/1.jpg"], "why": "is there twice"}).status == 200
    assert len(find(root).examples) == 3
    assert told(board, "/examples?name=a").json()["items"][1]["out"] is True
    told(board, "/correct", {"names": ["a/1.jpg"], "back": True})
    assert len(find(root).examples) == 4 and before.items() <= everything(root).items()


@pytest.mark.parametrize("key", ["..%2Fb%2F0.jpg", "%2Fetc%2Fpasswd", "nix.jpg"])
def test_thumbnails_are_made_anew_of_listed_files_alone(board, key) -> None:
    fine = told(board, "/thumbnail?class=a&key=0.jpg")
    assert fine.body == b"small a0" and fine.header("content-type") == "image/jpeg"
    assert told(board, f"/thumbnail?class=a&key={key}").status == 404


def test_texts_are_typed_into_the_table(tmp_path) -> None:
    board = board_at(tmp_path / "new")
    board.collection.root.mkdir()
    told(board, "/kind", {"kind": "text"})
    told(board, "/class", {"name": "good"})
    assert told(board, "/texts", {"name": "good", "texts": ["fine", "fine"]}).json()["result"] == 1
    assert told(board, "/kind", {"kind": "movie"}).status == 422
    state = told(board, "/state").json()
    assert state["kind"] == "text" and state["classes"][0]["count"] == 1


def test_a_file_is_judged_and_nothing_is_kept(board) -> None:
    before = everything(board.collection.root)
    assert send(board, "/try", b"something").json()[0]["label"] == "a"
    assert everything(board.collection.root) == before


def test_the_report_can_ask_nothing_and_is_not_there_before_training(board, tmp_path) -> None:
    assert told(board, "/report").status == 404
    board._run = tmp_path
    (tmp_path / "report.html").write_text("<p>fine")
    answer = told(board, "/report")
    assert answer.body == b"<p>fine"
    assert answer.header("content-security-policy").endswith("sandbox allow-scripts")


def test_training_is_asked_for_and_refused_where_there_is_too_little(board) -> None:
    assert told(board, "/train", {}).json()["error"]["code"] == "H607"
    assert told(board, "/automatic", {"on": False}).status == 200
    assert board.collection.notes.automatic is False
    assert told(board, "/stop", {}).status == 200


def test_a_doubted_label_is_set_right_for_every_command(board) -> None:
    root = fill(board.collection.root, 2)
    assert told(board, "/correct", {"names": ["a/0.jpg"], "label": "b"}).status == 200
    assert find(root).examples.truth.written(0) == "b"
    assert told(board, "/examples?name=a").json()["items"][0]["as"] == "b"
    assert told(board, "/correct", {"names": ["a/0.jpg"], "label": "x"}).status == 404


def test_options_are_kept_for_the_next_training_and_wrong_ones_are_not(board) -> None:
    asked = {"backbone": "auto", "strategy": "probe", "budget": "10m", "folds": 0}
    assert told(board, "/options", asked).json() == {"asked": {"strategy": "probe"}}
    assert told(board, "/options", {**asked, "strategy": "nosuch"}).status == 422
    assert told(board, "/state").json()["asked"] == {"strategy": "probe"}


def test_what_is_asked_beside_learning_is_begun(board) -> None:
    assert told(board, "/rank", {}).status == 200
    assert board.parts.errands._process.order == {"do": "rank", "backbones": "all"}
    assert told(board, "/rank", {}).json()["error"]["code"] == "H619"
    assert told(board, "/errand/stop", {}).status == 200
    assert told(board, "/runs").json() == []
    for path, asked in (("/compare", {"runs": ["a", "b"]}), ("/export", {"run": "a", "to": "x"})):
        assert told(board, path, asked).json()["error"]["code"] == "H620"
    assert told(board, "/exported?run=a&to=onnx").status == 404
    assert told(board, "/report?run=..").status == 404


def test_runs_of_the_list_are_compared_exported_and_handed_over(board, ended, tmp_path) -> None:
    one, _ = (ended(name, board.collection.root) for name in ("one", "two"))
    (one / "report.html").write_text("of one")
    (one / "export").mkdir()
    (one / "export" / "model.onnx").write_bytes(b"network")
    (one / "export" / "web.zip").write_bytes(b"page")
    assert {run["name"] for run in told(board, "/runs").json()} == {"one", "two"}
    assert told(board, "/report?run=one").body == b"of one"
    assert told(board, "/report?run=two").status == 404
    for to, name, raw in (("onnx", "one.onnx", b"network"), ("web", "one-web.zip", b"page")):
        found = told(board, f"/exported?run=one&to={to}")
        assert found.body == raw and f'"{name}"' in found.header("content-disposition")
    errands = board.parts.errands._process
    assert told(board, "/export", {"run": "one", "to": "int8"}).json()["error"]["code"] == "H622"
    assert told(board, "/export", {"run": "one", "to": "web"}).status == 200
    assert errands.order == {"do": "export", "run": "runs/one", "to": "web"}
    errands.runs = False
    assert told(board, "/compare", {"runs": ["two", "one"]}).status == 200
    assert errands.order == {"do": "compare", "runs": ["runs/two", "runs/one"]}


def test_an_archive_of_folders_needs_no_class_and_a_file_does(board) -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as held:
        held.writestr("star/1.jpg", b"star")
    assert send(board, "/file?name=some.zip", raw.getvalue()).json()["kept"] == 1
    assert [path.name for path in (board.collection.root / "star").iterdir()]
    assert send(board, "/file?name=1.jpg", b"star").status == 404


def test_boxes_are_drawn_on_listed_pictures_with_classes_that_are_there(tmp_path) -> None:
    board = board_at(tmp_path / "new")
    root = board.collection.root
    root.mkdir()
    told(board, "/kind", {"kind": "boxes"})
    told(board, "/class", {"name": "cat"})
    assert send(board, "/file?name=My one.jpg", b"picture").json()["kept"] == 1
    ((key, was),) = [(one["key"], one["revision"]) for one in told(board, "/pictures").json()]
    assert told(board, f"/picture?key={key}").body == b"whole picture"
    assert told(board, "/picture?key=../new").status == 404
    assert told(board, f"/thumbnail?class=&key={key}").body == b"small picture"
    box = {"label": "cat", "box": [0.1, 0.2, 0.5, 1]}
    drawn = {"key": key, "boxes": [box], "was": was}
    assert told(board, "/draw", {**drawn, "boxes": [{**box, "label": "dog"}]}).status == 404
    assert told(board, "/draw", drawn).json()["revision"] != was
    assert told(board, "/draw", drawn).json()["error"]["code"] == "H625"
    state = told(board, "/state").json()
    assert state["kind"] == "boxes" and state["classes"][0]["count"] == 1
    assert (state["pictures"]["count"], state["pictures"]["told"]) == (1, 1)
    assert find(root).examples.truth.boxes[0].corners.tolist() == [[20, 20, 100, 100]]
    assert told(board, "/remove", {"name": "", "keys": [key]}).status == 200
    assert told(board, "/pictures").json() == []

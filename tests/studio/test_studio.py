"""The command: what it refuses, what it prints, how it begins and ends."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

import PIL.Image
import pytest
from boards import apart  # noqa: F401

from headstart.cli import execute
from headstart.errors import UsageError
from headstart.studio.studio import need_folder, need_own_boxes, reach_on


def test_it_is_reached_from_this_machine_alone_and_a_short_token_is_refused() -> None:
    assert reach_on(0, None, no_token=False).host == "127.0.0.1"
    with pytest.raises(UsageError, match="U194"):
        reach_on(0, "short", no_token=False)


def voc(folder, boxes: str) -> None:
    for name in ("images", "annotations"):
        (folder / name).mkdir()
    for number in range(3):
        PIL.Image.new("RGB", (60, 40)).save(folder / "images" / f"{number}.png")
        about = (
            f"<filename>{number}.png</filename><size><width>60</width><height>40</height></size>"
        )
        path = folder / "annotations" / f"{number}.xml"
        path.write_text(f"<annotation>{about}{boxes}</annotation>")


BOX = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>20</ymax></bndbox>"


def test_boxes_that_the_page_cannot_write_are_not_shown_as_classes(tmp_path, capsys) -> None:
    voc(tmp_path, f"<object><name>car</name>{BOX}</object>")
    assert execute(["studio", str(tmp_path), "--no-open"]) == 2
    told = capsys.readouterr().err
    assert "U202" in told and "Pascal VOC" in told and f"headstart train {tmp_path}" in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["annotations", "images"]


def test_folders_without_boxes_or_with_drawings_of_its_own_are_opened(tmp_path) -> None:
    need_own_boxes(tmp_path)
    for name in "ab":
        (tmp_path / name).mkdir()
        PIL.Image.new("RGB", (60, 40)).save(tmp_path / name / "1.png")
    need_own_boxes(tmp_path)
    (tmp_path / "a" / "instances.json").write_text('{"images": 5, "annotations": "torn"')
    need_own_boxes(tmp_path)
    own = {"shapes": [], "imagePath": "1.png", "imageWidth": 60, "imageHeight": 40}
    (tmp_path / "a" / "1.json").write_text(json.dumps({**own, "version": "5", "flags": {}}))
    need_own_boxes(tmp_path)


def test_a_new_folder_is_made_and_a_file_is_refused(tmp_path, capsys) -> None:
    need_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    assert execute(["studio", str(tmp_path / "file"), "--no-open"]) == 2
    assert "U197" in capsys.readouterr().err


@pytest.mark.journey
def test_it_says_where_it_is_answers_and_ends_when_it_is_told_to(tmp_path) -> None:
    command = [sys.executable, "-m", "headstart", "studio", "new", "--port", "0", "--no-open"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as server:
        address, _, token = server.stdout.readline().strip().partition("#t=")
        assert "this machine alone" in server.stdout.readline()
        headers = {"Authorization": f"Bearer {token}"}
        asked = urllib.request.Request(f"{address}state", headers=headers)
        with urllib.request.urlopen(asked, timeout=10) as answer:
            state = json.load(answer)
        assert (state["name"], state["kind"], state["outcome"]) == ("new", "", None)
        began = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0 and time.monotonic() - began < 5
    assert list((tmp_path / "new").iterdir()) == []

"""The command: what it refuses, what it prints, how it begins and ends."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request

import pytest
from boards import apart  # noqa: F401

from headstart.cli import execute
from headstart.errors import UsageError
from headstart.studio.studio import need_folder, reach_on


def test_it_is_reached_from_this_machine_alone_and_a_short_token_is_refused() -> None:
    assert reach_on(0, None, no_token=False).host == "127.0.0.1"
    with pytest.raises(UsageError, match="U194"):
        reach_on(0, "short", no_token=False)


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

"""The command: what it refuses, what it prints, how it begins and ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from headstart.cli import execute
from headstart.errors import ResourceError, UsageError
from headstart.serve.serving import Reach, bound, reach_of, welcome

MAIN = """
import sys
from pathlib import Path
from headstart.serve import serving
reach = serving.Reach(token=sys.argv[2])
serving.serve([Path(sys.argv[1])], reach, lambda line: print(line, flush=True), module="stand_in")
"""
TOKEN = "t" * 32


def reach(host: str = "127.0.0.1", port: int = 0, token: str | None = None, **more) -> Reach:
    return reach_of(host, port, token, **{"no_token": False, "names": (), **more})


def test_a_token_is_made_unless_one_is_given_or_none_is_wanted() -> None:
    assert len(reach().token or "") >= 22 and reach().token != reach().token
    assert reach(token=TOKEN).token == TOKEN
    assert reach(no_token=True).token is None


@pytest.mark.parametrize("token", ["", "t" * 15, "t" * 15 + " ", "t" * 15 + "é", "t" * 15 + "\n"])
def test_a_token_that_is_short_or_odd_is_refused(token: str) -> None:
    with pytest.raises(UsageError, match="U194"):
        reach(token=token)
    assert reach(token="t" * 16).token
    with pytest.raises(UsageError, match="U194"):
        reach(token=TOKEN, no_token=True)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org"])
def test_other_machines_may_ask_only_by_a_name_and_with_a_token(host: str) -> None:
    for more in ({}, {"no_token": True, "names": ["a.example"]}):
        with pytest.raises(UsageError, match="U193"):
            reach(host, **more)
    assert reach(host, names=["A.example"]).names == ("a.example",)


@pytest.mark.parametrize(("port", "fine"), [(-1, False), (0, True), (65535, True), (65536, False)])
def test_ports_are_those_that_there_are(port: int, fine: bool) -> None:
    if fine:
        assert reach(port=port).port == port
    else:
        with pytest.raises(UsageError, match="U192"):
            reach(port=port)


def test_the_start_says_who_can_reach_it_and_hides_the_token_behind_the_hash() -> None:
    lines = welcome(Reach(token=TOKEN), 8123)
    assert lines[0] == f"http://127.0.0.1:8123/#t={TOKEN}" and "this machine alone" in lines[1]
    assert "without a token" in welcome(Reach(), 1)[1]
    assert welcome(Reach("::1"), 1)[0] == "http://[::1]:1/"
    assert "TLS and accounts belong to a proxy" in welcome(Reach(), 1)[2]
    assert "every machine" in welcome(Reach("0.0.0.0", token=TOKEN, names=("a",)), 1)[1]


def test_a_port_that_is_taken_is_an_error() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ResourceError, match="R334"), bound(Reach(port=other.getsockname()[1])):
            pass


def loopback() -> list[tuple[socket.AddressFamily, str]]:
    """The addresses of loopback that this machine has, as the system and not the server says."""
    found = [(socket.AF_INET, "127.0.0.1")]
    with suppress(OSError), socket.socket(socket.AF_INET6) as asking:
        asking.bind(("::1", 0))
        found.append((socket.AF_INET6, "::1"))
    return found


LOOPBACK = loopback()


@pytest.fixture
def both() -> int:
    """A port that is free on all addresses of loopback."""
    with bound(Reach()) as listeners:
        return int(listeners[0].getsockname()[1])


@pytest.mark.parametrize("host", ["localhost", *(name for _, name in LOOPBACK)])
def test_loopback_is_listened_to_on_all_of_its_addresses(host: str, both: int) -> None:
    with bound(Reach(host, both)):
        for family, name in LOOPBACK:
            with socket.socket(family) as asking:
                asking.connect((name, both))


@pytest.mark.parametrize(("family", "name"), LOOPBACK)
def test_a_port_that_another_has_on_one_of_them_is_refused(family, name, both: int) -> None:
    with socket.socket(family) as other:
        other.bind((name, both))
        other.listen()
        with pytest.raises(ResourceError, match="R334"), bound(Reach(port=both)):
            pass


def test_a_host_that_has_no_address_is_told_in_the_systems_words() -> None:
    with pytest.raises(ResourceError, match="R334") as told, bound(Reach("x" * 300)):
        pytest.fail("listening nowhere")
    assert told.value.why and "Unknown error" not in told.value.why


def test_the_command_refuses_what_is_no_run(tmp_path, capsys) -> None:
    assert execute(["serve", str(tmp_path)]) == 5
    assert "M451" in capsys.readouterr().err
    assert execute(["serve", str(tmp_path), "--host", "0.0.0.0"]) == 2


@pytest.fixture
def server(run: Path):
    command = [sys.executable, "-c", MAIN, str(run), TOKEN]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        address = it.stdout.readline().partition("#")[0]
        yield it, address
        it.kill()


def ask(address: str, path: str, body: bytes | None = None) -> object:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "image/png"}
    request = urllib.request.Request(address + path, body, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def test_it_answers_outlives_its_worker_and_ends_when_it_is_told_to(server) -> None:
    it, address = server
    while it.stdout.readline() != "ready: photos\n":
        pass
    assert ask(address, "v2/health/ready") == {"ready": True}
    assert ask(address, "predict", b"one")[0]["label"] == "one"
    with pytest.raises(urllib.error.HTTPError) as found:
        ask(address, "predict", b"die")
    assert found.value.code == 422
    found.value.close()
    began = time.monotonic()
    assert ask(address, "predict", b"two")[0]["label"] == "two" and time.monotonic() - began < 2
    it.send_signal(signal.SIGTERM)
    assert it.wait(timeout=10) == 0 and it.stderr.read() == ""


def test_what_is_under_way_is_finished_at_the_end(server) -> None:
    it, address = server
    while not it.stdout.readline().startswith("ready"):
        pass
    code = f"import urllib.request as u; r = u.Request('{address}predict', b'sleep', {{'Authorization': 'Bearer {TOKEN}', 'Content-Type': 'image/png'}}); print(u.urlopen(r).status)"  # noqa: E501
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as client:
        time.sleep(0.25)
        os.kill(it.pid, signal.SIGINT)
        assert client.stdout.read() == "200\n"
    assert it.wait(timeout=10) == 0

"""A child's memory has an end, and the parent's has not."""

import resource
import socket
import subprocess
import sys

import pytest

from headstart.serve import nursery
from headstart.serve.frames import Thing, message_of

CODE = """
from headstart.serve.nursery import limit_memory
limit_memory(64)
small = bytearray(32 * 2**20)
try:
    large = bytearray(128 * 2**20)
except MemoryError:
    print("refused")
"""


def test_what_is_above_the_limit_fails_and_what_is_below_does_not() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n"
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] == resource.RLIM_INFINITY


@pytest.mark.parametrize("asked", [True, False])
def test_a_server_that_is_gone_ends_a_child_without_an_error(monkeypatch, asked) -> None:
    monkeypatch.setattr(nursery, "limit_memory", lambda _: None)
    server, child = socket.socketpair()

    def answers(_) -> list:
        server.close()  # what it was sent is unread: the child's next call meets a reset
        return [{"label": "a"}]

    if asked:
        server.sendall(message_of([Thing("", "text", b"a")]).packed())
    else:
        server.close()
    with child:
        nursery._serve(child, answers, 64)
    assert server.fileno() == -1

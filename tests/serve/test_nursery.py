"""A child's memory has an end, and the parent's has not."""

import resource
import subprocess
import sys

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

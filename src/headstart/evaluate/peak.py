"""How much memory the process took."""

import resource
import sys


def peak_mb() -> float:
    """The most that the process has held, in MB of 1,048,576 bytes.

    Linux counts kilobytes, macOS bytes (getrusage(2) of each).
    """
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / (2**20 if sys.platform == "darwin" else 2**10)

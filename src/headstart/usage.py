"""What this process took of the machine."""

import sys
import time

try:
    import resource
except ModuleNotFoundError:  # Windows has none
    resource = None  # type: ignore[assignment]


def cpu_seconds() -> float:
    """Of all cores, in this process and in its children that ended (getrusage(2)).

    Without the children where the system does not count them (Windows).
    """
    if resource is None:
        return time.process_time()
    each = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in each)


def peak_mb() -> float:
    """The most memory that the process has held, in MB of 1,048,576 bytes.

    Linux counts kilobytes, macOS bytes (getrusage(2) of each). 0 where the system does not say it
    that way (Windows).
    """
    if resource is None:
        return 0.0
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / (2**20 if sys.platform == "darwin" else 2**10)

"""A training that does as its folder is called."""

import sys
import time
from pathlib import Path

from headstart.studio.training import say


def main(name: str) -> None:
    sys.stdin.readline()
    say({"kind": "start", "what": "reading", "done": 0, "total": 2})
    if name == "long":
        time.sleep(60)
    if name in ("fine", "slow to go"):
        say({"kind": "ended", "run": "/runs/x"})
    if name == "slow to go":
        time.sleep(0.3)


if __name__ == "__main__":
    main(Path(sys.argv[1]).name)

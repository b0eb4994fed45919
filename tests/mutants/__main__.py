"""`make mutants`: change the source in many small ways, and see whether the tests notice."""

import sys
from pathlib import Path

from campaign import tried

if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    sys.exit(tried(here.parents[1], here / "table", sys.argv[1:]))

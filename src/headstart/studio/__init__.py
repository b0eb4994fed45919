"""Room 14. A page that makes a data set by hand, learns from it and lets people try.

Takes: a folder, and what a browser on this machine drops, records, types and decides.
Gives: the same folder, runs as the command line makes them, and answers.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.studio.board import Board
    from headstart.studio.collection import Collection

__all__ = ["Board", "Collection"]

lazy.attach(__name__)

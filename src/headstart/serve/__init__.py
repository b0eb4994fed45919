"""Room 13. Models behind HTTP, on this machine.

Takes: folders of runs, and requests of browsers and programs.
Gives: predictions as JSON, to those alone who hold the token.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.serve.door import Door
    from headstart.serve.http_errors import Refusal
    from headstart.serve.limits import Limits
    from headstart.serve.lock import Lock

__all__ = ["Door", "Limits", "Lock", "Refusal"]

lazy.attach(__name__)

"""The ways to do many things: here, in processes of this machine, or on a cluster of Ray.

Takes: a function that stands in a module, and jobs that can be sent to another process.
Gives: what the function makes of each job, as they are done; who asks does not know where.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.scale.maps import IN_MEMORY, Answer, Map, answers, map_at
    from headstart.scale.where import On, need_one_process, on_of

__all__ = ["IN_MEMORY", "Answer", "Map", "On", "answers", "map_at", "need_one_process", "on_of"]

lazy.attach(__name__)

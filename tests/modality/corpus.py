"""More than 200 broken or odd picture files, each with what reading it must give.

Expected is a set of error codes, or the pixels, which are known because the pictures are drawn.
None stands for damage that the format gives no means to see: any pixels, or the code for damage.
"""

from drawing import Odd
from forms import deep, metadata, modes, moving, names, shapes, tails, turned
from harmed import bombs, damaged, strangers, stubs, truncated

PARTS = (
    *(truncated, stubs, strangers, damaged, bombs),
    *(modes, deep, turned, moving, shapes, tails, metadata, names),
)


def corpus() -> list[Odd]:
    """All of them."""
    return [odd for part in PARTS for odd in part()]

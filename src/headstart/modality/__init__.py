"""Room 2. From one source to one tensor.

Takes: a path, or a thing in memory.
Gives: an item, the same for the same content every time, and a network's input made of items.
"""

from headstart.modality.image import Image
from headstart.modality.protocol import Look, Modality

__all__ = ["Image", "Look", "Modality"]

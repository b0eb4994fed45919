"""Room 2. From one source to one tensor.

Takes: a path, or a thing in memory.
Gives: an item, the same for the same content every time, and a network's input made of items.
"""

from typing import TYPE_CHECKING

from headstart import lazy

if TYPE_CHECKING:
    from headstart.modality.depths import bits_used
    from headstart.modality.file_pages import with_pages
    from headstart.modality.frame import Frame, size_of
    from headstart.modality.image import Image
    from headstart.modality.likeness import NEAR_BITS
    from headstart.modality.masks import Masks
    from headstart.modality.prepared import Prepared, prepared_by
    from headstart.modality.protocol import Look, Modality
    from headstart.modality.sound import Sound
    from headstart.modality.text import Text, text_of
    from headstart.modality.transfer import batch_on, moved, seen_on
    from headstart.modality.views import Augmentation, Variation, augment, follow
    from headstart.modality.vocabulary import learned_vocabulary
    from headstart.modality.windows import longest_s, windows

__all__ = [
    "NEAR_BITS",
    "Augmentation",
    "Frame",
    "Image",
    "Look",
    "Masks",
    "Modality",
    "Prepared",
    "Sound",
    "Text",
    "Variation",
    "augment",
    "batch_on",
    "bits_used",
    "follow",
    "learned_vocabulary",
    "longest_s",
    "moved",
    "prepared_by",
    "seen_on",
    "size_of",
    "text_of",
    "windows",
    "with_pages",
]

lazy.attach(__name__)

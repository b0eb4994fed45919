"""Files of a class's folder that could be examples, and what they are."""

import os
from collections.abc import Sequence
from pathlib import Path

from headstart.data.corrections import CORRECTIONS
from headstart.data.extensions import TABLES
from headstart.data.listing import is_junk
from headstart.studio.notes import Kind

SOUNDS = {".wav", ".flac", ".ogg", ".mp3", ".opus", ".aiff", ".aif"}
PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"}


def files_below(folder: Path) -> list[tuple[Path, os.stat_result]]:
    """Files that could be examples, however deep."""
    found, waiting = [], [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if is_junk(entry.name) or entry.name == CORRECTIONS:
                    continue
                path = Path(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(path)
                elif entry.is_file() and path.suffix.casefold() not in TABLES:
                    found.append((path, entry.stat()))
    return found


def kind_of(names: Sequence[str]) -> Kind:
    """What most files are, by their endings."""
    endings = [Path(name).suffix.casefold() for name in names]
    if not endings:
        return ""
    sounds = sum(ending in SOUNDS for ending in endings)
    return "audio" if sounds * 2 > len(endings) else "image"

"""A published folder on this machine, looked through before anything of it is believed."""

from pathlib import Path

from headstart import durable
from headstart.backbone.index import index_of, need_harmless
from headstart.backbone.places import FACTS, INDEX, PART
from headstart.errors import BackboneError, HeadstartError
from headstart.hostile import printable
from headstart.untrusted import MOST_JSON, Damaged, content, record_in, refuse_code, regular

_CONFIG = "config.json"


def published_in(folder: Path) -> Path | None:
    """Where our part lies in a folder that `publish` wrote, once every file is as it was written.

    None for any other folder. Raises `BackboneError` where a file differs from the list,
    `SecurityError` for links, for files that could run code and for a configuration that names
    some.
    """
    if not (folder / PART / FACTS).is_file():
        return None
    try:
        need_harmless(_names(folder), printable(folder))
        if (folder / _CONFIG).exists():
            refuse_code(record_in(regular(folder, _CONFIG)), folder / _CONFIG)
        if (folder / INDEX).exists():
            _compare(folder)
    except HeadstartError:
        raise
    except (OSError, ValueError) as error:
        raise BackboneError(
            "M482",
            "the published folder is damaged",
            "copy it again from its source, or publish it again",
            where=printable(folder),
            why=printable(error, 300),
        ) from error
    return folder / PART


def _names(folder: Path) -> list[str]:
    """Files of the folder and of those in it; hidden ones are nobody's business."""
    found = [
        *folder.iterdir(),
        *(p for sub in folder.iterdir() if sub.is_dir() for p in sub.iterdir()),
    ]
    shown = [path.relative_to(folder) for path in found if not path.is_dir()]
    return [str(path) for path in shown if not any(part.startswith(".") for part in path.parts)]


def _compare(folder: Path) -> None:
    """Raise `Damaged` where a file is not of the size and the digest that the list says."""
    index = index_of(content(regular(folder, INDEX), MOST_JSON), printable(folder / INDEX))
    for entry in index.files:
        path = regular(folder, entry.name)
        if path.stat().st_size != entry.size or durable.sha256(path) != entry.sha256:
            raise Damaged(f"{printable(entry.name)} differs from {INDEX}")

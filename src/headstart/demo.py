"""`headstart demo`: training runs on data and weights that are part of the package."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from headstart import durable
from headstart.backbone.places import PICTURES, SHIPPED, WEIGHTS
from headstart.events import Tell, quiet
from headstart.run import Run, cache_root, train

ENOUGH, FEW = 100, 20
"""Training digits per class without and with destroyed weights; all others are test digits.

With 100 a linear head on pixels is as good as the probe; with 20 destroyed weights show.
"""
PHOTOGRAPHS = Path(__file__).parent / "samples" / "photographs.zip"
DESTROYED = "destroyed.safetensors"
SIDE = 48
"""The side to which digits of 8 pixels are scaled: half the backbone's usual input."""


def demo(out: Path | str | None = None, *, tell: Tell = quiet) -> tuple[Run, Run, Run]:
    """Three runs: one where transfer helps, one that does not need it, one where it hurts.

    The first has photographs of rubbish in six kinds (TrashNet), the second 1,000 labeled digits
    of 8 x 8 pixels, scikit-learn's copy of the UCI set (Alpaydin and Kaynak 1998), with 797 to
    test on; the third starts from destroyed weights on 200 of them. Runs are below `out`
    (runs/demo).
    """
    folder, cache = Path(out or Path("runs") / "demo"), cache_root(None) / "demo"
    many, few = (cache / f"digits-{labeled}.zip" for labeled in (ENOUGH, FEW))
    for place, labeled in ((many, ENOUGH), (few, FEW)):
        if not place.exists():
            durable.write(place, digits(labeled))
    folder.mkdir(parents=True, exist_ok=True)
    destroy(folder / DESTROYED)

    def run(name: str, place: Path, **options: Any) -> Run:
        given = {"strategy": "probe", "backbone": "shipped", "offline": True, **options}
        return train(place, out=folder / name, tell=tell, **given)

    return (
        run("photographs", PHOTOGRAPHS),
        run("digits", many, size=SIDE),
        run("destroyed", few, size=SIDE, weights=str(folder / DESTROYED)),
    )


def destroy(place: Path) -> None:
    """Write the weights of the backbone for pictures with the numbers of each tensor shuffled."""
    import torch
    from safetensors.torch import load_file, save

    draws = torch.Generator().manual_seed(0)
    weights = load_file(SHIPPED / PICTURES / WEIGHTS)
    shuffled = {
        name: tensor.flatten()[torch.randperm(tensor.numel(), generator=draws)].view(tensor.shape)
        for name, tensor in sorted(weights.items())
    }
    durable.write(place, save(shuffled))


def digits(labeled: int) -> bytes:
    """A zip of PNG pictures, `labeled` a class in `train`, others in `test`; deterministic."""
    from sklearn.datasets import load_digits

    bunch = load_digits()
    seen = np.zeros(10, dtype=int)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for index, (picture, label) in enumerate(zip(bunch.images, bunch.target, strict=True)):
            part = "train" if seen[label] < labeled else "test"
            seen[label] += 1
            name = zipfile.ZipInfo(f"digits/{part}/{label}/{index:04d}.png")
            archive.writestr(name, _png(picture))
    return kept.getvalue()


def _png(picture: np.ndarray) -> bytes:
    """Pixels from 0 to 16 as a gray PNG."""
    file = io.BytesIO()
    PIL.Image.fromarray((picture * 255 / 16).round().astype(np.uint8)).save(file, "PNG")
    return file.getvalue()

"""What every campaign stands on: small data, small networks, and the commands that use them."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from torture.forked import Home, forked

GOOD = ("a very good film", "the cat runs and it is good", "good and big", "it was a good dog")
BAD = ("a bad film", "the dog sleeps and it is bad", "bad and red", "it was not a good cat")


@dataclass(frozen=True)
class Stand:
    """Where data and networks lie. Nothing in it is changed by a campaign."""

    root: Path

    def at(self, name: str) -> str:
        return str(self.root / name)


def stand(root: Path) -> Stand:
    """Draw, write and initialise everything, in a fork: the warm process computes nothing."""
    root.mkdir(parents=True)
    for number, work in enumerate((_pictures, _texts, _sounds)):
        made = forked(_returning(work, root), Home(root.parent / f"making-{number}"))
        if made.code:
            raise SystemExit(f"the stand could not be made: {made.err}")
    for path in root.rglob("*"):  # some libraries write files that only their owner reads
        path.chmod(0o755 if path.is_dir() else 0o644)
    return Stand(root)


def _returning(work: Callable[[Path], None], root: Path) -> Callable[[], int]:
    def done() -> int:
        work(root)
        return 0

    return done


def _pictures(root: Path) -> None:
    from stand_ins import draw

    from headstart.backbone import Architecture, Backbone, Origin, build, save_backbone
    from headstart.modality import Image

    draw(root / "photos", 12)
    options = (("channels", (8, 8, 16, 16)), ("stem_width", 4))
    network = Architecture("headstart_resnet10", options)
    contract = Image(size_px=32, mean=(0.5,) * 3, std=(0.5,) * 3, crop_pct=1.0)
    origin = Origin("file", "tiny", "Apache-2.0")
    tiny = Backbone(network, build(network, 7), 16, contract, origin)
    save_backbone(root / "tiny", tiny, "# tiny")


def _texts(root: Path) -> None:
    from language import save_network

    save_network(root / "bert")
    with (root / "reviews.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("text", "label"))
        for index in range(24):
            end = ("the cat", "the dog", "a film", "they", "it", "blue")[index // 4]
            rows.writerow((f"{GOOD[index % 4]} {end}", "good"))
            rows.writerow((f"{BAD[index % 4]} {end}", "bad"))
    (root / "tales.txt").write_text("\n".join([*GOOD, *BAD] * 6))


def _sounds(root: Path) -> None:
    from sounds import folder

    folder(root / "sounds", 10)


def jobs(stand: Stand) -> dict[str, tuple[str, ...]]:
    """Every verb that writes, on every modality; each is asked with `--out` where it has one."""
    from headstart.run.settings import Settings

    pictures = ("train", stand.at("photos"), "--backbone", stand.at("tiny"), "--offline")
    texts = ("train", stand.at("reviews.csv"), "--backbone", stand.at("bert"), "--offline")
    sounds = ("train", stand.at("sounds"), "--backbone", "headstart_dscnn", "--offline")
    folds = {"folds": (*pictures, "--strategy", "probe", "--folds", "3")}
    return {
        **(folds if "folds" in {field.name for field in fields(Settings)} else {}),
        "probe": (*pictures, "--strategy", "probe"),
        "text probe": (*texts, "--strategy", "probe"),
        "unfreeze": (*pictures, "--strategy", "unfreeze:1"),
        "pretrain": (
            "pretrain",
            stand.at("photos"),
            "--arch",
            "headstart_resnet10",
            "--size",
            "32",
            "--epochs",
            "2",
        ),
        "rank": (
            *("rank", stand.at("photos"), "--backbones"),
            *(f"{stand.at('tiny')},{stand.at('tiny')}=random", "--json"),
        ),
        "full": (*pictures, "--strategy", "full"),
        "sound probe": (*sounds, "--strategy", "probe"),
        "lora": (*pictures, "--strategy", "lora:2"),
        "pretrain texts": (
            "pretrain",
            stand.at("tales.txt"),
            "--arch",
            "headstart_lstm",
            "--epochs",
            "2",
            "--words",
            "60",
        ),
        "scratch": (*pictures, "--strategy", "scratch"),
        "text lora": (*texts, "--strategy", "lora:2"),
        "auto": pictures,
        "text unfreeze": (*texts, "--strategy", "unfreeze:1"),
        "sound unfreeze": (*sounds, "--strategy", "unfreeze:1"),
        "pretrain by a teacher": (
            "pretrain",
            stand.at("photos"),
            "--arch",
            "headstart_resnet10",
            "--size",
            "32",
            "--epochs",
            "2",
            "--teacher",
            stand.at("tiny"),
        ),
    }

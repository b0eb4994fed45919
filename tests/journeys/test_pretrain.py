"""From a labelled set to a new backbone, and from that to a model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import headstart
from headstart.errors import UsageError
from headstart.run import pretrain
from headstart.train import lm_finetuning, rates

ARCH = "headstart_resnet10"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A recipe that takes a second."""
    from headstart.run import pretraining

    recipe = replace(pretraining.PRETRAINING, batch=16, averaging=0.5)
    monkeypatch.setattr(pretraining, "PRETRAINING", recipe)


@pytest.mark.slow
def test_others_can_start_from_a_pretrained_backbone(small, photos, tmp_path) -> None:
    made = pretrain(photos, arch=ARCH, out=tmp_path / "new", epochs=1, size=32)
    assert made.modality.size_px == 32 and made.origin.pretrained
    run = headstart.train(photos, backbone=str(tmp_path / "new"), out=tmp_path / "run")
    assert run.metrics["frozen"]["changed"] == 0
    assert "pre-trained on" in (tmp_path / "new" / "README.md").read_text()


def test_the_same_call_again_changes_nothing(small, photos: Path, tmp_path: Path) -> None:
    first = pretrain(photos, arch=ARCH, out=tmp_path / "new", epochs=1, size=32)
    before = (tmp_path / "new" / "backbone.safetensors").stat().st_mtime_ns
    again = pretrain(photos, arch=ARCH, out=tmp_path / "new", epochs=1, size=32)
    assert again.digest(again.depth) == first.digest(first.depth)
    assert (tmp_path / "new" / "backbone.safetensors").stat().st_mtime_ns == before


def test_a_folder_with_something_else_is_left_alone(small, photos, tmp_path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="something else"):
        pretrain(photos, arch=ARCH, out=tmp_path / "new", epochs=1, size=32)
    assert not list(tmp_path.glob(".new*"))


def test_several_sets_have_a_head_each(small, photos: Path, tmp_path: Path) -> None:
    from stand_ins import draw

    other = draw(tmp_path / "others", count=12, size=44)
    made = pretrain([photos, other], arch=ARCH, out=tmp_path / "new", epochs=1, size=32)
    assert "6 classes (photos, others)" in made.origin.note


def test_a_teacher_is_named_in_what_it_taught(small, photos, tiny_folder, tmp_path) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for index, file in enumerate(sorted(photos.rglob("*.png"))):
        (flat / f"{index}.png").write_bytes(file.read_bytes())
    made = pretrain(
        flat, arch=ARCH, out=tmp_path / "new", epochs=4, size=32, teacher=tiny_folder
    )  # fmt: skip
    assert "taught by headstart_resnet10" in made.origin.note
    assert "variance" in (tmp_path / "new" / "README.md").read_text()


@pytest.mark.slow
def test_texts_alone_make_a_recurrent_backbone_that_others_start_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tokenizers")
    monkeypatch.setattr(lm_finetuning, "ADAPTING", replace(lm_finetuning.ADAPTING, epochs=2))
    monkeypatch.setattr(rates, "FRESH_RATES", (1e-3,))
    told = []
    made = _recurrent(tmp_path, told)
    assert made.modality.kind == "text" and made.depth == 5
    notes = [event.what for event in told if event.kind == "note"]
    assert any("reviews: a probe gets" in line for line in notes)
    run = headstart.train(
        tmp_path / "reviews.csv", backbone=str(tmp_path / "new"), strategy="ulmfit",
        out=tmp_path / "run",
    )  # fmt: skip
    assert run.metrics["frozen"]["changed"] == 0
    assert run.model.predict(["a film that is good"])[0].label in ("good", "bad")


def _recurrent(tmp_path: Path, told: list) -> object:
    rng = np.random.default_rng(0)
    some = [
        "river",
        "stone",
        "paper",
        "window",
        "garden",
        "music",
        "winter",
        "bridge",
        "candle",
        "mirror",
    ]
    rows = [(f"{' '.join(rng.choice(some, 8))} was {word}", word) for _ in range(24) for word in
            ("good", "bad")]  # fmt: skip
    (tmp_path / "reviews.csv").write_text(
        "\n".join(["text,label", *(f"{text},{label}" for text, label in rows)])
    )
    (tmp_path / "texts.txt").write_text("\n".join(text for text, _ in rows))
    return pretrain(
        tmp_path / "texts.txt", arch="headstart_lstm", out=tmp_path / "new", epochs=1, words=60,
        watch=tmp_path / "reviews.csv", tell=told.append,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [({}, "which network"), ({"arch": ARCH, "weights": "w.safetensors"}, "a teacher's"),
     ({"arch": ARCH, "speed": 3}, "no option")],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_said(options, said, photos: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        pretrain(photos, out=tmp_path / "new", **options)


def test_pictures_are_no_texts(photos: Path, tmp_path: Path) -> None:
    from headstart.errors import BackboneError

    with pytest.raises(BackboneError, match="reads texts"):
        pretrain(photos, arch="headstart_lstm", out=tmp_path / "new")
    with pytest.raises(BackboneError, match="the student"):
        pretrain(photos, arch=ARCH, teacher="headstart_dscnn", out=tmp_path / "new")

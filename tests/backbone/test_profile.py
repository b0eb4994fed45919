"""Every stage's rows, from one pass."""

from pathlib import Path

import pytest
import torch
from stand_ins import InMemory

import headstart
from headstart.backbone import (
    Backbone,
    Stages,
    early_exit,
    inner_stages,
    read_backbone,
    save_backbone,
    seen_as,
    widths,
)
from headstart.backbone.profile import Profile, pooled
from headstart.backbone.record import record_of
from headstart.errors import BackboneError
from headstart.features import Prefix, extract, noise
from headstart.train import TaskData
from headstart.untrusted import Damaged


def test_a_profile_is_every_stage_pooled(tiny: Backbone) -> None:
    rows = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        found = Profile(tiny.stages)(rows)
        parts = []
        for stage in tiny.stages:
            rows = stage(rows)
            parts.append(rows.mean(dim=(2, 3)) if rows.ndim == 4 else rows)
    assert torch.equal(found, torch.cat(parts, dim=1))
    assert widths(tiny.stages, noise(tiny.modality)) == tuple(part.shape[1] for part in parts)


@pytest.mark.parametrize(
    ("shape", "width"),
    [((2, 8, 4, 4), 8), ((2, 3, 4, 4), 3), ((2, 4, 4, 8), 8), ((2, 9, 6), 6), ((2, 5), 5)],
)
def test_whatever_a_stage_gives_is_pooled_to_a_row(shape, width) -> None:
    assert pooled(torch.zeros(shape)).shape == (2, width)


def test_the_last_columns_of_a_profile_are_the_plain_rows(tiny: Backbone, tmp_path: Path) -> None:
    items = InMemory(tuple(torch.randint(0, 256, (700, 3, 32, 32), dtype=torch.uint8)))
    plain, whole = (
        extract(items, range(700), Prefix(b.modality, b.stages, b.digest(b.depth)), cache=tmp_path)
        for b in (tiny, seen_as(tiny, Stages))
    )
    assert whole.shape[1] > plain.shape[1] == tiny.width
    positions = list(range(699, -1, -1))  # more than are read at once
    assert torch.equal(whole.last(tiny.width, positions), plain.take(positions))


def test_a_probe_is_the_same_whether_profiled_or_not(task_data: TaskData, tiny: Backbone) -> None:
    rows = task_data.partition.train
    profiled = TaskData(**{**vars(task_data), "profiled": True})
    feeds = [one.rows_feed(rows, tiny, tiny.depth) for one in (task_data, profiled)]
    one, other = (feed(range(len(rows)), ()) for feed in feeds)
    assert torch.equal(one, other)


def test_a_backbone_of_every_stage_is_saved_and_read_back(tiny: Backbone, tmp_path: Path) -> None:
    whole = seen_as(tiny, Stages)
    save_backbone(tmp_path / "whole", whole, "#")
    again = read_backbone(tmp_path / "whole")
    assert again.width == whole.width > tiny.width and again.depth == 1
    rows = noise(tiny.modality)
    with torch.inference_mode():
        assert torch.equal(again.stages(rows), whole.stages(rows))


@torch.inference_mode()
def test_an_early_exit_gives_the_first_columns_and_is_read_back(tiny: Backbone, tmp_path) -> None:
    whole, rows = seen_as(tiny, Stages), torch.randn(2, 3, 32, 32)
    for source in (tiny, whole):
        exits = early_exit(source, 2)
        assert exits.width == sum(widths(tiny.stages, noise(tiny.modality))[:2]) < whole.width
        assert torch.equal(exits.stages(rows), whole.stages(rows)[:, : exits.width])
    save_backbone(tmp_path / "exit", exits, "#")
    again = read_backbone(tmp_path / "exit")
    assert torch.equal(again.stages(rows), exits.stages(rows)) and again.depth == 1
    kept, all_of_it = (sum(p.numel() for p in b.stages.parameters()) for b in (again, tiny))
    assert kept < all_of_it
    assert len(inner_stages(again)) == 2 and len(inner_stages(tiny)) == tiny.depth


def test_no_stage_at_all_is_no_network(tiny: Backbone, tmp_path: Path) -> None:
    save_backbone(tmp_path / "exit", early_exit(tiny, 1), "#")
    record = tmp_path / "exit" / "backbone.json"
    record.write_text(record.read_text().replace('"exit_after": 1', '"exit_after": 0'))
    with pytest.raises(Damaged, match="exit_after"):
        record_of(record.read_bytes(), "here")


def test_a_network_of_one_stage_says_that_it_cannot_be_cut(
    tiny: Backbone, photos: Path, tmp_path: Path
) -> None:
    tiny.need_stages()
    one = seen_as(tiny, Stages)
    save_backbone(tmp_path / "one", one, "# one")
    with pytest.raises(BackboneError, match="M403"):
        one.need_stages()
    for strategy in ("unfreeze:1", "gradual"):
        with pytest.raises(BackboneError, match="M403"):
            headstart.train(
                photos, backbone=str(tmp_path / "one"), strategy=strategy, out=tmp_path / strategy
            )

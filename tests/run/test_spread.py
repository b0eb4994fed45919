"""How much luck is in one draw of the rows: probes on three other draws of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from headstart.backbone import Backbone
from headstart.run import spread
from headstart.run.spread import SEEDS, _redrawn
from headstart.train import Probe, TaskData, fit, probe_head


@pytest.mark.journey
def test_a_probe_is_fitted_to_three_other_draws_the_same_every_time(
    task_data: TaskData, tiny: Backbone, tmp_path: Path, monkeypatch
) -> None:
    drawn: list[tuple[int, ...]] = []

    def fitted(data: TaskData, backbone: Backbone, rows: Sequence[int], **options):
        drawn.append(tuple(rows))
        return probe_head(data, backbone, rows, **options)

    monkeypatch.setattr(spread, "probe_head", fitted)
    made = fit(task_data, tiny, Probe(), work=tmp_path)
    one, again = (_redrawn(task_data, tiny, made) for _ in range(2))
    assert drawn[:SEEDS] == drawn[SEEDS:] and len(set(drawn)) == SEEDS
    assert all(len(set(rows)) == 48 and set(rows) <= {*task_data.pool} for rows in drawn)
    assert one == again and len(one.figures) == SEEDS
    assert one.what.endswith("draws of 48 of the 60 examples to learn from")

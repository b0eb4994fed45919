"""Where a run starts from when nobody says it, and how that is told."""

import pytest

import headstart
from headstart.run import starting
from headstart.run.choosing import rank


@pytest.mark.slow
def test_a_ranking_that_chose_is_in_figures_and_page(
    photos, tiny_folder, tmp_path, monkeypatch
) -> None:
    pool = (str(tiny_folder), f"{tiny_folder}=random")
    monkeypatch.setattr(starting, "candidates", lambda found: pool)
    monkeypatch.setattr(starting, "rank", lambda f, **o: rank(f, backbones=",".join(pool), **o))
    monkeypatch.setattr(
        starting,
        "load_backbone",
        lambda name, *a, **o: headstart.backbone.read_backbone(tiny_folder),
    )
    run = headstart.train(photos, strategy="probe", out=tmp_path / "run")
    ranking = run.metrics["ranking"]
    assert {one["backbone"] for one in ranking} == set(pool)
    page = (run.path / "report.html").read_text()
    assert "Where to start from" in page and ranking[1]["why"][:20] in page

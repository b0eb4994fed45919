"""The notebooks in examples/ run from top to bottom, in an empty folder, without a network."""

import json
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))


def cells(notebook: Path) -> list[dict[str, object]]:
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def test_there_are_three_notebooks_without_outputs() -> None:
    assert [notebook.stem for notebook in EXAMPLES] == ["pictures", "recordings", "texts"]
    code = [one for notebook in EXAMPLES for one in cells(notebook) if one["cell_type"] == "code"]
    assert len(code) > 10 and not any(one["outputs"] or one["execution_count"] for one in code)


@pytest.mark.journey
@pytest.mark.parametrize("notebook", EXAMPLES, ids=lambda notebook: notebook.stem)
def test_a_notebook_runs(notebook: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADSTART_CACHE", str(tmp_path / "cache"))
    names: dict[str, object] = {"__name__": "__main__"}
    for number, one in enumerate(cells(notebook)):
        if one["cell_type"] == "code":
            text = "".join(map(str, one["source"]))  # type: ignore[call-overload]
            exec(compile(text, f"{notebook.name}, cell {number}", "exec"), names)
    assert names["run"].metrics["verdict"]  # type: ignore[attr-defined]

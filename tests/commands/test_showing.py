"""What a command found is shown as lines or as one JSON document."""

import json

import headstart
from headstart.commands.showing import run_ended


def test_a_run_is_lines_for_people_and_one_document_for_programs(run, capsys) -> None:
    metrics = headstart.report(run).metrics
    run_ended(run, metrics, json=False)
    assert str(run / "report.html") in capsys.readouterr().out
    run_ended(run, metrics, json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["path"], found["report"]) == (str(run), str(run / "report.html"))
    assert found["verdict"] == metrics["verdict"]

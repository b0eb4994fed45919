"""What a command found is shown as lines or as one JSON document."""

import json

import headstart
from headstart.commands.showing import run_ended


def test_a_run_is_lines_for_people_and_one_document_for_programs(finished_run, capsys) -> None:
    metrics = headstart.report(finished_run).metrics
    run_ended(finished_run, metrics, json=False)
    assert str(finished_run / "report.html") in capsys.readouterr().out
    run_ended(finished_run, metrics, json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["path"], found["report"]) == (
        str(finished_run),
        str(finished_run / "report.html"),
    )
    assert found["verdict"] == metrics["verdict"]

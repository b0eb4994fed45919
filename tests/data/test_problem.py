from headstart.data import Problem


def test_what_is_named_is_safe_to_show() -> None:
    problem = Problem("D100", "label", "a\x1b[2J", "b" * 900)
    assert "\x1b" not in problem.name and len(problem.reason) <= 500


def test_a_record_has_the_row_of_a_table() -> None:
    told = Problem("D100", "label", "t.csv", "no label", row=7).record()
    assert told == {
        "code": "D100", "kind": "label", "name": "t.csv", "reason": "no label", "row": 7,
    }  # fmt: skip

"""What somebody who is refused gets to read."""

import json

from headstart.serve import Refusal

FULL = Refusal("H503", 503, "too much waits", "ask again later", retry_s=2)


def test_a_refusal_has_the_shape_that_errors_of_commands_have() -> None:
    found = json.loads(FULL.body("/predict"))["error"]
    assert (found["code"], found["fix"]) == ("H503", "ask again later")


def test_below_v2_it_is_one_string_as_the_protocol_wants() -> None:
    assert json.loads(FULL.body("/v2/models"))["error"] == "H503 too much waits; ask again later"


def test_a_full_server_says_when_to_come_back_and_others_do_not() -> None:
    assert (b"retry-after", b"2") in FULL.headers()
    missing = Refusal("H404", 404, "no such page", "GET /")
    assert all(name != b"retry-after" for name, _ in missing.headers())

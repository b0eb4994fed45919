"""A board and its processes, none of which runs yet."""

from boards import apart, within  # noqa: F401

from headstart.serve.limits import MB
from headstart.studio.application import BODY_MB
from headstart.studio.making import board_of, limits
from headstart.studio.studio import Modules


def test_a_zip_may_come_and_the_rest_is_as_for_serve() -> None:
    assert limits().body_bytes == BODY_MB * MB and limits().header_bytes == 16 * 1024


def test_a_board_is_made_of_a_folder_and_hears_what_its_processes_say(tmp_path) -> None:
    (tmp_path / "data").mkdir()
    board = board_of(tmp_path / "data", Modules(), 0.0)
    version = board.version
    board.parts.errands.hear({"kind": "failed", "error": {}})
    assert board.version == version + 1 and not board.parts.trainer.runs
    assert board.collection.root == tmp_path / "data"
    within(board.close)

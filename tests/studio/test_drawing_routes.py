"""Addresses for boxes; what they answer is in `test_studio_routes`."""

from boards import apart, board_at  # noqa: F401

from headstart.studio.drawing_routes import drawing_routes


def test_what_changes_a_picture_is_a_post(tmp_path) -> None:
    told = {path: verb for verb, path, _ in drawing_routes(board_at(tmp_path))}
    assert told == {"/pictures": "GET", "/picture": "GET", "/draw": "POST"}

"""Files of the package are sent as they are, and a browser with the token gets a cookie."""

import asyncio
from importlib import resources

from headstart.serve import Lock
from headstart.serve.pages import admitting, page


def test_several_files_are_sent_as_one_in_the_kind_of_the_last() -> None:
    found = asyncio.run(page("share/answers.css", "serve/try.css")(None))
    room = resources.files("headstart")
    both = [room.joinpath(name).read_bytes() for name in ("share/answers.css", "serve/try.css")]
    assert found.body == b"".join(both) and found.media_type == "text/css"


def test_only_a_lock_with_a_token_gives_a_cookie() -> None:
    told = admitting(Lock(8123, "secret")).headers
    assert "HttpOnly" in told["set-cookie"] and "SameSite=strict" in told["set-cookie"]
    assert "set-cookie" not in admitting(Lock(8123, None)).headers

"""Names, pages and tokens that open the door, and those that do not."""

import pytest
from asking import HOST, PORT, scope_of

from headstart.serve import Lock, Refusal
from headstart.serve.lock import new_token

TOKEN = "t" * 32
LOCK = Lock(PORT, TOKEN, ("models.example", "other.example:8443"))
BEARER = ("Authorization", f"Bearer {TOKEN}")
OWN = [
    HOST, "127.0.0.1", f"localhost:{PORT}", "localhost", f"[::1]:{PORT}", "[::1]", "LOCALHOST",
    "models.example", f"models.example:{PORT}", "other.example:8443",
]  # fmt: skip
FOREIGN = [
    None, "", "evil.example", f"evil.example:{PORT}", "127.0.0.1:80", f"127.0.0.1.evil:{PORT}",
    f"localhost.:{PORT}", f"localhost.evil:{PORT}", f"0.0.0.0:{PORT}", f"2130706433:{PORT}",
    f"0x7f.1:{PORT}", f"127.1:{PORT}", f"::1:{PORT}", f"[::]:{PORT}", f"[::ffff:127.0.0.1]:{PORT}",
    f"[0:0:0:0:0:0:0:1]:{PORT}", f"127.0.0.1:{PORT}@evil", f"evil@127.0.0.1:{PORT}",
    f"127.0.0.1:{PORT}, evil", f"127.0.0.1:{PORT}/", f"ｌocalhost:{PORT}", f"127.0.0.1:0{PORT}0",
    f"127.0.0.1:{PORT} ", "127.0.0.1:", f"http://127.0.0.1:{PORT}", f"other.example:{PORT}",
    "other.example", "models.example:80", f"xlocalhost:{PORT}",
]  # fmt: skip
ORIGINS = [
    "null", "", "http://evil.example", f"http://127.0.0.1:{PORT}.evil.example", "http://127.0.0.1",
    f"https://127.0.0.1:{PORT}", f"http://localhost:{PORT}", f"http://[::1]:{PORT}",
    f"http://127.0.0.1:{PORT + 1}", f"http://127.0.0.1:{PORT}/", f"//127.0.0.1:{PORT}",
    f"127.0.0.1:{PORT}", "file://", "chrome-extension://abc", f"http://evil@127.0.0.1:{PORT}",
]  # fmt: skip


def refused(*headers: tuple[str, str], host: str | None = HOST, lock: Lock = LOCK) -> str:
    try:
        lock.need_allowed(scope_of("GET", "/", headers, host))
    except Refusal as refusal:
        return refusal.code
    return ""


@pytest.mark.parametrize("host", OWN)
def test_its_own_names_open(host: str) -> None:
    assert refused(BEARER, host=host) == ""


@pytest.mark.parametrize("host", FOREIGN)
def test_every_other_name_is_refused_even_with_the_token(host: str | None) -> None:
    assert refused(BEARER, host=host) == "H421"


def test_two_names_and_whole_addresses_are_refused() -> None:
    assert refused(BEARER, ("Host", HOST)) == "H421"
    scope = scope_of("GET", "/", [BEARER])
    with pytest.raises(Refusal, match="H421"):
        LOCK.need_allowed({**scope, "raw_path": b"http://127.0.0.1/"})


@pytest.mark.parametrize("origin", ORIGINS)
def test_pages_of_other_origins_are_refused(origin: str) -> None:
    assert refused(BEARER, ("Origin", origin)) == "H406"


def test_its_own_page_opens_and_two_origins_do_not() -> None:
    own = ("Origin", f"http://{HOST}")
    assert refused(BEARER, own) == "" and refused(BEARER, own, own) == "H406"
    for scheme in ("http", "https"):
        assert (
            refused(BEARER, ("Origin", f"{scheme}://models.example"), host="models.example") == ""
        )


@pytest.mark.parametrize(
    ("site", "code"),
    [
        ("same-origin", ""),
        ("none", ""),
        ("same-site", "H403"),
        ("cross-site", "H403"),
        ("", "H403"),
    ],
)
def test_requests_of_other_sites_are_refused(site: str, code: str) -> None:
    assert refused(BEARER, ("Sec-Fetch-Site", site)) == code


@pytest.mark.parametrize(
    "told", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}t"]
)
def test_a_wrong_token_is_refused(told: str) -> None:
    assert refused(("Authorization", told)) == "H401"
    assert refused() == "H401" and refused(BEARER, BEARER) == "H401"


def test_the_cookie_opens_and_holds_no_token() -> None:
    assert refused(("Cookie", f"a=b; {LOCK.cookie_name}={LOCK.cookie}; c=d")) == ""
    assert TOKEN not in LOCK.cookie and LOCK.cookie_name.endswith(str(PORT))
    assert refused(("Cookie", f"{LOCK.cookie_name}={TOKEN}")) == "H401"
    assert refused(("Cookie", f"{LOCK.cookie_name}=x; {LOCK.cookie_name}={LOCK.cookie}")) == "H401"


def test_without_a_token_names_and_pages_still_count() -> None:
    lock = Lock(PORT, None)
    assert refused(lock=lock) == "" and refused(lock=lock, host="evil.example") == "H421"
    assert refused(("Origin", "null"), lock=lock) == "H406"


def test_tokens_have_more_than_128_bits_and_never_come_twice() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100 and all(len(token) * 6 >= 128 for token in tokens)

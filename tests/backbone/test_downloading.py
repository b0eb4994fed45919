"""60 networks that fail: the right file, or an error with a code, and never another file."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from faulty import Server, drawn, flipped, serving

from headstart.backbone.downloading import downloaded, small
from headstart.backbone.index import Entry
from headstart.backbone.streaming import Patience
from headstart.errors import BackboneError, SecurityError

RAW = random.Random(0).randbytes(150_000)
ENTRY = Entry(name="file", size=len(RAW), sha256=hashlib.sha256(RAW).hexdigest())
SHORT = Patience(timeout_s=0.15, tries=3, wait_s=0.0, most_wait_s=0.0)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving({"/file": RAW, "/other": flipped(RAW, 7)}) as made:
        yield made


def test_sixty_faulty_networks_bring_the_right_file_or_an_error(server, tmp_path) -> None:
    ended = dict[str, int]()
    with serving(server.files) as elsewhere:
        for seed in range(60):
            rng, part = random.Random(seed), tmp_path / str(seed)
            faults = [drawn(rng, len(RAW), elsewhere.url) for _ in range(rng.randint(1, 5))]
            server.faults, server.always = faults, faults[-1] if seed % 3 == 0 else None
            try:
                downloaded(f"{server.url}/file", ENTRY, part, SHORT)
                code = "right"
                assert part.read_bytes() == RAW, seed
            except (BackboneError, SecurityError) as error:
                code = error.code
                assert code in ("M493", "M494", "S623"), seed
                assert code != "M494" or not part.exists()
            ended[code] = ended.get(code, 0) + 1
    assert ended["right"] >= 20 and sum(ended.values()) == 60 and len(ended) == 4, ended


def test_a_download_goes_on_where_it_broke_off(server: Server, tmp_path: Path) -> None:
    server.faults = [lambda h, raw: h.give(raw, 60_000), lambda h, raw: h.give(raw, 50_000)]
    downloaded(f"{server.url}/file", ENTRY, tmp_path / "part", SHORT)
    assert [told for _, told in server.asked] == ["", "bytes=60000-", "bytes=110000-"]


def test_what_a_stopped_download_left_is_gone_on_with(server: Server, tmp_path: Path) -> None:
    (tmp_path / "part").write_bytes(RAW[:1000])
    downloaded(f"{server.url}/file", ENTRY, tmp_path / "part", SHORT)
    assert server.asked == [("/file", "bytes=1000-")]
    assert (tmp_path / "part").read_bytes() == RAW


def test_as_many_empty_tries_in_a_row_as_were_allowed(server: Server, tmp_path: Path) -> None:
    server.faults = [lambda h, raw: h.status(503)] * 2
    downloaded(f"{server.url}/file", ENTRY, tmp_path / "two", SHORT)
    server.faults = [lambda h, raw: h.status(503)] * 3
    with pytest.raises(BackboneError, match=r"M493[\s\S]*503"):
        downloaded(f"{server.url}/file", ENTRY, tmp_path / "three", SHORT)


def test_wrong_bytes_are_fetched_anew_once_and_then_nothing_is_left(server, tmp_path) -> None:
    server.faults = [lambda h, raw: h.give(flipped(raw, 3))]
    downloaded(f"{server.url}/file", ENTRY, tmp_path / "part", SHORT)
    server.faults = [lambda h, raw: h.give(flipped(raw, 3))] * 2
    with pytest.raises(BackboneError, match="M494"):
        downloaded(f"{server.url}/file", ENTRY, tmp_path / "again", SHORT)
    assert not (tmp_path / "again").exists()


def test_a_drip_is_no_download(server: Server, tmp_path: Path) -> None:
    def drip(h, raw: bytes) -> None:
        import time

        h.give(raw, 1)
        for byte in raw[1:60]:
            h.wfile.write(bytes([byte]))
            h.wfile.flush()
            time.sleep(0.02)

    server.faults = [drip]
    downloaded(f"{server.url}/file", ENTRY, tmp_path / "part", SHORT)
    assert len(server.asked) == 2


def test_a_small_file_is_not_longer_than_it_may_be(server: Server) -> None:
    assert small(f"{server.url}/file", len(RAW), SHORT) == RAW
    with pytest.raises(BackboneError, match="more than"):
        small(f"{server.url}/file", len(RAW) - 1, SHORT)


def test_a_list_of_files_comes_from_the_machine_that_was_named(server: Server) -> None:
    with serving(server.files) as elsewhere:
        there = elsewhere.url.replace("127.0.0.1", "localhost")
        server.always = lambda h, raw: h.status(302, Location=f"{there}/file")
        with pytest.raises(BackboneError, match="another machine"):
            small(f"{server.url}/file", len(RAW), SHORT)

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import fsspec
import pytest
from hub_stand_in import standing_in

from headstart.data.column_settings import GUESS
from headstart.errors import BackboneError, DataError, SecurityError
from headstart.run.inputs import found_at
from headstart.run.network_settings import Network
from headstart.run.remote_data import local_copy

REVIEWS = b"text,label\n" + b"".join(
    b"text %d,%s\n" % (i, (b"bad", b"good")[i % 2]) for i in range(20)
)
OFFLINE = Network(offline=True)


@pytest.fixture
def store():
    files = fsspec.filesystem("memory")
    yield files
    files.store.clear()


@pytest.fixture
def hub(tmp_path, monkeypatch):
    with standing_in(tmp_path / "hub", monkeypatch) as server:
        yield server


@pytest.fixture
def web():
    held = {"/reviews.csv": REVIEWS}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            raw = held.get(self.path)
            self.send_response(200 if raw else 404)
            self.send_header("Content-Length", str(len(raw or b"")))
            self.end_headers()
            self.wfile.write(raw or b"")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_table_at_an_address_is_read_as_one_that_lies_here(store, tmp_path):
    store.pipe_file("/set/reviews.csv", REVIEWS)
    found = found_at("memory://set/reviews.csv", GUESS, tmp_path)
    assert found.examples.truth.names == ("bad", "good")


def test_a_folder_at_an_address_is_copied_without_scripts(store, tmp_path):
    for name in ("train.csv", "test.csv", "load.py", ".hidden"):
        store.pipe_file(f"/set/{name}", REVIEWS)
    here = local_copy("memory://set", tmp_path)
    assert sorted(path.name for path in here.iterdir()) == ["test.csv", "train.csv"]


def test_what_did_not_change_is_not_copied_again(store, tmp_path):
    store.pipe_file("/set/reviews.csv", REVIEWS)
    first = local_copy("memory://set/reviews.csv", tmp_path)
    kept = first.stat().st_ino
    assert local_copy("memory://set/reviews.csv", tmp_path).stat().st_ino == kept
    store.pipe_file("/set/reviews.csv", REVIEWS + b"more,good\n")
    assert local_copy("memory://set/reviews.csv", tmp_path).read_bytes().endswith(b"more,good\n")


def test_without_a_network_the_copy_of_before_is_taken(store, tmp_path):
    with pytest.raises(DataError, match="D407"):
        local_copy("memory://set/reviews.csv", tmp_path, OFFLINE)
    store.pipe_file("/set/reviews.csv", REVIEWS)
    local_copy("memory://set/reviews.csv", tmp_path)
    store.rm("/set/reviews.csv")
    assert local_copy("memory://set/reviews.csv", tmp_path, OFFLINE).read_bytes() == REVIEWS


def test_more_than_may_be_fetched_is_refused_with_the_size(store, tmp_path):
    store.pipe_file("/set/reviews.csv", b"x" * 2000)
    local_copy("memory://set/reviews.csv", tmp_path, Network(fetch="2000"))
    with pytest.raises(DataError, match="D406"):
        local_copy("memory://set/reviews.csv", tmp_path / "other", Network(fetch="1999"))


def test_addresses_that_nothing_opens_or_that_are_not_safe_are_refused(tmp_path):
    with pytest.raises(BackboneError, match="M497"):
        local_copy("odd://place/set.csv", tmp_path)
    for place in ("http://example.org/set.csv", "file:///etc/passwd"):
        with pytest.raises(SecurityError, match="S623"):
            local_copy(place, tmp_path)
    with pytest.raises(DataError, match="D407"):
        local_copy("memory://nothing/here.csv", tmp_path)


def test_names_that_lead_out_are_refused(store, tmp_path, monkeypatch):
    store.pipe_file("/set/a.csv", REVIEWS)
    facts = {f"{store._strip_protocol('memory://set')}/x\\..\\..\\a.csv": {"size": 3}}
    monkeypatch.setattr(type(store), "find", lambda *_, **__: facts)
    with pytest.raises(SecurityError, match="S631"):
        local_copy("memory://set", tmp_path)


def test_one_file_comes_over_http_from_this_machine(web, tmp_path):
    assert local_copy(f"{web}/reviews.csv", tmp_path).read_bytes() == REVIEWS
    with pytest.raises(DataError, match="D407"):
        local_copy(f"{web}/nothing.csv", tmp_path)


def test_a_data_set_of_the_hub_is_read_without_its_scripts(hub, tmp_path):
    hub.repositories["me/set"] = {"train.csv": REVIEWS, "set.py": b"x", "README.md": b"#"}
    assert len(found_at("hf://datasets/me/set", GUESS, tmp_path).examples) == 20
    assert not any("set.py" in asked for asked in hub.asked)


def test_a_folder_of_a_data_set_is_taken_alone(hub, tmp_path):
    own = {"one/data.csv": REVIEWS, "two/data.csv": b"text,label\n", "README.md": b"#"}
    hub.repositories["me/set"] = own
    here = local_copy("hf://datasets/me/set@main/one", tmp_path)
    assert sorted(path.name for path in here.iterdir()) == ["README.md", "data.csv"]


def test_a_data_set_that_is_a_script_alone_is_refused(hub, tmp_path):
    hub.repositories["me/set"] = {"set.py": b"x", "README.md": b"#"}
    with pytest.raises(DataError, match="D405") as caught:
        local_copy("hf://datasets/me/set", tmp_path)
    assert "scripts" in caught.value.why


def test_a_data_set_that_is_not_there_is_told(hub, tmp_path):
    with pytest.raises(DataError, match="D407"):
        local_copy("hf://datasets/me/nothing", tmp_path)

"""A stand-in for the hub on this machine: gives repositories, takes commits, notes requests."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

COMMIT = "c" * 40


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.strip("/")
        self.server.asked.append(f"{self.command} {path}")
        path = path.replace("api/datasets/", "api/models/").removeprefix("datasets/")
        if path.startswith("api/models/"):
            owner, name, *rest = path.removeprefix("api/models/").split("/")
            self._listed(f"{owner}/{name}", tree="tree" in rest)
            return
        owner, name, _, _, *rest = [*path.split("/"), *[""] * 5][: max(5, path.count("/") + 1)]
        raw = self.server.repositories.get(f"{owner}/{name}", {}).get("/".join(rest))
        if raw is None:
            self._answer(404, b"", **{"X-Error-Code": "EntryNotFound"})
            return
        digest = self.server.lies.get("/".join(rest)) or hashlib.sha256(raw).hexdigest()
        told = {"ETag": f'"{digest}"', "X-Repo-Commit": COMMIT, "X-Linked-Size": str(len(raw))}
        self._answer(200, raw, **told, **{"X-Linked-ETag": f'"{digest}"'})

    do_HEAD = do_GET

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = urlsplit(self.path).path.strip("/")
        self.server.asked.append(f"POST {path}")
        if path == "api/repos/create":
            told = json.loads(body)
            name = f"{told.get('organization') or 'me'}/{told['name']}"
            self.server.repositories.setdefault(name, {})
            self._json({"url": f"{self.server.url}/{name}", "id": name})
        elif "/preupload/" in path:
            plain = {"uploadMode": "regular", "shouldIgnore": False}
            self._json({"files": [{"path": f["path"], **plain} for f in json.loads(body)["files"]]})
        elif "/commit/" in path:
            self._commit(path.removeprefix("api/models/").partition("/commit/")[0], body)
        else:
            self._json({})

    def _commit(self, repository: str, body: bytes) -> None:
        for line in body.decode().splitlines():
            told = json.loads(line)
            if told["key"] == "file":
                raw = base64.b64decode(told["value"]["content"])
                self.server.repositories[repository][told["value"]["path"]] = raw
        self._json({"commitUrl": f"{self.server.url}/{repository}/commit/{COMMIT}",
                    "commitOid": COMMIT, "success": True})  # fmt: skip

    def _listed(self, repository: str, *, tree: bool) -> None:
        files = self.server.repositories.get(repository)
        if files is None:
            self._answer(404, b"{}", **{"X-Error-Code": "RepoNotFound"})
            return
        facts = []
        for name, raw in files.items():
            digest = self.server.lies.get(name) or hashlib.sha256(raw).hexdigest()
            lfs = {"sha256": digest, "oid": digest, "size": len(raw), "pointerSize": 130}
            facts.append({"rfilename": name, "path": name, "type": "file", "size": len(raw),
                          "oid": digest, "blobId": digest, "lfs": lfs})  # fmt: skip
        whole = {"id": repository, "modelId": repository, "sha": COMMIT, "siblings": facts,
                 "private": False, "tags": [], "downloads": 0, "likes": 0}  # fmt: skip
        self._json(facts if tree else whole)

    def _json(self, value: Any) -> None:
        self._answer(200, json.dumps(value).encode(), **{"Content-Type": "application/json"})

    def _answer(self, code: int, raw: bytes, **headers: str) -> None:
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(raw)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Hub(ThreadingHTTPServer):
    """Repositories by name, each files by name."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repositories: dict[str, dict[str, bytes]] = {}
        self.lies: dict[str, str] = {}
        self.asked = list[str]()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def standing_in(cache: Any, patch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Whoever asks the hub asks this one, and keeps what comes in a cache of its own."""
    from huggingface_hub import constants

    with Hub() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        patch.setattr(constants, "ENDPOINT", server.url)
        where = server.url + "/{repo_id}/resolve/{revision}/{filename}"
        patch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", where)
        patch.setattr(constants, "HF_HUB_OFFLINE", False)
        patch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        patch.setattr(constants, "HF_HUB_CACHE", str(cache))
        patch.setenv("HF_HUB_CACHE", str(cache))
        patch.setenv("HF_TOKEN", "hf_none")
        yield server
        server.shutdown()

"""Seconds from the first picture that is dropped on the studio to the first honest number.

`python -m benchmarks.studio_first_number FOLDER [--counts 200 1000] [--at-once 4]` takes pictures
of class folders, in turn from each, and sends them to `headstart studio` as its page does.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from benchmarks.serving_clients import TOKEN, answer, told

SUFFIXES = (".jpg", ".jpeg", ".png")


def pictures(folder: Path, count: int) -> list[tuple[str, Path]]:
    """Classes and files, in turn from each class."""
    classes = {
        one.name: sorted(file for file in one.iterdir() if file.suffix.lower() in SUFFIXES)
        for one in sorted(folder.iterdir())
        if one.is_dir()
    }
    most = max(map(len, classes.values()))
    found = [
        (name, files[number])
        for number in range(most)
        for name, files in classes.items()
        if number < len(files)
    ]
    return found[:count]


async def asked(port: int, path: str, body: bytes | None, kind: str) -> dict[str, object]:
    """One request as the page makes it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}"]
    lines += [f"Authorization: Bearer {TOKEN}", "X-Headstart: page", "Connection: close"]
    lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"] if body is not None else []
    writer.write("\r\n".join([*lines, "", ""]).encode() + (body or b""))
    status, text = await answer(reader)
    writer.close()
    if status != 200:
        raise SystemExit(f"{path}: {status} {text.decode()}")
    return json.loads(text)


async def dropped(port: int, files: Sequence[tuple[str, Path]], at_once: int) -> None:
    """Make the classes and send every file."""
    for name in sorted({name for name, _ in files}):
        body = json.dumps({"name": name}).encode()
        await asked(port, "/class", body, "application/json")
    left = list(reversed(files))

    async def one() -> None:
        while left:
            label, file = left.pop()
            path = f"/file?class={quote(label)}&name={quote(file.name)}"
            await asked(port, path, file.read_bytes(), "application/octet-stream")

    await asyncio.gather(*(one() for _ in range(at_once)))


async def outcome(
    port: int, count: int, began: float, most_s: float = 1800.0
) -> tuple[float, dict]:
    """Wait for figures of a run on so many examples."""
    first, version = 0.0, 0
    while time.perf_counter() - began < most_s:
        state = await asked(port, f"/state?after={version}", None, "")
        version = int(str(state["version"]))
        found = state["outcome"]
        first = first or (time.perf_counter() - began if found else 0.0)
        if isinstance(found, dict) and not found["stale"]:
            return first, found
        if isinstance(state["training"], dict) and state["training"].get("phase") == "failed":
            raise SystemExit(str(state["training"]))
    raise SystemExit(f"no number for {count} pictures in {most_s:.0f} s")


def measured(files: Sequence[tuple[str, Path]], at_once: int) -> None:
    with tempfile.TemporaryDirectory() as place:
        command = [sys.executable, "-m", "headstart", "studio", place, "--port", "0", "--no-open"]
        with subprocess.Popen(
            [*command, "--token", TOKEN], stdout=subprocess.PIPE, text=True
        ) as it:
            assert it.stdout
            port = int(it.stdout.readline().split(":")[2].split("/")[0])
            time.sleep(3)
            began = time.perf_counter()
            asyncio.run(dropped(port, files, at_once))
            sent = time.perf_counter() - began
            try:
                first, found = asyncio.run(outcome(port, len(files), began))
            finally:
                it.terminate()
            last = time.perf_counter() - began
        text = f"sent {sent:.1f} s, first number {first:.1f} s, of all {last:.1f} s"
        told(f"{len(files)} pictures", f"{text}; right on {found['right']} of {found['of']}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--counts", type=int, nargs="+", default=[200, 1000])
    parser.add_argument("--at-once", type=int, default=4)
    told_to = parser.parse_args()
    for count in told_to.counts:
        measured(pictures(told_to.folder, count), told_to.at_once)


if __name__ == "__main__":
    main()

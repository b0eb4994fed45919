import os
import tarfile
from pathlib import Path

import pytest

from headstart import durable
from headstart.errors import ResourceError, UsageError
from headstart.events import quiet
from headstart.share import fetched_runtime, runtime_version, web_runtime
from headstart.share.web_runtime import PARTS

FACTS = '{"name": "onnxruntime-web", "version": "1.30.0"}'


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for part in PARTS:
        durable.write(tmp_path / "package" / part, f"// {part}")
    durable.write(tmp_path / "package" / "package.json", FACTS)
    return tmp_path / "package"


@pytest.fixture
def npm(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A command that gives the package, and notes that it was asked."""
    with tarfile.open(tmp_path / "given.tgz", "w:gz") as packed:
        packed.add(package, "package")
    digest = web_runtime._sha512(tmp_path / "given.tgz")
    monkeypatch.setattr(web_runtime, "_SHA512", digest)
    script = f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\ncp {tmp_path}/given.tgz "$5/a.tgz"\n'
    durable.write(tmp_path / "bin" / "npm", script)
    (tmp_path / "bin" / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    return tmp_path / "asked"


def test_the_package_says_its_version(package: Path) -> None:
    assert runtime_version(package) == "1.30.0"


@pytest.mark.parametrize("lacking", ["package.json", *PARTS])
def test_a_folder_without_a_part_of_it_is_refused_with_the_command(lacking, package) -> None:
    (package / lacking).unlink()
    with pytest.raises(UsageError, match="U210") as refused:
        runtime_version(package)
    assert "npm install onnxruntime-web@1.30.0" in refused.value.fix


@pytest.mark.parametrize("facts", ['{"name": "onnxruntime-node", "version": "1"}', "[]", "{"])
def test_another_package_is_refused(facts, package) -> None:
    (package / "package.json").write_text(facts)
    with pytest.raises(UsageError, match="U210"):
        runtime_version(package)


def test_npm_is_asked_once_and_what_it_gave_is_kept(npm, tmp_path) -> None:
    first = fetched_runtime(tmp_path / "cache", quiet)
    assert (
        runtime_version(first) == "1.30.0" and fetched_runtime(tmp_path / "cache", quiet) == first
    )
    assert len(npm.read_text().splitlines()) == 1


def test_another_archive_is_refused_and_nothing_is_kept(npm, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(web_runtime, "_SHA512", "another")
    with pytest.raises(ResourceError, match="R341"):
        fetched_runtime(tmp_path / "cache", quiet)
    assert not (tmp_path / "cache").exists()


def test_without_npm_or_a_network_the_command_is_said(npm, tmp_path, monkeypatch) -> None:
    (tmp_path / "given.tgz").unlink()
    with pytest.raises(ResourceError, match=r"given\.tgz"):
        fetched_runtime(tmp_path / "cache", quiet)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ResourceError, match="--runtime node_modules"):
        fetched_runtime(tmp_path / "cache", quiet)

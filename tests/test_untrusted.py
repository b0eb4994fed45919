"""What a stranger's folder may hold, and where each limit lies."""

import hashlib
import json
import os
import struct
from pathlib import Path

import pytest

from headstart import untrusted
from headstart.errors import SecurityError
from headstart.untrusted import DEPTH, LARGEST, Damaged


def seal(folder: Path, **files: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    told = [
        {"name": name, "size": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
        for name, raw in files.items()
    ]
    (folder / untrusted.MANIFEST).write_text(json.dumps({"files": told}))
    return folder


def name_instead(folder: Path, **entry: object) -> Path:
    told = json.loads((folder / untrusted.MANIFEST).read_text())
    told["files"].append({"size": 0, "sha256": "x", **entry})
    (folder / untrusted.MANIFEST).write_text(json.dumps(told))
    return folder


def test_a_folder_as_it_was_sealed_is_read(tmp_path) -> None:
    found = untrusted.sealed(seal(tmp_path / "m", a=b"1", b=b""))
    found.compare(("a", "b"))
    assert found.content("a") == b"1"


@pytest.mark.parametrize("name", ["/dev/zero", "../out", "a/../../out", "./a", "a\\b", "a\0"])
def test_names_that_lead_out_are_refused(name, tmp_path) -> None:
    (tmp_path / "out").write_bytes(b"")
    with pytest.raises(SecurityError, match="S614"):
        untrusted.sealed(name_instead(seal(tmp_path / "m", a=b"1"), name=name))


@pytest.mark.parametrize("name", ["", 7, None, ["a"], "x" * 1001])
def test_names_that_are_none_are_damage(name, tmp_path) -> None:
    with pytest.raises(Damaged):
        untrusted.sealed(name_instead(seal(tmp_path / "m", a=b"1"), name=name))


def test_links_pipes_and_folders_are_no_files(tmp_path) -> None:
    folder = seal(tmp_path / "m", a=b"1", b=b"2")
    for make in (lambda p: p.symlink_to(folder / "b"), os.mkfifo):
        (folder / "a").unlink(missing_ok=True)
        make(folder / "a")
        with pytest.raises(SecurityError, match="S614"):
            untrusted.sealed(folder)
    (folder / "a").unlink()
    (folder / "a").mkdir()
    with pytest.raises(Damaged, match="a folder"):
        untrusted.sealed(folder)


def test_sizes_are_compared_before_contents(tmp_path, monkeypatch) -> None:
    folder = seal(tmp_path / "m", a=b"1", b=b"2")
    with (folder / "b").open("wb") as file:
        file.truncate(1 << 40)
    monkeypatch.setattr(hashlib, "file_digest", None)
    with pytest.raises(Damaged, match="the manifest says 1"):
        untrusted.sealed(folder)


@pytest.mark.parametrize(("most", "fine"), [(4, True), (3, False)])
def test_plain_files_are_bounded_and_tensors_are_not(most, fine, tmp_path) -> None:
    folder = seal(tmp_path / "m", **{"a.json": b"1234", "b.safetensors": b"12345"})
    if fine:
        untrusted.sealed(folder, most)
    else:
        with pytest.raises(Damaged, match="3 are read"):
            untrusted.sealed(folder, most)


def test_contents_are_compared_with_digests_and_names_must_be_there(tmp_path) -> None:
    folder = seal(tmp_path / "m", a=b"1")
    (folder / "a").write_bytes(b"2")
    found = untrusted.sealed(folder)
    for look in (found.compare, lambda: found.content("a")):
        with pytest.raises(Damaged, match="differs"):
            look()
    with pytest.raises(Damaged, match="does not name b"):
        found.compare(("b",))


@pytest.mark.parametrize(
    "text",
    [
        *("NaN", "-Infinity", "1e999", str(LARGEST + 1), "1" * 5000, '{"a": 1, "a": 1}', "{", ""),
        *("[" * (DEPTH + 1) + "]" * (DEPTH + 1), "[" * 200_000 + "]" * 200_000),
    ],
    ids=range(10),
)
def test_json_out_of_bounds_is_damage(text) -> None:
    with pytest.raises(Damaged):
        untrusted.parsed(text)


@pytest.mark.parametrize(
    "text", ["1e308", str(LARGEST), str(-LARGEST), "[" * (DEPTH - 1) + "1" + "]" * (DEPTH - 1)]
)
def test_json_within_bounds_is_read(text) -> None:
    assert untrusted.parsed(text) == json.loads(text)


def test_json_is_utf8_and_no_longer_than_it_may_be() -> None:
    with pytest.raises(Damaged, match="UTF-8"):
        untrusted.parsed(b'"\xff"')
    assert untrusted.parsed(b"[1]", 3) == [1]
    with pytest.raises(Damaged, match="2 are read"):
        untrusted.parsed(b"[1]", 2)


def tensors(place: Path, header: object, data: bytes) -> Path:
    raw = json.dumps(header).encode()
    place.write_bytes(struct.pack("<Q", len(raw)) + raw + data)
    return place


ONE = {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]}


def test_a_header_tells_shapes_and_what_stands_for_another(tmp_path) -> None:
    again = {"__metadata__": {"again": json.dumps({"b": "a"})}, "a": ONE}
    place = tensors(tmp_path / "x.safetensors", again, bytes(8))
    assert untrusted.header(place) == {"a": (2, 1), "b": (2, 1)}


@pytest.mark.parametrize("size", [7, 9])
def test_a_header_that_does_not_fit_the_size_is_damage(size, tmp_path) -> None:
    with pytest.raises(Damaged, match="header does not say"):
        untrusted.header(tensors(tmp_path / "x.safetensors", {"a": ONE}, bytes(size)))


WRONG = [
    {"a": {**ONE, "shape": [3, 1]}},
    {"a": {**ONE, "shape": [-2, -1]}},
    {"a": {**ONE, "shape": [2.0, 1]}},
    {"a": {**ONE, "dtype": "F31"}},
    {"a": {**ONE, "data_offsets": [0]}},
    {"a": ONE, "b": ONE},
    {"a": 1},
    [1],
    {"a": ONE, "__metadata__": {"again": '{"b": "c"}'}},
    {"a": ONE, "__metadata__": {"again": "[]"}},
    {"a": ONE, "__metadata__": 3},
]


@pytest.mark.parametrize("header", WRONG)
def test_headers_that_describe_no_tensors_are_damage(header, tmp_path) -> None:
    with pytest.raises(Damaged):
        untrusted.header(tensors(tmp_path / "x.safetensors", header, bytes(8)))


@pytest.mark.parametrize(
    "record",
    [
        {"auto_map": {"AutoModel": "x.Y"}},
        {"text_config": [{"auto_map": 1}]},
        {"trust_remote_code": True},
        {"quantization_config": {"quant_method": "gptq"}},
        {"_attn_implementation": "somebody/kernel"},
        {"model_type": "timm_wrapper"},
        {"base_model_name_or_path": "somebody/model"},
    ],
)
def test_configurations_that_name_code_are_refused(record) -> None:
    with pytest.raises(SecurityError, match="S612"):
        untrusted.refuse_code(record, "here")


@pytest.mark.parametrize(
    "record", [{"_attn_implementation": "sdpa"}, {"use_pretrained_backbone": False}, {"a": ["b"]}]
)
def test_plain_configurations_are_not(record) -> None:
    untrusted.refuse_code(record, "here")

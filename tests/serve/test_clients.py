"""Clients that others made of the Open Inference Protocol, over a real socket."""

import hashlib
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from test_serving import MAIN, TOKEN

HEADERS = {"Authorization": f"Bearer {TOKEN}"}
PIXELS = np.arange(2 * 4 * 5 * 3, dtype=np.uint8).reshape(2, 4, 5, 3)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    run = tmp_path_factory.mktemp("served") / "photos"
    (run / "model").mkdir(parents=True)
    for name in ("manifest.json", "model.json"):
        (run / "model" / name).write_text("{}")
    with pytest.MonkeyPatch.context() as patch:
        source = Path(__file__).parents[2] / "src"
        patch.setenv("PYTHONPATH", f"{Path(__file__).parent}:{source}")
        command = [sys.executable, "-c", MAIN, str(run), TOKEN]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as it:
            yield int(it.stdout.readline().split(":")[2].split("/")[0])
            it.kill()


@pytest.fixture
def triton(port: int):
    http = pytest.importorskip("tritonclient.http")
    with http.InferenceServerClient(f"127.0.0.1:{port}") as client:
        for _ in range(600):
            if client.is_server_ready(headers=HEADERS):
                break
        yield http, client


def asked(triton, name: str, data: np.ndarray, kind: str, *, binary: bool = True, **more):
    http, client = triton
    one = http.InferInput(name, list(data.shape), kind)
    one.set_data_from_numpy(data, binary_data=binary)
    own = dict(HEADERS)  # the client writes into it
    return client.infer("photos", [one], headers=own, **more)


@pytest.mark.journey
def test_triton_s_client_asks_what_there_is(triton) -> None:
    _, client = triton
    assert client.is_server_live(headers=HEADERS) and client.is_server_ready(headers=HEADERS)
    assert client.is_model_ready("photos", headers=HEADERS)
    assert not client.is_model_ready("nosuch", headers=HEADERS)
    assert client.get_server_metadata(headers=HEADERS)["name"] == "headstart"
    told = client.get_model_metadata("photos", headers=HEADERS)
    assert told["name"] == "photos" and {one["name"] for one in told["outputs"]} >= {"label"}
    assert [one["name"] for one in client.get_model_repository_index(headers=HEADERS)] == ["photos"]


@pytest.mark.journey
def test_triton_s_client_sends_files_and_tensors_to_the_byte(triton) -> None:
    files = np.array([b"\x00\xffone", bytes(range(90))], dtype=object)
    found = asked(triton, "file", files, "BYTES")
    assert [one.decode().encode("latin-1") for one in found.as_numpy("label")] == files.tolist()
    assert found.as_numpy("probabilities").tolist() == [[0.75, 0.25]] * 2
    for data, kind in ((PIXELS, "UINT8"), (PIXELS.astype(np.float32) / 255, "FP32")):
        for binary in (True, False):
            labels = asked(triton, "pixels", data, kind, binary=binary).as_numpy("label")
            sums = [hashlib.md5(row.tobytes()).hexdigest() for row in data]
            assert [one.decode().split()[-1] for one in labels] == sums, (kind, binary)


@pytest.mark.journey
def test_triton_s_client_chooses_outputs_and_is_told_what_is_wrong(triton) -> None:
    http, client = triton
    for binary in (True, False):
        wanted = [http.InferRequestedOutput("probability", binary_data=binary)]
        found = asked(triton, "file", np.array([b"x"], dtype=object), "BYTES", outputs=wanted)
        assert found.as_numpy("probability").tolist() == [0.75]
        assert found.as_numpy("label") is None
    refused = pytest.importorskip("tritonclient.utils").InferenceServerException
    with pytest.raises(refused, match="D121"):
        asked(triton, "file", np.array([b"bad"], dtype=object), "BYTES")
    with pytest.raises(refused, match="token"):
        client.infer("photos", [http.InferInput("file", [0], "BYTES")])


@pytest.mark.journey
def test_mlserver_s_codecs_speak_to_it_to_the_byte(port: int) -> None:
    """Skipped where MLServer is not installed, which it can't be beside us.

    1.7.1 wants fastapi below 0.116, and that a starlette below 0.47. Tried with the codecs and
    types of its wheel alone, and an empty `mlserver/__init__.py` before them (November 2026).
    """
    codecs = pytest.importorskip("mlserver.codecs")
    types = pytest.importorskip("mlserver.types")
    files = [b"x", bytes(range(90))]
    sent = ("pixels", PIXELS, codecs.NumpyCodec), ("file", files, codecs.Base64Codec)
    for name, data, codec in sent:
        inputs = [codec.encode_input(name, data)]
        asked = types.InferenceRequest(inputs=inputs).model_dump_json(exclude_none=True)
        answer = types.InferenceResponse.model_validate_json(posted(port, asked.encode()))
        labels = codecs.StringCodec.decode_output(answer.outputs[0])
        if name == "file":
            assert [one.encode("latin-1") for one in labels] == files
        else:
            sums = [hashlib.md5(row.tobytes()).hexdigest() for row in data]
            assert [one.split()[-1] for one in labels] == sums
        shares = codecs.NumpyCodec.decode_output(answer.outputs[3])
        assert shares.tolist() == [[0.75, 0.25]] * 2


def posted(port: int, body: bytes) -> bytes:
    address = f"http://127.0.0.1:{port}/v2/models/photos/infer"
    typed = {**HEADERS, "Content-Type": "application/json"}
    request = urllib.request.Request(address, body, typed)
    with urllib.request.urlopen(request, timeout=30) as told:
        return told.read()

"""Clients that others made of the Open Inference Protocol, over a real socket."""

import hashlib
import subprocess
import sys
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
def test_mlserver_s_codecs_speak_to_it(port: int) -> None:
    codecs = pytest.importorskip("mlserver.codecs")
    types = pytest.importorskip("mlserver.types")
    requests = pytest.importorskip("requests")
    address = f"http://127.0.0.1:{port}/v2/models/photos/infer"
    for name, data, codec in (("pixels", PIXELS, codecs.NumpyCodec), ("file", [b"x\xff"], None)):
        made = (codec or codecs.Base64Codec).encode_input(name, data)
        body = types.InferenceRequest(inputs=[made]).model_dump(mode="json", exclude_none=True)
        told = requests.post(address, json=body, headers=HEADERS, timeout=30)
        assert told.status_code == 200, told.text
        answer = types.InferenceResponse.model_validate(told.json())
        labels = codecs.StringCodec.decode_output(answer.outputs[0])
        assert len(labels) == len(data)

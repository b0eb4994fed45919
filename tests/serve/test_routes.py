"""Every address: what it answers, and that the door stands before all of them."""

import asyncio
import base64
import json

import pytest
from asking import HOST, PORT, answered, ask, scope_of
from servers import BEARER, NAMED, TOKEN, Models, Served, app
from starlette.routing import Route
from test_lock import FOREIGN, ORIGINS

from headstart.serve.counters import Counters
from headstart.serve.documents import Signature
from headstart.serve.lock import Lock
from headstart.serve.routes import Desk

APP = app()
ROUTES = Desk(Models(), Lock(PORT, TOKEN), Counters()).routes()
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW")
PATHS = [
    *{route.path.format(name="photos", version="v1") for route in ROUTES},
    "/nowhere", "/static/../x", "//", "/v2/", "*",
]  # fmt: skip
UPLOAD = ("Content-Type", "image/png")


def form(*contents: bytes) -> tuple[tuple[str, str], bytes]:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    body = b"".join(head + content + b"\r\n" for content in contents) + b"--b--\r\n"
    return ("Content-Type", "multipart/form-data; boundary=b"), body


SITES = ("cross-site", "same-site", "other")
LIES = [
    *[(421, host, ()) for host in FOREIGN],
    *[(403, HOST, (("Origin", origin),)) for origin in ORIGINS],
    *[(403, HOST, (("Sec-Fetch-Site", site),)) for site in SITES],
    (401, HOST, None),
]


@pytest.mark.parametrize("method", METHODS)
def test_no_route_and_no_method_is_reached_by_another_name_site_or_page(method: str) -> None:
    models = Models()
    door = app(models)

    async def every() -> None:
        for path in PATHS:
            for status, host, told in LIES:
                headers = [] if told is None else [BEARER, *told]
                found = await answered(door, scope_of(method, path, headers, host))
                assert found.status == (status if path != "*" else 421), (path, host, told)

    asyncio.run(every())
    assert not models.one.asked


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_its_own_page_reaches_every_route(site: str) -> None:
    own = [BEARER, ("Sec-Fetch-Site", site), ("Origin", f"http://{HOST}")]
    for route in ROUTES:
        path = route.path.format(name="photos", version="v1")
        for method in route.methods or ():
            assert ask(APP, method, path, own).status in (200, 204, 400, 422), path


SIMPLE = ("text/plain", "multipart/form-data", "application/x-www-form-urlencoded")


@pytest.mark.parametrize("kind", SIMPLE)
def test_a_form_of_another_site_changes_nothing(kind: str) -> None:
    models = Models()
    forged = [("Content-Type", kind), ("Origin", "http://evil.example")]
    cookie = ("Cookie", f"{Lock(PORT, TOKEN).cookie_name}={Lock(PORT, TOKEN).cookie}")
    for route in ROUTES:
        path = route.path.format(name="photos", version="v1")
        assert ask(app(models), "POST", path, [*forged, cookie], b"x").status == 403
    assert not models.one.asked


def test_a_browser_gets_a_cookie_that_opens_everything() -> None:
    found = ask(APP, "POST", "/session", [BEARER])
    cookie = found.header("set-cookie")
    assert found.status == 204 and "HttpOnly" in cookie and "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert ask(APP, headers=[("Cookie", cookie.partition(";")[0])]).status == 200


def test_files_are_answered_in_order_as_the_command_does() -> None:
    kind, body = form(b"1", b"odd", b"bad")
    found = ask(APP, "POST", "/predict", [BEARER, kind], body)
    assert found.status == 200
    first, second, third = found.json()
    assert (first["file"], first["label"], first["sure"]) == ("a.png", "a", True)
    assert not second["sure"] and third["error"]["code"] == "D121"


def test_nothing_but_broken_files_is_an_error() -> None:
    found = ask(APP, "POST", "/predict", [BEARER, UPLOAD], b"bad")
    assert found.status == 422 and found.json()["error"]["code"] == "D121"
    kind, body = form(b"bad", b"bad2")
    assert len(ask(APP, "POST", "/predict", [BEARER, kind], body).json()["errors"]) == 2


def test_a_full_server_says_so() -> None:
    found = ask(APP, "POST", "/predict", [BEARER, UPLOAD], b"full")
    assert found.status == 503 and found.header("retry-after") == "1"


def infer(*data: bytes, models: Models | None = None, **more: object):
    coded = [base64.b64encode(one).decode() for one in data]
    one = {"name": "image", "shape": [len(data)], "datatype": "BYTES", "data": coded}
    body = json.dumps({"inputs": [one], **more}).encode()
    return ask(app(models), "POST", "/v2/models/photos/infer", [BEARER], body)


def test_tensors_are_answered_as_tensors() -> None:
    found = infer(b"1", b"2", id="7").json()
    assert (found["model_name"], found["model_version"], found["id"]) == ("photos", "v1", "7")
    assert found["outputs"][0] == {
        "name": "label", "shape": [2], "datatype": "BYTES", "data": ["a", "a"],
    }  # fmt: skip


def test_errors_of_the_protocol_are_strings() -> None:
    found = infer(b"1", b"bad")
    assert found.status == 422 and "this is not a picture" in found.json()["error"]
    for path in ("/v2/models/nosuch", "/v2/models/photos/versions/v2", "/v2/nowhere"):
        found = ask(APP, "GET", path, [BEARER])
        assert found.status == 404 and isinstance(found.json()["error"], str), path


def test_raw_bytes_follow_the_json_and_come_back_behind_it() -> None:
    raw = b"\x01\x00\x00\x001"
    one = {
        "name": "image",
        "shape": [1],
        "datatype": "BYTES",
        "parameters": {"binary_data_size": 5},
    }
    label = {"name": "label", "parameters": {"binary_data": True}}
    text = json.dumps({"inputs": [one], "outputs": [label]}).encode()
    length = ("Inference-Header-Content-Length", str(len(text)))
    found = ask(APP, "POST", "/v2/models/photos/infer", [BEARER, length], text + raw)
    size = int(found.header("inference-header-content-length"))
    assert found.status == 200 and found.body[size:] == b"\x01\x00\x00\x00a"
    for wrong in ("-1", "x", "99999", "", str(len(text) + 1)):
        length = ("Inference-Header-Content-Length", wrong)
        assert ask(APP, "POST", "/v2/models/photos/infer", [BEARER, length], text).status == 400


TRAVERSALS = [
    up * depth + name
    for up in (
        "../",
        "..%2f",
        "%2e%2e/",
        "%2e%2e%2f",
        "..\\",
        "..%5c",
        "....//",
        "..%c0%af",
        "..;/",
        "%252e%252e%252f",
    )
    for depth in (1, 4)
    for name in ("etc/passwd", "model.json", "photos")
]


ODD = ("/etc/passwd", "photos%00", "%2fetc", "photos/../photos")


@pytest.mark.parametrize("name", [*TRAVERSALS, *ODD])
def test_no_name_of_a_client_is_ever_a_path(name: str) -> None:
    for path in (f"/v2/models/{name}", f"/v2/models/photos/versions/{name}", f"/{name}"):
        assert ask(APP, "GET", path, [BEARER]).status == 404, path
    found = ask(APP, "POST", f"/predict?model={name}", [BEARER, UPLOAD], b"1")
    assert found.status == 404 and b"root:" not in found.body


def test_health_is_that_of_server_and_models() -> None:
    assert ask(APP, "GET", "/v2/health/live", [BEARER]).json() == {"live": True}
    assert ask(APP, "GET", "/v2/health/ready", [BEARER]).status == 200
    waiting = app(Models(ready=False))
    assert ask(waiting, "GET", "/v2/health/ready", [BEARER]).status == 503
    assert ask(waiting, "GET", "/v2/health/live", [BEARER]).status == 200


def test_figures_count_what_was_said() -> None:
    door = app()
    kind, body = form(b"1", b"odd", b"bad")
    ask(door, "POST", "/predict", [BEARER, kind], body)
    text = ask(door, "GET", "/metrics", [BEARER]).body.decode()
    for word, count in (("sure", 1), ("not_sure", 1), ("failed", 1)):
        assert f'headstart_predictions_total{{model="photos",said="{word}"}} {count}' in text
    assert 'headstart_waiting{model="photos"} 3' in text
    assert 'route="/predict",status="200"} 1' in text


def test_what_is_unlike_anything_it_learned_from_is_counted_against_what_was_promised() -> None:
    signature = NAMED.model_copy(update={"sure_share": 0.8, "familiar_above": 0.05})
    door = app(Models(Served(signature=signature)))
    kind, body = form(b"1", b"familiar 0.05", b"familiar 0.051")
    ask(door, "POST", "/predict", [BEARER, kind], body)
    text = ask(door, "GET", "/metrics", [BEARER]).body.decode()
    assert 'headstart_unfamiliar_total{model="photos"} 1' in text
    assert 'headstart_expected_sure_share{model="photos"} 0.8' in text


def test_texts_are_refused_by_a_model_of_pictures_and_read_by_one_of_texts() -> None:
    body, kind = b'{"text": "a"}', ("Content-Type", "application/json")
    assert ask(APP, "POST", "/predict", [BEARER, kind], body).status == 422
    signature = Signature(kind="text", things="texts", task="classification", classes=["a"])
    models = Models(Served(signature=signature))
    assert ask(app(models), "POST", "/predict", [BEARER, kind], body).json()[0]["file"] == "a"


def test_every_route_is_a_plain_one() -> None:
    assert all(type(route) is Route for route in ROUTES)
    assert ask(APP, "GET", "/predict/", [BEARER]).status == 404  # no redirects made of Host


def test_what_was_said_since_the_start_is_told_beside_each_model() -> None:
    for above, unfamiliar in ((None, 0), (0.05, 1)):
        door = app(Models(Served(signature=NAMED.model_copy(update={"familiar_above": above}))))
        for body in (b"good", b"odd", b"familiar 0.01", b"bad"):
            ask(door, "POST", "/predict", [BEARER], body)
        (one,) = ask(door, "GET", "/models", [BEARER]).json()
        assert one["seen"] == {"sure": 2, "not_sure": 1, "unfamiliar": unfamiliar}
        assert one["familiar_above"] == above and one["name"] == "photos"

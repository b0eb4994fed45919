import pytest

from headstart.backbone.addresses import address_of, need_safe
from headstart.errors import BackboneError, SecurityError


@pytest.mark.parametrize(
    "url",
    [
        *("https://example.org/a/index.json", "http://127.0.0.1:8000/index.json"),
        *("http://localhost/x/index.json", "http://[::1]:1/index.json", "s3://bucket/index.json"),
    ],
)
def test_encrypted_addresses_and_this_machine_are_safe(url: str) -> None:
    assert address_of(url).url == url


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/index.json", "http://127.0.0.1.example.org/x", "http://10.0.0.1/x"),
        *("file:///etc/index.json", "local://x", "https://me:secret@example.org/index.json"),
        "simplecache::s3://bucket/index.json",
    ],
)
def test_any_other_address_is_refused(url: str) -> None:
    with pytest.raises(SecurityError, match="S623"):
        address_of(url)


def test_nobody_else_sends_us_to_this_machine() -> None:
    need_safe("http://127.0.0.1:2/x", before="http://127.0.0.1:1/x")
    with pytest.raises(SecurityError, match="sends us to this one"):
        need_safe("http://127.0.0.1:2/x", before="https://example.org/x")
    with pytest.raises(SecurityError, match="redirect"):
        need_safe("ftp://example.org/x", before="https://example.org/x")


def test_a_folder_s_address_means_the_list_in_it() -> None:
    address = address_of("https://example.org/hues/#sha256=" + "0" * 64)
    assert address.url == "https://example.org/hues/index.json" and address.pin == "0" * 64
    assert address.beside("headstart/a.json") == "https://example.org/hues/headstart/a.json"
    assert address_of("s3://b/hues").beside("x") == "s3://b/hues/x"
    with pytest.raises(BackboneError, match="M496"):
        address_of("https://example.org/#sha256=12")

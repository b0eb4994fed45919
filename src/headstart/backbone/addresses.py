"""Which addresses backbones are fetched from: https, http on this machine, stores of fsspec."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from headstart.errors import BackboneError, SecurityError
from headstart.hostile import printable

HUB = "hf://"
WEB = frozenset({"http", "https"})
_FRAGMENT = re.compile(r"sha256[:=]([0-9a-f]{64})")
_LOCAL = frozenset({"file", "local"})


@dataclass(frozen=True)
class Address:
    """Where an `index.json` is."""

    url: str
    """Without the digest behind it."""
    pin: str = ""
    """The SHA-256 that the index must have; empty where nobody said."""

    def beside(self, name: str) -> str:
        """A file of the same folder."""
        if scheme_of(self.url) in WEB:
            return urljoin(self.url, name)
        return f"{self.url.rpartition('/')[0]}/{name}"


def is_address(name: str) -> bool:
    """Whether a backbone's name says that it is elsewhere."""
    return "://" in name


def scheme_of(url: str) -> str:
    """What stands before "://", in lower case."""
    return url.partition("://")[0].lower()


def address_of(text: str) -> Address:
    """The index that somebody named, or that lies in the folder which was named.

    Raises `SecurityError` for plain http to another machine, `BackboneError` for a pin that is
    none.

    >>> address_of("https://example.org/hues").url
    'https://example.org/hues/index.json'
    """
    url, _, fragment = text.partition("#")
    if fragment and not _FRAGMENT.fullmatch(fragment):
        raise BackboneError(
            "M496",
            f"this is no digest: #{printable(fragment)}",
            "#sha256=HEX, with the 64 digits of index.json's SHA-256",
            where=printable(url),
        )
    need_safe(url)
    named = url if url.endswith(".json") else f"{url.rstrip('/')}/index.json"
    return Address(named, fragment[7:])


def need_safe(url: str, before: str = "") -> None:
    """Raise `SecurityError` where fetching from this address would be unsafe.

    Plain http is for this machine alone; `before` is the address that sent us here: another machine
    must not send us to this one, nor from https to http.
    """
    scheme, why = scheme_of(url), ""
    parts = urlsplit(url)
    if scheme in _LOCAL or "::" in scheme:
        why = "it names a file of this machine in the form of a URL"
    elif scheme in WEB and (parts.username or parts.password):
        why = "a password in an address ends up in logs"
    elif scheme == "http" and not is_loopback(parts.hostname or ""):
        why = "anybody on the way can change what plain http brings"
    elif before and scheme not in WEB:
        why = f"a redirect to {scheme}://"
    elif before and is_loopback(parts.hostname or "") and not is_loopback(host_of(before)):
        why = "another machine sends us to this one"
    if why:
        raise SecurityError(
            "S623",
            "nothing is fetched from such an address",
            "https://…, hf://owner/name, or a folder",
            where=printable(url, 300),
            why=why,
        )


def host_of(url: str) -> str:
    """The machine's name; empty where there is none."""
    return urlsplit(url).hostname or ""


def is_loopback(host: str) -> bool:
    """Whether a name is this machine's own.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost.example.org")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

"""Who may ask: by the name a server is called, by the page that asks, by the token.

A page of another site can send requests to servers on loopback, and by rebinding its name even
read the answers. Names are therefore compared with a list, never with each other.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from starlette.types import Scope

from headstart.serve.http_errors import Refusal
from headstart.serve.limits import header_of

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_NAME = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+\]")
_HOST = re.compile(rf"({_NAME.pattern})(?::(\d{{1,5}}))?", re.ASCII)


def new_token() -> str:
    """192 random bits, to be used in addresses."""
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Lock:
    """The names and the secret of one server."""

    port: int
    token: str | None
    """None: everybody on this machine may ask."""
    names: tuple[str, ...] = ()
    """Names that it is reached by besides those of loopback: "host" or "host:port"."""

    @property
    def cookie_name(self) -> str:
        """Servers on several ports share the cookies of a browser."""
        return f"headstart-{self.port}"

    @property
    def cookie(self) -> str:
        """What a browser keeps in the token's place."""
        return hmac.new((self.token or "").encode(), b"cookie", hashlib.sha256).hexdigest()

    def need_allowed(self, scope: Scope) -> None:
        """Raise `Refusal` unless name, page and token are right, in this order."""
        host = self._named(scope)
        self._need_own_page(scope, host)
        self._need_token(scope)

    def _named(self, scope: Scope) -> str:
        """What the server was called. Raises `Refusal` where it is not called that."""
        told = header_of(scope, b"host")
        host = told[0].decode("latin-1").lower() if len(told) == 1 else ""
        found = _HOST.fullmatch(host)
        if found is None or not (self._own(*found.groups()) and _plain_path(scope)):
            own = f"http://127.0.0.1:{self.port}/"
            fix = f"ask {own}, or start with --allow-host NAME"
            raise Refusal("H421", 421, "this server is not called that", fix)
        return host

    def _own(self, name: str, port: str | None) -> bool:
        if name in LOOPBACK:
            return port is None or int(port) == self.port
        named = name if port is None else f"{name}:{port}"
        return named in self.names or (name in self.names and port == str(self.port))

    def _need_own_page(self, scope: Scope, host: str) -> None:
        sites, origins = header_of(scope, b"sec-fetch-site"), header_of(scope, b"origin")
        if sites and sites not in ([b"same-origin"], [b"none"]):
            raise Refusal("H403", 403, "another site asked", "open this server's own page")
        schemes = ("http",) if host.rpartition(":")[0] in LOOPBACK else ("http", "https")
        own = [[f"{scheme}://{host}".encode()] for scheme in schemes]
        if origins and origins not in own:
            raise Refusal("H406", 403, "a page of another site asked", "ask from its own page")

    def _need_token(self, scope: Scope) -> None:
        if self.token is None:
            return
        told = header_of(scope, b"authorization")
        if len(told) == 1 and told[0][:7].lower() == b"bearer ":
            right = hmac.compare_digest(told[0][7:].strip(), self.token.encode())
        else:
            kept = _cookies(scope, self.cookie_name)
            right = len(kept) == 1 and hmac.compare_digest(kept[0], self.cookie.encode())
        if not right:
            fix = 'send the header "Authorization: Bearer TOKEN", which the start of serve printed'
            raise Refusal("H401", 401, "the token is missing or wrong", fix)


def _plain_path(scope: Scope) -> bool:
    """Whether the request line holds a path, not a whole address, which would name a host too."""
    return bool((scope.get("raw_path") or scope["path"].encode()).startswith(b"/"))


def _cookies(scope: Scope, name: str) -> list[bytes]:
    pairs = (
        pair.strip().partition(b"=")
        for line in header_of(scope, b"cookie")
        for pair in line.split(b";")
    )
    return [value for key, _, value in pairs if key == name.encode()]

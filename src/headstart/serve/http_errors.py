"""Answers to requests that are refused: a status, a code, and what mends it."""

from dataclasses import dataclass

from headstart import durable


@dataclass(frozen=True)
class Refusal(Exception):
    """Why a request is not answered; raised anywhere on its way.

    >>> Refusal("H404", 404, "there is no such page", "GET /").body("/v2/x")
    b'{"error": "H404 there is no such page; GET /"}'
    """

    code: str
    status: int
    what: str
    fix: str
    why: str = ""
    retry_s: int = 0
    """Seconds after which it may be tried again; 0 where trying again does not help."""

    def body(self, path: str) -> bytes:
        """As JSON; below /v2 one string, which the Open Inference Protocol wants."""
        told: object = f"{self.code} {self.what}; {self.fix}"
        if not path.startswith("/v2"):
            told = {"code": self.code, "what": self.what, "where": "", "why": self.why}
            told = {**told, "fix": self.fix}
        return durable.to_json({"error": told}).encode()

    def headers(self) -> list[tuple[bytes, bytes]]:
        """What goes with the body."""
        found = [(b"content-type", b"application/json")]
        if self.retry_s:
            found.append((b"retry-after", str(self.retry_s).encode()))
        if self.status == 401:
            found.append((b"www-authenticate", b"Bearer"))
        return found

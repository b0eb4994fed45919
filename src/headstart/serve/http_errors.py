"""Answers to requests that are refused: a status, a code, and what mends it."""

from headstart import durable


class Refusal(Exception):
    """Why a request is not answered; raised anywhere on its way.

    `retry_s` are seconds after which it may be tried again; 0 where trying again does not help.

    >>> Refusal("H404", 404, "there is no such page", "GET /").body("/v2/x")
    b'{"error": "H404 there is no such page; GET /"}'
    """

    def __init__(
        self, code: str, status: int, what: str, fix: str, why: str = "", retry_s: int = 0
    ) -> None:
        super().__init__(code, status, what, fix, why, retry_s)
        self.code, self.status, self.what, self.fix = code, status, what, fix
        self.why, self.retry_s = why, retry_s

    def body(self, path: str) -> bytes:
        """As JSON; below /v2 one string, which the Open Inference Protocol wants."""
        why = f" ({self.why})" if self.why else ""
        told: object = f"{self.code} {self.what}{why}; {self.fix}"
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

"""HTTP credentials on top of the secret URL: Basic, and Digest (RFC 7616 with MD5, which both vendors know)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from enum import Enum, auto
from urllib.request import parse_http_list, parse_keqv_list

from helpdesk_tui.backend.endpoint.nonces import Nonces
from helpdesk_tui.backend.endpoint.requests import own_path
from helpdesk_tui.backend.model.environment import EndpointCredentials

REALM = "provisioning"
NONCE_LASTS = 300
"""Seconds."""
HIGHEST_COUNTER = 0xFFFFFFFF
"""`nc` has eight hexadecimal digits."""


class Check(Enum):
    """How credentials were found."""

    RIGHT = auto()
    WRONG = auto()
    STALE = auto()
    """Right or wrong, but with a nonce that is too old or was used up: the phone should answer a new one."""


class Credentials:
    """Challenges phones and checks their answers. `key` signs nonces; `nonces` knows those that were used."""

    def __init__(
        self, kind: EndpointCredentials, key: str, nonces: Nonces, now: Callable[[], float] = time.time
    ) -> None:
        self.kind = kind
        self._key = key.encode()
        self._nonces = nonces
        self._now = now

    def challenge(self, *, stale: bool) -> str:
        """The value of WWW-Authenticate."""
        if self.kind is EndpointCredentials.BASIC:
            return f'Basic realm="{REALM}"'
        again = ", stale=true" if stale else ""
        return f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{self._nonce()}"{again}'

    def check(self, header: str, method: str, uri: str, username: str, password: str) -> Check:
        """Check the value of Authorization for one request."""
        scheme, _, rest = header.partition(" ")
        if scheme.lower() == "basic" and self.kind is EndpointCredentials.BASIC:
            expected = base64.b64encode(f"{username}:{password}".encode())
            return Check.RIGHT if hmac.compare_digest(rest.strip().encode(), expected) else Check.WRONG
        if scheme.lower() == "digest" and self.kind is EndpointCredentials.DIGEST:
            return self._check_digest(rest, method, uri, username, password)
        return Check.WRONG

    def _check_digest(self, text: str, method: str, uri: str, username: str, password: str) -> Check:
        try:
            said = parse_keqv_list(parse_http_list(text))
            nonce, count = said["nonce"], int(said.get("nc", "1"), 16)
        except (ValueError, KeyError, IndexError):
            return Check.WRONG
        target = said.get("uri", "")
        own = own_path(target.encode())
        if (own.path.decode() if own else target) != uri or not self._is_ours(nonce):
            return Check.WRONG
        middle = f"{nonce}:{said.get('nc')}:{said.get('cnonce')}:auth" if said.get("qop") == "auth" else nonce
        secret = _md5(f"{username}:{REALM}:{password}")
        expected = _md5(f"{secret}:{middle}:{_md5(f'{method}:{target}')}")
        if not hmac.compare_digest(said.get("response", "").encode(), expected.encode()):
            return Check.WRONG
        return Check.RIGHT if self._is_new(nonce, count) else Check.STALE

    def _nonce(self) -> str:
        plain = f"{int(self._now()):x}-{self._nonces.new()}"
        return f"{plain}-{self._sign(plain)}"

    def _sign(self, plain: str) -> str:
        return hmac.new(self._key, f"nonce {plain}".encode(), hashlib.sha256).hexdigest()[:24]

    def _is_ours(self, nonce: str) -> bool:
        plain, _, signature = nonce.rpartition("-")
        return hmac.compare_digest(signature.encode(), self._sign(plain).encode())

    def _is_new(self, nonce: str, count: int) -> bool:
        """Whether this nonce is fresh and its counter was not used before."""
        made, _, rest = nonce.partition("-")
        if abs(self._now() - int(made, 16)) > NONCE_LASTS or not 0 < count <= HIGHEST_COUNTER:
            return False
        return self._nonces.use(rest.rpartition("-")[0], count)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

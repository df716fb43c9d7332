"""The phone's HTTP: real requests, with what is wrong around the phone played before them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.virtual_phone.boot import BootTrouble
from helpdesk_tui.backend.virtual_phone.faults import Fault, Talk, in_the_way

TIMEOUT = 10.0
"""Seconds."""

LARGEST_FILE = 300_000_000
"""Bytes; the largest images have 140 MB."""

_EXPIRED, _NOT_YET_VALID, _OTHER_NAME, _OTHER_ADDRESS = 10, 9, 62, 64
"""What OpenSSL says of certificates (X509_V_ERR_…)."""

_OF_CERTIFICATES = {
    _EXPIRED: "renew it",
    _NOT_YET_VALID: "check the clock",
    _OTHER_NAME: "ask for it by a name that stands in the certificate",
    _OTHER_ADDRESS: "ask for it by a name that stands in the certificate",
}
_OTHER_CERTIFICATES = "trust its authority (--trust), or let it send a certificate and chain that phones know"

_OF_TLS = {
    "WRONG_VERSION_NUMBER": ("{host} does not speak TLS", "check its port, and whether it is to be https"),
    "UNSUPPORTED_PROTOCOL": ("{host} speaks only TLS that is too old", "let it speak TLS 1.2"),
    "TLSV1_ALERT_PROTOCOL_VERSION": ("{host} refuses the TLS of this phone as too old", "let it speak TLS 1.2"),
}


class Web:
    """Fetches files for one phone."""

    def __init__(self, faults: Collection[Fault], reach: tuple[str, str] | None, verify: bool | str) -> None:
        """`reach` are two roots: what begins with the first is fetched from the second, under the first one's name.

        Raises BadInput when the file to verify with holds no authority.
        """
        self._faults = faults
        self._reach = reach
        try:
            context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
        except OSError as error:
            raise BadInput(f"{verify} holds no certificate authority: name a PEM file.") from error
        if verify is False:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        import httpx  # late: the demo starts without it

        self._client = httpx.Client(verify=context, timeout=TIMEOUT, follow_redirects=True)

    def close(self) -> None:
        self._client.close()

    def check(self, url: str) -> None:
        """Play the faults on the way to this address. Raises BootTrouble."""
        parts = urlsplit(url)
        talk = Talk.SECURE_WEB if parts.scheme == "https" else Talk.WEB
        if trouble := in_the_way(self._faults, parts.hostname or "the server", talk):
            raise BootTrouble(trouble.cause, trouble.remedy)

    def get(self, url: str, user_agent: str, username: str, password: str) -> bytes | None:
        """The file; None when there is none (404). Raises BootTrouble."""
        import httpx  # late, see above

        self.check(url)
        headers = {"User-Agent": user_agent}
        if self._reach and url.startswith(self._reach[0]):
            headers["Host"] = urlsplit(self._reach[0]).netloc
            url = self._reach[1] + url.removeprefix(self._reach[0])
        try:
            answer = self._client.get(url, headers=headers)
            if answer.status_code == 401 and username:
                digest = answer.headers.get("www-authenticate", "").lower().startswith("digest")
                auth = httpx.DigestAuth(username, password) if digest else httpx.BasicAuth(username, password)
                answer = self._client.get(url, headers=headers, auth=auth)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unanswered(url, error) from error
        if answer.status_code == 404:
            return None
        if answer.status_code != 200 or len(answer.content) > LARGEST_FILE:
            status = f"{answer.status_code} {answer.reason_phrase}".strip()
            raise BootTrouble(f"{urlsplit(url).netloc} answers {status}", "look at the log of that server")
        return answer.content


def unanswered(url: str, error: Exception) -> BootTrouble:
    """What people are told of a request that got no answer."""
    host = urlsplit(url).netloc or url
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = cause.verify_message.rstrip(".")
            remedy = _OF_CERTIFICATES.get(cause.verify_code, _OTHER_CERTIFICATES)
            return BootTrouble(f"the certificate of {host} is not trusted ({why})", remedy)
        if isinstance(cause, ssl.SSLError):
            why = f"TLS with {{host}} does not succeed ({cause.reason or cause})"
            said, remedy = _OF_TLS.get(cause.reason or "", (why, "compare the TLS versions of both"))
            return BootTrouble(said.format(host=host), remedy)
        if isinstance(cause, socket.gaierror):
            return BootTrouble(f"{host} is not found", "check its name, and the DNS server")
        if isinstance(cause, ConnectionRefusedError):
            return BootTrouble(f"{host} refuses the connection", "check whether it runs, and its port")
        if isinstance(cause, TimeoutError):
            return BootTrouble(f"{host} does not answer in time", "check whether it runs, and the firewalls before it")
    why = str(error).rstrip(".") or "without a reason"
    return BootTrouble(f"{host} cannot be reached ({why})", "check its address, and whether it runs")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__

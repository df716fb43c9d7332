"""The phone's HTTP: real requests, with what is wrong around the phone played before them."""

from __future__ import annotations

import ssl
from collections.abc import Collection
from urllib.parse import urlsplit

from helpdesk_tui.backend.virtual_phone.boot import BootTrouble, Fault

TIMEOUT = 10.0
"""Seconds."""

LARGEST_FILE = 300_000_000
"""Bytes; the largest images have 140 MB."""


class Web:
    """Fetches files for one phone."""

    def __init__(self, faults: Collection[Fault], reach: tuple[str, str] | None, verify: bool | str) -> None:
        """`reach` are two roots: what begins with the first is fetched from the second, under the first one's name."""
        self._faults = faults
        self._reach = reach
        context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
        if verify is False:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        import httpx  # late: the demo starts without it

        self._client = httpx.Client(verify=context, timeout=TIMEOUT, follow_redirects=True)

    def close(self) -> None:
        self._client.close()

    def check(self, url: str) -> None:
        """Play the faults on the way to this address. Raises BootTrouble."""
        host = urlsplit(url).hostname or "the server"
        if Fault.NO_LINK in self._faults:
            raise BootTrouble("network unavailable")
        if Fault.WRONG_VLAN in self._faults:
            raise BootTrouble(f"{host} does not answer: nothing does in this network")
        if Fault.NO_DNS in self._faults:
            raise BootTrouble(f"{host} is not found: the DNS server does not answer")
        if Fault.BLOCKED_PORT in self._faults:
            raise BootTrouble(f"{host} does not answer: a firewall may block the port")
        if Fault.WRONG_CLOCK in self._faults:
            raise BootTrouble(f"the certificate of {host} is not valid yet: the clock says 1970-01-01")
        if Fault.OLD_TLS in self._faults:
            raise BootTrouble(f"{host} refuses TLS 1.0, and this phone knows nothing newer")

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
            raise BootTrouble(f"{urlsplit(url).hostname} cannot be reached ({type(error).__name__})") from error
        if answer.status_code == 404:
            return None
        if answer.status_code != 200 or len(answer.content) > LARGEST_FILE:
            raise BootTrouble(f"{urlsplit(url).hostname} answers {answer.status_code}")
        return answer.content

"""The absolute URLs by which the API names things, and reading them back. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from helpdesk_tui.backend.errors import BadInput

_DEFAULT_PORTS = {"http": 80, "https": 443}
_COMPANY = re.compile(r"/company/([1-9]\d{0,17})", re.ASCII)
_NUMBER = re.compile(r"[1-9]\d{0,17}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Urls:
    """The names of things as one client sees them."""

    base: str
    """Scheme and host as the client used them, without a trailing slash: what is answered can be asked for."""
    canonical: str
    """`https://rest.<base domain>`, which is understood whatever the client used."""

    def company(self, organisation_id: int) -> str:
        return f"{self.base}/company/{organisation_id}"

    def user(self, user_id: int) -> str:
        return f"{self.base}/user/{user_id}"

    def phone(self, phone_id: int) -> str:
        return f"{self.base}/phone/{phone_id}"

    def company_id(self, url: str) -> int:
        """The id in the URL of a company. Raises BadInput for a relative one, and one of another host."""
        example = self.company(12)
        try:
            parts = urlsplit(url)
            origin = _origin(parts)
        except ValueError:
            raise BadInput(f"newCompany: this is no URL: write an absolute one such as {example}.") from None
        if not parts.scheme or not parts.netloc:
            raise BadInput(f"newCompany: relative URLs are refused: write an absolute one such as {example}.")
        if origin not in (_origin(urlsplit(self.base)), _origin(urlsplit(self.canonical))):
            raise BadInput(f"newCompany: this is a URL of another host: write one such as {example}.")
        match = _COMPANY.fullmatch(parts.path)
        if match is None or parts.query or parts.fragment:
            raise BadInput(f"newCompany: this is not the URL of a company: write one such as {example}.")
        return int(match[1])


def number(text: str) -> int | None:
    """The id in a path; None: nothing of ours is called so."""
    return int(text) if _NUMBER.fullmatch(text) else None


def _origin(parts: SplitResult) -> tuple[str, str, int | None, str | None]:
    """Raises ValueError for a port that is none."""
    port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port, parts.username

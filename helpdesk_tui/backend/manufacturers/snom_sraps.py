"""Snom's current wire: REST signed with Hawk (reference manufacturer_services.md, section 1)."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urljoin

import httpx
from mohawk import Sender
from mohawk.exc import HawkFail
from mohawk.util import calculate_ts_mac

from helpdesk_tui.backend.exchange import Request
from helpdesk_tui.backend.manufacturers.client import Client, failed, failure_as_value, standing_at
from helpdesk_tui.backend.manufacturers.http import Answer, CallError
from helpdesk_tui.backend.manufacturers.service import Device, Lookup, Standing
from helpdesk_tui.backend.manufacturers.words import clean
from helpdesk_tui.backend.model.environment import ServiceAccount
from helpdesk_tui.backend.model.reason import Reason

logging.getLogger("mohawk").setLevel(logging.WARNING)  # below that it logs whole requests

KNOWN_HOSTS = frozenset({"api.sraps.snom.com", "secure-provisioning.snom.com"})
"""Both names serve the same interface (section 1.1), so a link may lead from one to the other."""

PAGE_SIZE = 1000
"""The most that the service allows (section 1.4)."""
MOST_PAGES = 50

_FOREIGN = ("taken_mac_or_forbidden", "user lacks permission to endpoint")
"""What the service says of a phone of another company, in whatever status and envelope (section 1.7)."""


@dataclass(frozen=True, slots=True)
class _Company:
    """Our company, as the links of the service lead to it."""

    name: str | None
    endpoints: str
    """The address that a MAC is appended to."""


class SnomSraps(Client):
    """`url` of the account ends in `/api/v1/`; identity and secret are the key's id and secret."""

    def __init__(self, account: ServiceAccount, label: str, *, now: Callable[[], datetime]) -> None:
        super().__init__(account, label, now=now, sibling_hosts=KNOWN_HOSTS)
        self._root = account.url.rstrip("/") + "/"
        self._navigation = threading.Lock()
        self._company: _Company | None = None
        self._setting: str | None = None

    @failure_as_value
    def register(self, device: Device, url: str) -> None:
        # PUT replaces the whole entry, and a null resets a default of the account: only what we mean is sent (1.5).
        entry = {
            "mac": device.mac.hex,
            "autoprovisioning_enabled": True,
            "settings_manager": {self._setting_id(): {"value": url, "attrs": {"perm": "RW"}}},
        }
        answer = self._call("PUT", self._address(device), entry)
        if not answer.ok:
            raise self._refused(answer)
        if answer.body:
            answer.json()  # a page of somebody else's is no confirmation

    @failure_as_value
    def deregister(self, device: Device) -> None:
        answer = self._call("DELETE", self._address(device))
        if not answer.ok and answer.status != 404:
            raise self._refused(answer)

    @failure_as_value
    def check(self, device: Device, url: str | None = None) -> Standing:
        return standing_at(self._find(device), url)

    @failure_as_value
    def lookup(self, device: Device) -> Lookup:
        return self._find(device)

    @failure_as_value
    def _ask_account(self) -> str | None:
        return self._find_company().name

    def _find(self, device: Device) -> Lookup:
        answer = self._call("GET", self._address(device))
        if answer.status == 404:
            return Lookup(Standing.NOT_REGISTERED)
        if _is_foreign(answer):  # 403 or 404 for another company's phone: not known which (section 1.6)
            return Lookup(Standing.ELSEWHERE)
        if not answer.ok:
            raise self._refused(answer)
        entry = answer.json_object()
        if str(entry.get("mac")).lower() != device.mac.hex:
            raise answer.unreadable("the entry of another phone")
        manager = entry.get("settings_manager")
        setting = manager.get(self._setting_id()) if isinstance(manager, dict) else None
        value = setting.get("value") if isinstance(setting, dict) else setting
        company = self._company
        return Lookup(
            Standing.OURS,
            url=value if isinstance(value, str) else None,
            owner=company.name if company else None,
        )

    def _address(self, device: Device) -> str:
        with self._navigation:
            self._company = self._company or self._find_company()
            return self._company.endpoints + device.mac.hex

    def _find_company(self) -> _Company:
        """From the key to the company to its phones, by the links of the service (section 1.3)."""
        key = self._read(f"{self._root}tokens/{quote(self._account.identity, safe='')}")
        address = _link(key, "company")
        company = self._read(address)
        name = company.json_object().get("name")  # that it has this field is a guess (section 1.3)
        return _Company(clean(name) if isinstance(name, str) else None, _link(company, "endpoints").rstrip("/") + "/")

    def _setting_id(self) -> str:
        """The id of `setting_server` for desk phones: there are two of that name (section 1.4)."""
        with self._navigation:
            if self._setting is None:
                self._setting = self._find_setting()
            return self._setting

    def _find_setting(self) -> str:
        for setting in self._settings():
            is_ours = setting.get("param_name") == "setting_server" and setting.get("section") == "phone-settings"
            if is_ours and isinstance(uuid := setting.get("uuid"), str):
                return uuid
        raise failed(Reason.UNKNOWN_ANSWER, "the service lists no setting_server among its phone-settings")

    def _settings(self) -> Iterator[dict[str, object]]:
        """All settings of the service, page by page."""
        address = f"{self._root}settings/?page_size={PAGE_SIZE}"
        for _ in range(MOST_PAGES):
            answer = self._read(address)
            page = answer.json()
            if not isinstance(page, list):
                raise answer.unreadable("the JSON is of another shape")
            yield from (setting for setting in page if isinstance(setting, dict))
            following = _next_page(answer, address)
            if following is None:
                return
            address = following

    def _read(self, address: str) -> Answer:
        answer = self._call("GET", address)
        if not answer.ok:
            raise self._refused(answer)
        return answer

    def _call(self, method: str, address: str, entry: object = None) -> Answer:
        answer = self._wire.send(self._signed(method, address, entry))
        if answer.status == 401:
            raise self._unauthorised(answer)
        return answer

    def _signed(self, method: str, address: str, entry: object) -> Request:
        """The payload hash is optional at this service (section 1.2); we always send it with a body."""
        content = b"" if entry is None else json.dumps(entry).encode()
        content_type = "" if entry is None else "application/json"
        try:
            address = str(httpx.URL(address))  # exactly as it is sent, for that is what is signed
            sender = Sender(
                {"id": self._account.identity, "key": self._account.secret.encode(), "algorithm": "sha256"},
                address,
                method,
                content=content,
                content_type=content_type,
                _timestamp=int(self._now().timestamp()),
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise failed(Reason.UNKNOWN_ANSWER, "the answer points to no usable address") from error
        except HawkFail as error:
            raise failed(Reason.AUTH_FAILED, "the key_id holds characters that cannot be sent") from error
        headers = {"Authorization": sender.request_header, "Accept": "application/json"}
        if content_type:
            headers["Content-Type"] = content_type
        return Request(method, address, headers, content, changes=method != "GET")

    def _unauthorised(self, answer: Answer) -> CallError:
        """Hawk names a wrong clock with the server's own signed time (whether SRAPS does is not known, section 1.2)."""
        challenge = dict(re.findall(r'(\w+)="([^"]*)"', answer.headers.get("www-authenticate", "")))
        error = challenge.get("error", "")
        stamp = challenge.get("ts", "")
        if re.fullmatch(r"\d{1,12}", stamp, re.ASCII):
            key = {"key": self._account.secret.encode(), "algorithm": "sha256"}
            if challenge.get("tsm") == calculate_ts_mac(stamp, key).decode():
                return self._clock_skew(timedelta(seconds=int(stamp) - self._now().timestamp()))
        if error and "stale" not in error.lower():
            return failed(Reason.AUTH_FAILED, error)
        return self._not_let_in(_words(answer))

    def _refused(self, answer: Answer) -> CallError:
        words = _words(answer)
        if _is_foreign(answer):
            return failed(Reason.OWNED_ELSEWHERE, words)
        if answer.status == 403:  # among others: the role of the key is "None" (section 1.2)
            return failed(Reason.FORBIDDEN, words)
        return failed(_complaint(answer.status, words), f"HTTP {answer.status} {words}")


def _complaint(status: int, words: str) -> Reason:
    """What is wrong with what we sent. No text of this kind is documented: a guess by the field that it names."""
    if status in (400, 422) and re.search(r"\bmac\b", words, re.I):
        return Reason.BAD_MAC
    if status in (400, 422) and re.search(r"\burl\b|setting_server|settings_manager", words, re.I):
        return Reason.BAD_URL
    return Reason.UNKNOWN_ANSWER


def _is_foreign(answer: Answer) -> bool:
    return 400 <= answer.status < 500 and any(words in answer.text.lower() for words in _FOREIGN)


def _words(answer: Answer) -> str:
    """The service's own words: one of three fields (section 1.7), or the whole body."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return answer.text
    fields = [found.get(name) for name in ("message", "error", "detail")] if isinstance(found, dict) else []
    return next((field for field in fields if isinstance(field, str) and field), answer.text)


def _link(answer: Answer, name: str) -> str:
    links = answer.json_object().get("links")
    address = links.get(name) if isinstance(links, dict) else None
    if not isinstance(address, str) or not address:
        raise answer.unreadable(f"no link to {name}")
    return address


def _next_page(answer: Answer, address: str) -> str | None:
    """The next page by the Link header (RFC 8288), whose query is not ours to understand."""
    for target, parameters in re.findall(r"<([^<>]*)>([^,<]*)", answer.headers.get("link", "")):
        if re.search(r';\s*rel="?next"?\s*(;|$)', parameters):
            return urljoin(address, str(target))
    return None

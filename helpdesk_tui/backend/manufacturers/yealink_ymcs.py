"""Yealink's current wire: the REST interface of YMCS (reference manufacturer_services.md, section 5)."""

from __future__ import annotations

import base64
import json
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from helpdesk_tui.backend.exchange import Request
from helpdesk_tui.backend.manufacturers.client import Client, failed, failure_as_value, standing_at
from helpdesk_tui.backend.manufacturers.http import Answer, CallError
from helpdesk_tui.backend.manufacturers.service import Device, Failure, Lookup, Standing
from helpdesk_tui.backend.model.environment import ServiceAccount
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.reason import Reason

RENEW_EARLY = timedelta(seconds=60)
PAUSE_AFTER_RATE_LIMIT = timedelta(seconds=30)
"""What the vendor asks for when it names no time (section 5.1)."""
PAGE = 500
"""The most that one page may hold (section 5.2)."""
MOST_PAGES = 50

# Section 5.3. A code counts in whatever HTTP status it comes, for the statuses are not all known.
_REASONS = {
    "70011": Reason.UNKNOWN_ANSWER,
    "800001": Reason.BAD_MAC,
    "device.mac.invalid": Reason.BAD_MAC,
    "800002": Reason.NEEDS_SERIAL,
    "800004": Reason.OWNED_ELSEWHERE,
    "device.mac.added.by.other": Reason.OWNED_ELSEWHERE,
    "800007": Reason.BAD_URL,  # in a batch, where a wrong MAC has codes of its own: a guess
    "900403": Reason.FORBIDDEN,
    "900408": Reason.UNREACHABLE,
    "900429": Reason.RATE_LIMITED,
    **dict.fromkeys(("900500", "900501", "900502", "900503", "900504", "900511", "900599"), Reason.UNREACHABLE),
}
_BY_FIELD = {
    "mac": Reason.BAD_MAC,
    "sn": Reason.NEEDS_SERIAL,
    "url": Reason.BAD_URL,
    "uniqueserverurl": Reason.BAD_URL,
}
_BAD_PARAMETERS = frozenset({"900400", "800007"})
_EXISTS = frozenset({"800003", "Device already exists."})
_OLD_SESSION = frozenset({"900401", "900440"})
_FINE = frozenset({"", "900200"})


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    good_until: datetime


class YealinkYmcs(Client):
    """`url` of the account is the host's root; identity and secret are those of the access key.

    The access token lives in memory only. Only our own devices are listed, so a phone of another account shows when it
    is added, never when it is looked up (section 5.2).
    """

    def __init__(self, account: ServiceAccount, label: str, *, now: Callable[[], datetime]) -> None:
        super().__init__(account, label, now=now)
        self._root = account.url.rstrip("/") + "/v2/"
        self._basic = base64.b64encode(f"{account.identity}:{account.secret}".encode()).decode()
        self._secrets.add(self._basic)
        self._entrance_to_token = threading.Lock()
        self._token: _Token | None = None

    @failure_as_value
    def register(self, device: Device, url: str) -> None:
        found = self._find(device.mac)
        if found is None:
            added = self._add(device, url)
            if added is None:
                return
            # Somebody else added it between our two calls, or it belongs to another account.
            found = self._find(device.mac)
            if found is None:
                raise added
        if _url(found) != url:
            self._expect(self._call("PATCH", f"rps/devices/{_id(found)}", {"uniqueServerUrl": url}, changes=True))

    @failure_as_value
    def deregister(self, device: Device) -> None:
        body = {"deviceIdType": "mac", "deviceIds": [device.mac.hex]}
        answer = self._call("POST", "rps/delDevices", body, changes=True)
        complaint = self._complaint_of_batch(answer)
        if complaint is not None and self._find(device.mac) is not None:
            raise failed(_REASONS.get(complaint, Reason.UNKNOWN_ANSWER), complaint)

    @failure_as_value
    def check(self, device: Device, url: str | None = None) -> Standing:
        return standing_at(self._describe(device), url)

    @failure_as_value
    def lookup(self, device: Device) -> Lookup:
        found = self._describe(device)
        return found if found.standing is Standing.NOT_REGISTERED else replace(found, pin=self._pin(device.mac))

    @failure_as_value
    def _ask_account(self) -> str | None:
        self._list({}, 0, 1)
        return None  # nothing of this wire names the enterprise

    def renew(self) -> None:
        self._token = None
        super().renew()

    def close(self) -> None:
        self._token = None
        super().close()

    def _add(self, device: Device, url: str) -> CallError | None:
        """Add a phone; the failure when it exists already."""
        entry = {"mac": device.mac.hex, "uniqueServerUrl": url}
        if device.serial:
            answer = self._call("POST", "rps/devices", entry | {"sn": device.serial}, changes=True)
        else:
            answer = self._call("POST", "rps/addDevicesByMac", [entry], changes=True)
            if _code(answer) == "900403":  # not for ordinary accounts (section 5.2)
                raise failed(Reason.NEEDS_SERIAL, _words(answer))
        if _code(answer) in _EXISTS:
            return failed(Reason.UNKNOWN_ANSWER, _words(answer))
        if device.serial:
            self._expect(answer)
            return None
        complaint = self._complaint_of_batch(answer)
        if complaint is None:
            return None
        if complaint in _EXISTS:
            return failed(Reason.UNKNOWN_ANSWER, complaint)
        raise failed(_REASONS.get(complaint, Reason.UNKNOWN_ANSWER), complaint)

    def _describe(self, device: Device) -> Lookup:
        found = self._find(device.mac)
        if found is None:
            return Lookup(Standing.NOT_REGISTERED)
        return Lookup(Standing.OURS, url=_url(found), last_contact=_moment(found.get("lastConnected")))

    def _find(self, mac: Mac) -> Mapping[str, object] | None:
        """Our entry for this phone. The filter of the service matches loosely, so the whole MAC is compared here."""
        for skip in range(0, MOST_PAGES * PAGE, PAGE):
            entries = self._list({"mac": mac.hex}, skip, PAGE)
            for entry in entries:
                if str(entry.get("mac")).lower() == mac.hex:
                    return entry
            if len(entries) < PAGE:
                return None
        raise failed(Reason.UNKNOWN_ANSWER, "the list of devices does not end")

    def _list(self, wanted: Mapping[str, str], skip: int, limit: int) -> list[Mapping[str, object]]:
        body = {"skip": skip, "limit": limit, "autoCount": True, "filter": wanted}
        answer = self._call("POST", "rps/listDevices", body)
        page = self._expect(answer)
        entries = page.get("data") if isinstance(page, dict) and "data" in page else ()
        if entries is None:  # an empty list (section 5.2)
            return []
        if not isinstance(entries, list):
            raise answer.unreadable("the JSON is of another shape")
        return [entry for entry in entries if isinstance(entry, dict)]

    def _pin(self, mac: Mac) -> str | None:
        """The PIN that only the service knows (section 5.4). What else is known is worth telling without it."""
        try:
            pins = self._expect(self._call("POST", "rps/listDevicePins", {"macs": [mac.hex]}))
        except CallError:
            return None
        entries = [entry for entry in pins if isinstance(entry, dict)] if isinstance(pins, list) else []
        mine = (entry.get("pin") for entry in entries if str(entry.get("mac")).lower() == mac.hex)
        pin = next(mine, None)
        return str(pin)[:20] if isinstance(pin, str | int) and str(pin).isalnum() else None

    def _call(self, method: str, path: str, body: object, *, changes: bool = False) -> Answer:
        """One call with a valid token, which is renewed once when the service says that it ran out."""
        token, is_new = self._current_token()
        answer = self._send(method, path, body, f"Bearer {token.text}", changes=changes)
        if answer.status == 401 and not is_new and _code(answer) != "500401":
            self._forget(token)
            token, _ = self._current_token()
            answer = self._send(method, path, body, f"Bearer {token.text}", changes=changes)
        if answer.status == 401:
            raise self._not_let_in(_words(answer))
        return answer

    def _current_token(self) -> tuple[_Token, bool]:
        """The token, and whether it was obtained just now."""
        with self._entrance_to_token:
            if self._token is not None and self._now() < self._token.good_until:
                return self._token, False
            self._token = self._obtain_token()
            return self._token, True

    def _obtain_token(self) -> _Token:
        answer = self._send("POST", "token", {"grant_type": "client_credentials"}, f"Basic {self._basic}")
        if answer.status in (400, 401, 403):
            raise self._not_let_in(_words(answer))
        granted = self._expect(answer)
        text = granted.get("access_token") if isinstance(granted, dict) else None
        seconds = granted.get("expires_in") if isinstance(granted, dict) else None
        if not isinstance(text, str) or not text.isascii() or not text.isprintable():
            raise answer.unreadable("no access token")
        lifetime = timedelta(seconds=min(seconds, 86_400) if isinstance(seconds, int) and seconds > 0 else 3_600)
        self._secrets = self._secrets | {text}
        return _Token(text, self._now() + lifetime - min(RENEW_EARLY, lifetime / 2))

    def _forget(self, token: _Token) -> None:
        with self._entrance_to_token:
            if self._token is token:
                self._token = None

    def _send(self, method: str, path: str, body: object, authorization: str, *, changes: bool = False) -> Answer:
        """One attempt, with a timestamp and a nonce of its own (section 5.1)."""
        headers = {
            "Authorization": authorization,
            "timestamp": str(int(self._now().timestamp() * 1000)),
            "nonce": uuid.uuid4().hex,
            "Content-Type": "application/json",
        }
        try:
            return self._wire.send(Request(method, self._root + path, headers, json.dumps(body).encode(), changes))
        except CallError as stopped:
            if stopped.failure.reason is Reason.RATE_LIMITED and stopped.failure.retry_after is None:
                raise _rate_limited(stopped.failure.words or "") from stopped
            raise

    def _expect(self, answer: Answer) -> object:
        """What a call that succeeded has returned; None where it returns nothing. Raises CallError."""
        code = _code(answer)
        if answer.ok and code in _FINE:
            return answer.json() if answer.body else None
        words = _words(answer)
        if code == "900429":
            raise _rate_limited(words)
        if code in _OLD_SESSION or code == "500401":
            raise self._not_let_in(words)
        if code in _BAD_PARAMETERS:
            raise failed(_reason_by_field(answer), words)
        usual = Reason.FORBIDDEN if answer.status == 403 else Reason.UNKNOWN_ANSWER
        raise failed(_REASONS.get(code, usual), f"HTTP {answer.status} {words}")

    def _complaint_of_batch(self, answer: Answer) -> str | None:
        """Why a batch of one failed: HTTP 200 with a `failureCount` is a failure (section 5.2). None: it did not."""
        result = self._expect(answer)
        if not isinstance(result, dict):
            raise answer.unreadable("no result of the batch")
        if not result.get("failureCount"):
            return None
        errors = result.get("errors")
        first = errors[0] if isinstance(errors, list) and errors else None
        said = (first.get("errorInfo") or first.get("msg")) if isinstance(first, dict) else None
        return str(said or "failed without a reason")


def _rate_limited(words: str) -> CallError:
    return CallError(Failure(Reason.RATE_LIMITED, words, retry_after=PAUSE_AFTER_RATE_LIMIT))


def _error(answer: Answer) -> dict[str, object]:
    """The body when it is a JSON object, else an empty one."""
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _code(answer: Answer) -> str:
    return str(_error(answer).get("code", ""))


def _words(answer: Answer) -> str:
    found = _error(answer)
    texts = (found.get(name) for name in ("message", "error_description", "error"))
    said = next((text for text in texts if isinstance(text, str) and text), None)
    return f"{_code(answer)} {said}".strip() if said else answer.text


def _reason_by_field(answer: Answer) -> Reason:
    """Which of our parameters the service complains about."""
    details = _error(answer).get("details")
    fields = (
        [detail.get("field") for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
    )
    names = (str(name).rpartition(".")[2].lower() for name in fields)
    return next((_BY_FIELD[name] for name in names if name in _BY_FIELD), Reason.UNKNOWN_ANSWER)


def _url(entry: Mapping[str, object]) -> str | None:
    url = entry.get("uniqueServerUrl") or entry.get("serverUrl")
    return url if isinstance(url, str) else None


def _id(entry: Mapping[str, object]) -> str:
    found = str(entry.get("id", ""))
    if not found.isascii() or not found.replace("-", "").replace("_", "").isalnum():
        raise failed(Reason.UNKNOWN_ANSWER, "the entry of the phone has no usable id")
    return found


def _moment(milliseconds: object) -> datetime | None:
    """A time in milliseconds since 1970; None before the first contact."""
    if not isinstance(milliseconds, int) or not 0 < milliseconds < 4_000_000_000_000:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC)

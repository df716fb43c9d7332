"""Yealink YMCS: REST with OAuth client credentials (section 5). The statuses of the 800xxx codes are guesses."""

from __future__ import annotations

import secrets
from typing import Any

from helpdesk_tui.backend.manufacturers.simulator.messages import Request, Response, json_response
from helpdesk_tui.backend.manufacturers.simulator.state import TENANTS, Registration, State, Tenant, hex_mac, is_url
from helpdesk_tui.backend.model.vendor import Vendor

PREFIX = "/yealink/v2/"

CLOCK_WINDOW = 300
"""Seconds; a guess (section 5.1)."""
LARGEST_BATCH = 100
LARGEST_PAGE = 500


class Ymcs:
    """The wire, with its tokens and the nonces that it has seen."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._nonces: set[str] = set()
        self._tokens: dict[str, tuple[Tenant, float]] = {}

    def tenant(self, request: Request) -> Tenant | Response:
        """Who asks, or the refusal (section 5.1)."""
        stamp, nonce = request.headers.get("timestamp", ""), request.headers.get("nonce", "")
        if not (stamp.isdecimal() and len(stamp) == 13 and 0 < len(nonce) <= 32):
            return _error(401, "500401", "Invalid request header")
        if abs(int(stamp) / 1000 - self._state.now()) > CLOCK_WINDOW:
            return _error(401, "500401", "Invalid request header")
        if nonce in self._nonces:
            return _error(403, "500403", "Request reply")
        self._nonces.add(nonce)
        if request.path == f"{PREFIX}token":
            known = {(tenant.client_id, tenant.client_secret): tenant for tenant in TENANTS}
            tenant = known.get(request.basic or ("", ""))
            refusal = {"error": "invalid_client", "error_description": "client authentication failed"}
            return tenant or json_response(401, refusal)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        owner, until = self._tokens.get(token, (None, 0.0))
        if scheme != "Bearer" or owner is None or until <= self._state.now():
            return _error(401, "900401", "Not logged in or session expired")
        return owner

    def handle(self, request: Request, tenant: Tenant) -> Response:
        if request.method == "POST" and not request.body:
            return _error(412, "900444", "The request has no body")
        body = request.json()
        path = request.path.removeprefix(PREFIX)
        match request.method, path.split("/"), body:
            case "POST", ["token"], {"grant_type": "client_credentials"}:
                return self._grant(tenant)
            case "POST", ["token"], _:
                return _error(400, "70011", "Invalid grant_type")
            case "POST", ["rps", "listDevices"], dict():
                return self._list(tenant, body)
            case "POST", ["rps", "devices"], dict():
                return self._add(tenant, body)
            case "POST", ["rps", "addDevicesByMac"], list():
                return self._add_by_mac(tenant, body)
            case "POST", ["rps", "delDevices"], dict():
                return self._remove(tenant, body)
            case "POST", ["rps", "listDevicePins"], {"macs": list() as macs}:
                mine = [entry for mac in macs if (entry := self._own(tenant, mac))]
                return json_response(200, [{"mac": entry.mac, "pin": entry.pin} for entry in mine])
            case "GET" | "PATCH", ["rps", "devices", id_], _:
                return self._device(request, tenant, id_)
        return _error(404 if isinstance(body, dict | list) else 400, "900400", "Parameters are wrong or missing")

    def _grant(self, tenant: Tenant) -> Response:
        token, seconds = secrets.token_urlsafe(32), self._state.switches.token_seconds
        self._tokens[token] = (tenant, self._state.now() + seconds)
        return json_response(200, {"access_token": token, "token_type": "bearer", "expires_in": seconds})

    def _list(self, tenant: Tenant, body: dict[str, Any]) -> Response:
        wanted = body.get("filter", {}).get("mac", "")
        # The filter matches loosely (section 5.2); how loosely is a guess.
        found = [entry for entry in self._state.of(Vendor.YEALINK, tenant) if entry.mac.startswith(wanted[:10])]
        skip, limit = int(body.get("skip", 0)), min(int(body.get("limit", 10)), LARGEST_PAGE)
        page = [_shown(entry) for entry in found[skip : skip + limit]]
        return json_response(200, {"skip": skip, "limit": limit, "total": len(found), "data": page or None})

    def _add(self, tenant: Tenant, body: dict[str, Any]) -> Response:
        complaint = self._complaint(tenant, body)
        if complaint is None and not body.get("sn"):  # must be there, is not compared with the MAC (section 5.2)
            complaint = ("800002", "Invalid SN", "sn")
        if complaint is not None:
            return _error(400, *complaint)
        mac = hex_mac(body["mac"]) or ""
        entry = self._state.put(Vendor.YEALINK, tenant.name, mac, body["uniqueServerUrl"], serial=str(body["sn"]))
        return json_response(201, _shown(entry))

    def _add_by_mac(self, tenant: Tenant, body: list[Any]) -> Response:
        if not self._state.switches.add_by_mac:
            return _error(403, "900403", "This request is forbidden")
        if len(body) > LARGEST_BATCH:
            return _error(400, "800006", "The batch is too large")
        errors = []
        for row in body:
            complaint = self._complaint(tenant, row)
            if complaint is not None:
                # A code or a text stands here (section 5.3); which one when is a guess.
                errors.append({"mac": row.get("mac"), "sn": None, "errorInfo": complaint[0]})
                continue
            self._state.put(Vendor.YEALINK, tenant.name, hex_mac(row["mac"]) or "", row["uniqueServerUrl"])
        return _batch(len(body), errors)

    def _complaint(self, tenant: Tenant, row: dict[str, Any]) -> tuple[str, str, str] | None:
        """Code, message and field of what keeps a phone from being added."""
        mac = hex_mac(row.get("mac"))
        if mac is None:
            return "800001", "Invalid MAC", "mac"
        if not is_url(row.get("uniqueServerUrl")):
            return "800007", "Invalid parameters", "uniqueServerUrl"
        entry = self._state.registries[Vendor.YEALINK].get(mac)
        if entry is None:
            return None
        if entry.tenant == tenant.name:
            return "800003", "Resource already exists", "mac"
        return "800004", "Device is managed by another organisation", "mac"

    def _remove(self, tenant: Tenant, body: dict[str, Any]) -> Response:
        kind, wanted = body.get("deviceIdType"), body.get("deviceIds")
        if kind not in ("mac", "id") or not isinstance(wanted, list):
            return _error(400, "900400", "Parameters are wrong or missing")
        errors = []
        for name in wanted:
            mine = self._own(tenant, name) if kind == "mac" else self._by_id(tenant, str(name))
            if mine is None:
                errors.append({"field": str(name), "msg": "The resource does not exist or has been deleted"})
            else:
                self._state.remove(Vendor.YEALINK, mine.mac)
        return _batch(len(wanted), errors)

    def _device(self, request: Request, tenant: Tenant, id_: str) -> Response:
        entry = self._by_id(tenant, id_)
        if entry is None:
            return _error(400, "900400", "The resource does not exist or has been deleted")
        if request.method == "GET":
            return json_response(200, _shown(entry))
        changes = request.json()
        url = changes.get("uniqueServerUrl", entry.url) if isinstance(changes, dict) else None
        if not is_url(url):
            return _error(400, "800007", "Invalid parameters", "uniqueServerUrl")
        self._state.put(Vendor.YEALINK, tenant.name, entry.mac, str(url), serial=entry.serial)
        return Response(204)

    def _own(self, tenant: Tenant, name: object) -> Registration | None:
        entry = self._state.registries[Vendor.YEALINK].get(hex_mac(name) or "")
        return entry if entry and entry.tenant == tenant.name else None

    def _by_id(self, tenant: Tenant, id_: str) -> Registration | None:
        return next((entry for entry in self._state.of(Vendor.YEALINK, tenant) if entry.id == id_), None)


def _shown(entry: Registration) -> dict[str, Any]:
    return {
        "id": entry.id,
        "mac": entry.mac,
        "sn": entry.serial,
        "serverId": None,
        "serverName": None,
        "serverUrl": None,
        "uniqueServerUrl": entry.url,
        "ipAddress": entry.address,
        "remark": None,
        "dateRegistered": entry.created,
        "lastConnected": entry.last_contact,
    }


def _batch(total: int, errors: list[dict[str, Any]]) -> Response:
    counts = {"total": total, "successCount": total - len(errors), "failureCount": len(errors)}
    return json_response(200, counts | {"errors": errors})


def _error(status: int, code: str, message: str, field: str = "") -> Response:
    details = [{"field": field, "message": message}] if field else []
    return json_response(
        status, {"code": code, "message": message, "requestId": secrets.token_hex(8), "details": details}
    )

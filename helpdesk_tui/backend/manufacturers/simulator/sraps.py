"""Snom SRAPS: REST with Hawk (section 1). Statuses and texts of errors are guesses unless a section is named."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from helpdesk_tui.backend.manufacturers.simulator import hawk
from helpdesk_tui.backend.manufacturers.simulator.messages import Request, Response, json_response
from helpdesk_tui.backend.manufacturers.simulator.state import TENANTS, Registration, State, Tenant, hex_mac, is_url
from helpdesk_tui.backend.model.vendor import Vendor

PREFIX = "/snom/api/v1/"

DESK_PHONE_SETTING = "50a400560eec4dc0b96b026094e06562"
OTHER_SETTING = "5683038cec6c4fa9be95b2de9d1750e8"


def _all_settings() -> Iterator[dict[str, Any]]:
    """1,179 settings, two of them called `setting_server` (section 1.4); the right one lies beyond the first 1,000."""
    traps = {
        24: (OTHER_SETTING, "Setting Server URL", "setting_server", "global"),
        1100: (DESK_PHONE_SETTING, "Setting Server (“for Desk phones”)", "setting_server", "phone-settings"),
    }
    for number in range(1179):
        plain = (f"{number:032x}", f"Setting {number}", f"setting_{number}", "phone-settings")
        uuid, name, param_name, section = traps.get(number, plain)
        yield {"uuid": uuid, "name": name, "param_name": param_name, "section": section, "attrs": []}


SETTINGS = tuple(_all_settings())


class Sraps:
    """The wire, with the nonces that it has seen."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._seen: set[tuple[str, str, str]] = set()

    def tenant(self, request: Request) -> Tenant | Response:
        """Who asks, or the refusal."""
        keys = {tenant.key_id: tenant.key_secret for tenant in TENANTS}
        try:
            key_id = hawk.verify(request, keys, self._seen, self._state.now())
        except hawk.HawkError as error:
            return json_response(401, {"message": str(error)}, {"WWW-Authenticate": error.challenge})
        return next(tenant for tenant in TENANTS if tenant.key_id == key_id)

    def handle(self, request: Request, tenant: Tenant) -> Response:
        base = f"http://{request.headers.get('host', '')}{PREFIX}"
        company = f"companies/{tenant.company}"
        match request.path.removeprefix(PREFIX).split("/"):
            case ["tokens", tenant.key_id] if request.method == "GET":
                return json_response(200, {"links": {"company": f"{base}{company}"}})  # no slash (section 1.3)
            case ["companies", tenant.company] | ["companies", tenant.company, ""] if request.method == "GET":
                return json_response(200, {"name": tenant.name, "links": {"endpoints": f"{base}{company}/endpoints/"}})
            case ["settings", ""] if request.method == "GET":
                return _settings_page(request, base)
            case ["companies", tenant.company, "endpoints", ""] if request.method == "GET":
                return json_response(200, [_shown(entry) for entry in self._state.of(Vendor.SNOM, tenant)])
            case ["companies", tenant.company, "endpoints", text]:
                return self._endpoint(request, tenant, text)
        return json_response(404, {"message": "not found"})

    def _endpoint(self, request: Request, tenant: Tenant, text: str) -> Response:
        mac = hex_mac(text)
        if mac is None or len(text) != 12:
            return json_response(422, {"message": "mac is not valid"})
        if request.method != "GET" and tenant.name in self._state.switches.roleless:
            return json_response(403, {"message": "the role of this key does not permit this"})
        entry = self._state.registries[Vendor.SNOM].get(mac)
        if entry is not None and entry.tenant != tenant.name:
            # The texts are known, status and envelope are not (section 1.7).
            taken = "taken_mac_or_forbidden" if request.method == "PUT" else "User lacks permission to endpoint"
            return json_response(403, {"message": taken})
        match request.method:
            case "PUT":
                return self._put(request, tenant, mac, entry)
            case "GET" if entry:
                return json_response(200, _shown(entry))
            case "DELETE" if entry:
                self._state.remove(Vendor.SNOM, mac)
                return Response(204)
            case "GET" | "DELETE":
                return json_response(404, {"message": "endpoint does not exist"})
        return json_response(405, {"message": "method not allowed"})

    def _put(self, request: Request, tenant: Tenant, mac: str, before: Registration | None) -> Response:
        wanted = request.json()
        if request.content_type != "application/json" or not isinstance(wanted, dict):
            return json_response(400, {"message": "a JSON object is expected"})
        if hex_mac(wanted.get("mac")) != mac:
            return json_response(422, {"message": "mac is not that of the address"})
        manager = wanted.get("settings_manager", {})
        setting = manager.get(DESK_PHONE_SETTING, {}) if isinstance(manager, dict) else {}
        url = setting.get("value", "") if isinstance(setting, dict) else ""
        if url and not is_url(url):
            return json_response(422, {"message": "the value of setting_server is not a URL"})
        # A full replacement (section 1.5). The wrong one of the two settings sends the phone nowhere (section 1.4).
        entry = self._state.put(Vendor.SNOM, tenant.name, mac, url, entry=wanted)
        return json_response(200 if before else 201, _shown(entry))


def _shown(registration: Registration) -> dict[str, Any]:
    setting = {"value": registration.url, "attrs": {"perm": "RW"}}
    plain = {"autoprovisioning_enabled": True, "settings_manager": {DESK_PHONE_SETTING: setting}}
    return plain | registration.entry | {"mac": registration.mac.upper()}


def _settings_page(request: Request, base: str) -> Response:
    """One page: 20 entries unless asked for more, at most 1,000, the next one by a Link header (section 1.4)."""
    query = request.query
    size = min(_number(query.get("page_size"), 20), 1000)
    page = _number(query.get("page"), 1)
    headers = {}
    if page * size < len(SETTINGS):
        following = urlsplit(base)._replace(path=f"{PREFIX}settings/", query=f"page={page + 1}&page_size={size}")
        headers["Link"] = f'<{following.geturl()}>; rel="next"'
    return json_response(200, SETTINGS[(page - 1) * size : page * size], headers)


def _number(text: str | None, otherwise: int) -> int:
    return max(1, int(text)) if text and text.isdecimal() else otherwise

"""The older wires of both manufacturers: XML-RPC with HTTP Basic (sections 2 and 3)."""

from __future__ import annotations

import re
import xmlrpc.client
from collections.abc import Callable, Mapping
from typing import Any
from xml.parsers.expat import ExpatError
from xml.sax.saxutils import escape

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from helpdesk_tui.backend.manufacturers.simulator.messages import Request, Response, text_response
from helpdesk_tui.backend.manufacturers.simulator.state import TENANTS, State, Tenant, hex_mac, is_url
from helpdesk_tui.backend.model.vendor import PREFIXES, Vendor

SNOM_PREFIX = "/snom/xmlrpc"
YEALINK_PREFIX = "/yealink/xmlrpc"

Values = list[Any]
Method = Callable[[Tenant, Values], Values]


class XmlRpc:
    """What both wires share; a subclass brings the methods and the form of an answer."""

    vendor: Vendor

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def methods(self) -> Mapping[str, Method]:
        raise NotImplementedError

    def write(self, values: Values) -> str:
        """The XML of an array of values."""
        raise NotImplementedError

    def tenant(self, request: Request) -> Tenant | Response:
        known = {(tenant.username, tenant.password): tenant for tenant in TENANTS}
        refusal = text_response(401, "Unauthorized", {"WWW-Authenticate": 'Basic realm="simulated"'})
        return known.get(request.basic or ("", "")) or refusal

    def handle(self, request: Request, tenant: Tenant) -> Response:
        if request.method != "POST":
            return text_response(405, "Method not allowed")
        if request.content_type != "text/xml":
            return text_response(415, "text/xml is expected")  # Snom demands it (section 2); the status is a guess
        try:
            defusedxml.ElementTree.fromstring(request.body, forbid_dtd=True)
            parameters, name = xmlrpc.client.loads(request.body)
        except (ExpatError, SyntaxError, ValueError, DefusedXmlException, xmlrpc.client.Error):
            return text_response(400, "no XML-RPC")
        method = self.methods.get(name or "")
        if method is None:
            return _xml(xmlrpc.client.dumps(xmlrpc.client.Fault(0, f"no such method: {name}")))  # guess
        try:
            values = method(tenant, list(parameters))
        except (IndexError, ValueError):
            return _xml(xmlrpc.client.dumps(xmlrpc.client.Fault(0, "wrong parameters")))  # guess
        return _xml(self.write(values))


class SnomXmlRpc(XmlRpc):
    """Section 2. Answers are compact and typed."""

    vendor = Vendor.SNOM

    @property
    def methods(self) -> Mapping[str, Method]:
        return {
            "redirect.registerPhone": self._register,
            "redirect.deregisterPhone": self._deregister,
            "redirect.checkPhone": self._check,
            "redirect.getPhoneRedirection": self._redirection,
            "redirect.listPhones": lambda tenant, _: [
                found.mac.upper() for found in self._state.of(self.vendor, tenant)
            ],
            "network.echo": lambda _, values: values[:1],
        }

    def handle(self, request: Request, tenant: Tenant) -> Response:
        if request.path != f"{SNOM_PREFIX}/":  # the slash is required (section 2); the status is a guess
            return text_response(404, "Not found")
        return super().handle(request, tenant)

    def write(self, values: Values) -> str:
        items = "".join(
            f"<value>{_boolean(value) or f'<string>{escape(str(value))}</string>'}</value>" for value in values
        )
        return (
            '<?xml version="1.0"?><methodResponse><params><param><value><array><data>'
            f"{items}</data></array></value></param></params></methodResponse>"
        )

    def _register(self, tenant: Tenant, values: Values) -> Values:
        mac, url = hex_mac(values[0]), values[1]
        if refusal := self._refusal(tenant, mac):
            return refusal
        if mac is None or not is_url(url):
            return [False, "Error:malformed_url"]
        self._state.put(self.vendor, tenant.name, mac, url)
        return [True, "Ok"]

    def _deregister(self, tenant: Tenant, values: Values) -> Values:
        mac = hex_mac(values[0])
        if refusal := self._refusal(tenant, mac) or self._unknown(mac):
            return refusal
        self._state.remove(self.vendor, str(mac))
        return [True, "Ok"]

    def _check(self, tenant: Tenant, values: Values) -> Values:
        mac = hex_mac(values[0])
        return self._refusal(tenant, mac) or self._unknown(mac) or [True, "Ok"]

    def _list(self, tenant: Tenant, _: Values) -> Values:
        return [entry.mac.upper() for entry in self._state.of(self.vendor, tenant)]

    def _redirection(self, tenant: Tenant, values: Values) -> Values:
        mac = hex_mac(values[0])
        if refusal := self._refusal(tenant, mac) or self._unknown(mac):
            return refusal
        return [True, tenant.name, self._state.registries[self.vendor][str(mac)].url]

    def _refusal(self, tenant: Tenant, mac: str | None) -> Values:
        if mac is None:
            return [False, "Error:malformed_mac"]
        entry = self._state.registries[self.vendor].get(mac)
        return [False, "Error:owned_by_other_user"] if entry and entry.tenant != tenant.name else []

    def _unknown(self, mac: str | None) -> Values:
        return [] if mac in self._state.registries[self.vendor] else [False, "Error:no_such_mac"]


class YealinkXmlRpc(XmlRpc):
    """Section 3. Answers carry the namespace of Apache's library and texts without a type."""

    vendor = Vendor.YEALINK

    @property
    def methods(self) -> Mapping[str, Method]:
        return {
            "redirect.registerDevice": self._register_at_server,
            "redirect.registerDeviceWithUniqueUrl": self._register_at_url,
            "redirect.deRegisterDevice": self._deregister,
            "redirect.checkDevice": self._check,
            "redirect.listDevices": lambda tenant, _: [entry.mac for entry in self._state.of(self.vendor, tenant)],
            "redirect.addServer": self._add_server,
        }

    def write(self, values: Values) -> str:
        items = "".join(f"<value>{_boolean(value) or escape(str(value))}</value>" for value in values)
        return (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<methodResponse xmlns:ex="http://ws.apache.org/xmlrpc/namespaces/extensions">\n'
            f"<params><param><value><array><data>{items}</data></array></value></param></params></methodResponse>"
        )

    def _register_at_server(self, tenant: Tenant, values: Values) -> Values:
        url = self._state.servers[tenant.name].get(values[1])
        if url is None:
            return [False, "Error:Invalid server"]
        return self._register(tenant, values[0], url, values[2:3] == ["1"])

    def _register_at_url(self, tenant: Tenant, values: Values) -> Values:
        if values[1] not in self._state.servers[tenant.name]:
            return [False, "Error:Invalid server"]
        if not is_url(values[2]):
            schemes = "'http://' or 'https://' or 'ftp://' or 'tftp://'"
            return [False, f"Error:The url can only begin with {schemes}"]
        return self._register(tenant, values[0], values[2], values[3:4] == ["1"])

    def _register(self, tenant: Tenant, text: str, url: str, override: bool) -> Values:
        mac = hex_mac(text)
        if mac is None:
            return [False, f"Error:Invalid MAC(s):{text}"]
        entry = self._state.registries[self.vendor].get(mac)
        if entry and entry.tenant != tenant.name and not (override and self._state.switches.override_seizes):
            return [False, f"Error:{text}"]
        if entry and entry.tenant == tenant.name and not override:
            return [False, f"Existing MAC(s):{text}"]
        self._state.put(self.vendor, tenant.name, mac, url)
        return [True, "OK\n"]  # texts may hold line breaks

    def _deregister(self, tenant: Tenant, values: Values) -> Values:
        mac = hex_mac(values[0])
        entry = self._state.registries[self.vendor].get(mac or "")
        if entry is None or entry.tenant != tenant.name:  # that these read alike is a guess
            return [False, f"Error:Invalid MAC(s):{values[0]}"]
        self._state.remove(self.vendor, entry.mac)
        return [True, "OK"]

    def _check(self, tenant: Tenant, values: Values) -> Values:
        mac = hex_mac(values[0])
        if mac is None:
            return [False, "Error:Invalid MAC"]
        entry = self._state.registries[self.vendor].get(mac)
        if entry is None:
            # `Unknown`: the manufacturer never made such a phone; judged here by the prefix.
            return [False, "Unregistered" if PREFIXES.get(mac[:6]) is self.vendor else "Unknown"]
        # Which boolean goes with which word is not known.
        return [True, "Registered"] if entry.tenant == tenant.name else [False, "Registered Elsewhere"]

    def _add_server(self, tenant: Tenant, values: Values) -> Values:
        if not re.fullmatch(r"[A-Za-z0-9 ._-]{1,20}", values[0]):
            return [False, "Error:The server name can only contain 'A-z 0-9 - _ . '(include space)"]
        if not is_url(values[1]):
            return [False, "Error:The url can only begin with 'http://' or 'https://' or 'ftp://' or 'tftp://'"]
        self._state.servers[tenant.name][values[0]] = values[1]
        self._state.save()
        return [True, "OK"]


def _boolean(value: Any) -> str:
    return f"<boolean>{value:d}</boolean>" if isinstance(value, bool) else ""


def _xml(text: str) -> Response:
    return Response(200, {"Content-Type": "text/xml"}, text.encode())

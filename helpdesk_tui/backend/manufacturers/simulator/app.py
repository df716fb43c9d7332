"""All simulated services as one function from a request to a response."""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import asdict, replace
from email.utils import formatdate
from pathlib import Path
from typing import Any, Protocol

from helpdesk_tui.backend.manufacturers.simulator import faults, phones, sraps, xmlrpc, ymcs
from helpdesk_tui.backend.manufacturers.simulator.faults import Fault, Rule, Wire
from helpdesk_tui.backend.manufacturers.simulator.messages import Request, Response, json_response, text_response
from helpdesk_tui.backend.manufacturers.simulator.state import State, Tenant, hex_mac
from helpdesk_tui.backend.model.vendor import Vendor

_PREFIXES = (
    (sraps.PREFIX, Wire.SRAPS),
    (xmlrpc.SNOM_PREFIX, Wire.SNOM_XMLRPC),
    (phones.SNOM_PREFIX, Wire.SNOM_PHONE),
    (ymcs.PREFIX, Wire.YMCS),
    (xmlrpc.YEALINK_PREFIX, Wire.YEALINK_XMLRPC),
    (phones.YEALINK_PREFIX, Wire.YEALINK_PHONE),
)


class Service(Protocol):
    """One wire of one manufacturer."""

    def tenant(self, request: Request) -> Tenant | Response:
        """Who asks, or the refusal."""
        ...

    def handle(self, request: Request, tenant: Tenant) -> Response:
        """The answer for somebody who was let in."""
        ...


class Simulator:
    """Both manufacturers. Called from any thread."""

    def __init__(self, state_file: Path | None = None, now: Callable[[], float] = time.time) -> None:
        self.state = State(now, state_file)
        self.requests: list[tuple[str, str, str, int]] = []
        """Wire, method, target and status of every request; 0 where no answer was sent."""
        self._rules: list[Rule] = []
        self._recent: defaultdict[tuple[Wire, str], deque[float]] = defaultdict(deque)
        self._wires: dict[Wire, Service] = {
            Wire.SRAPS: sraps.Sraps(self.state),
            Wire.SNOM_XMLRPC: xmlrpc.SnomXmlRpc(self.state),
            Wire.YMCS: ymcs.Ymcs(self.state),
            Wire.YEALINK_XMLRPC: xmlrpc.YealinkXmlRpc(self.state),
        }
        self._phones = {Wire.SNOM_PHONE: phones.snom, Wire.YEALINK_PHONE: phones.yealink}

    def inject(self, fault: Fault, **more: Any) -> None:
        """Let coming requests meet a fault; the rest is as in `faults.Rule`."""
        with self.state.lock:
            self._rules.append(Rule(fault, **more))

    def clear_faults(self) -> None:
        with self.state.lock:
            self._rules.clear()

    def handle(self, request: Request) -> Response:
        """Answer one request, whoever it is for. The Date header is that of the services' clock."""
        with self.state.lock:
            response = self._direct(request) if request.path.startswith("/_") else self._serve(request)
            date = formatdate(self.state.now(), usegmt=True)
        return replace(response, headers={"Date": date} | dict(response.headers))

    def _serve(self, request: Request) -> Response:
        wire = next((wire for prefix, wire in _PREFIXES if request.path.startswith(prefix)), None)
        if wire is None:
            return text_response(404, "Not found")
        rule = self._rule(wire, request)
        response = self._meet(rule, wire, request) if rule else self._ask(wire, request)
        self.requests.append((wire, request.method, request.target, 0 if response.silent else response.status))
        return response

    def _meet(self, rule: Rule, wire: Wire, request: Request) -> Response:
        if rule.fault is Fault.CLOCK_SKEW:
            self.state.switches.clock_offset += rule.seconds
            try:
                response = self._ask(wire, request)
                date = formatdate(self.state.now(), usegmt=True)
                return replace(response, headers={"Date": date} | dict(response.headers))
            finally:
                self.state.switches.clock_offset -= rule.seconds
        return faults.instead(rule, request) or faults.spoil(rule, self._ask(wire, request))

    def _rule(self, wire: Wire, request: Request) -> Rule | None:
        named = request.headers.get("x-simulate-fault")
        if named in list(Fault):
            return Rule(Fault(named))
        rule = next((rule for rule in self._rules if rule.meets(wire, request)), None)
        if rule is not None and rule.times is not None:
            rule.times -= 1
            if rule.times <= 0:
                self._rules.remove(rule)
        return rule

    def _ask(self, wire: Wire, request: Request) -> Response:
        if wire in self._phones:
            return self._phones[wire](self.state, request)
        service = self._wires[wire]
        tenant = service.tenant(request)
        if isinstance(tenant, Response):
            return tenant
        if self._is_flooded(wire, tenant):
            code = {"code": "900429", "message": "Too many requests"}  # the body of YMCS (section 5.1)
            return json_response(429, code)
        return service.handle(request, tenant)

    def _is_flooded(self, wire: Wire, tenant: Tenant) -> bool:
        recent, now = self._recent[wire, tenant.name], time.monotonic()
        while recent and recent[0] <= now - 1:
            recent.popleft()
        recent.append(now)
        return len(recent) > self.state.switches.requests_per_second

    def _direct(self, request: Request) -> Response:
        """The director's own requests."""
        body = request.json()
        try:
            match request.method, request.path, body:
                case "POST", "/_faults", dict():
                    self._rules.append(Rule.parse(body))
                case "DELETE", "/_faults", _:
                    self._rules.clear()
                case "POST", "/_switches", dict():
                    self._switch(body)
                case "POST", "/_registrations", dict():
                    self._register(body)
                case "GET", "/_registrations", _:
                    return json_response(200, {v: list(map(asdict, all_.values())) for v, all_ in self._all()})
                case "GET", "/_requests", _:
                    return json_response(200, self.requests)
                case _:
                    return json_response(404, {"message": "no such request"})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return json_response(400, {"message": str(error)})
        return Response(204)

    def _switch(self, wanted: dict[str, Any]) -> None:
        switches = asdict(self.state.switches)
        if unknown := wanted.keys() - switches.keys():
            raise ValueError(f"unknown switches: {', '.join(sorted(unknown))}")
        for name, value in wanted.items():
            if type(value) not in (type(switches[name]), *([int] if isinstance(switches[name], float) else [])):
                raise ValueError(f"{name} is of another type")
            setattr(self.state.switches, name, value)

    def _register(self, wanted: dict[str, str]) -> None:
        mac = hex_mac(wanted["mac"])
        if mac is None:
            raise ValueError("mac is not valid")
        self.state.put(Vendor(wanted["vendor"]), wanted["tenant"], mac, wanted["url"])

    def _all(self) -> list[tuple[str, dict[str, Any]]]:
        return [(vendor.value, dict(all_)) for vendor, all_ in self.state.registries.items()]

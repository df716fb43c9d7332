"""Things that go wrong on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from helpdesk_tui.backend.manufacturers.simulator.messages import Request, Response, text_response


class Wire(StrEnum):
    """Whom a request is for."""

    SRAPS = "sraps"
    SNOM_XMLRPC = "snom-xmlrpc"
    YMCS = "ymcs"
    YEALINK_XMLRPC = "yealink-xmlrpc"
    SNOM_PHONE = "snom-phone"
    YEALINK_PHONE = "yealink-phone"


class Fault(StrEnum):
    """What goes wrong. Those that say `before` leave everything as it was; `after`, the change has been made."""

    NO_ANSWER_BEFORE = "no-answer-before"
    NO_ANSWER_AFTER = "no-answer-after"
    CLOSED_BEFORE = "closed-before"
    CLOSED_AFTER = "closed-after"
    ERROR_500 = "error-500"
    ERROR_503 = "error-503"
    ECHO = "echo"
    """An error page that repeats the whole request, secrets and all."""
    RATE_LIMITED = "rate-limited"
    REDIRECT = "redirect"
    BAD_CREDENTIALS = "bad-credentials"
    GARBAGE = "garbage"
    XML_BOMB = "xml-bomb"
    OVERSIZE = "oversize"
    WRONG_CONTENT_TYPE = "wrong-content-type"
    """The right body with the wrong type, after the change."""
    CUT = "cut"
    """Half the body, then the connection is closed; after the change."""
    TRUNCATED = "truncated"
    """Half the body as if it were all; after the change."""
    DRIP = "drip"
    """One byte at a time; after the change."""
    CLOCK_SKEW = "clock-skew"
    """The service's clock is `seconds` ahead."""


@dataclass(slots=True)
class Rule:
    """A fault and whom it meets."""

    fault: Fault
    wire: Wire | None = None
    """None: any."""
    match: str = ""
    """A text that occurs in method, target or body of the request."""
    times: int | None = 1
    """How many requests it meets; None: all, until faults are cleared."""
    seconds: float = 30.0
    """How long no answer lasts; how far the clock is off."""
    retry_after: int | None = None

    @classmethod
    def parse(cls, found: Mapping[str, Any]) -> Rule:
        """Raises ValueError or TypeError."""
        fields = dict(found) | {"fault": Fault(found.get("fault", ""))}
        if fields.get("wire") is not None:
            fields["wire"] = Wire(fields["wire"])
        return cls(**fields)

    def meets(self, wire: Wire, request: Request) -> bool:
        whole = f"{request.method} {request.target}\n{request.body.decode(errors='replace')}"
        return self.wire in (None, wire) and self.match in whole


def instead(rule: Rule, request: Request) -> Response | None:
    """The response that comes in place of the service's own, which never learns of the request."""
    pause = {} if rule.retry_after is None else {"Retry-After": str(rule.retry_after)}
    bomb = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><b>&b;</b>'
    return {
        Fault.NO_ANSWER_BEFORE: Response(silent=True, hold=rule.seconds),
        Fault.CLOSED_BEFORE: Response(silent=True),
        Fault.ERROR_500: text_response(500, "Internal error"),
        Fault.ERROR_503: text_response(503, "Service unavailable", pause),
        Fault.ECHO: text_response(500, f"{request.body.decode(errors='replace')} {request.target} {request.headers}"),
        Fault.RATE_LIMITED: text_response(429, "Too many requests", pause),
        Fault.REDIRECT: Response(302, {"Location": "http://other-host.invalid/elsewhere"}),
        Fault.BAD_CREDENTIALS: text_response(401, "Unauthorized"),
        Fault.GARBAGE: text_response(200, "\x00\x1b[31m<html>}{\u202e"),
        Fault.XML_BOMB: Response(200, {"Content-Type": "text/xml"}, bomb.encode()),
        Fault.OVERSIZE: Response(200, {"Content-Type": "application/json"}, b"[" + b" " * 2_000_000 + b"]"),
    }.get(rule.fault)


def spoil(rule: Rule, response: Response) -> Response:
    """The service's own response, damaged on its way."""
    match rule.fault:
        case Fault.NO_ANSWER_AFTER:
            return replace(response, silent=True, hold=rule.seconds)
        case Fault.CLOSED_AFTER:
            return replace(response, silent=True)
        case Fault.WRONG_CONTENT_TYPE:
            body = response.body or b"<html></html>"
            return replace(response, status=200, headers={"Content-Type": "text/html"}, body=body)
        case Fault.CUT:
            return replace(response, status=200, body=response.body or b"<html></html>", cut=True)
        case Fault.TRUNCATED:
            return replace(response, body=response.body[: len(response.body) // 2])
        case Fault.DRIP:
            return replace(response, drip=True)
    return response

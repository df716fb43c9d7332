"""XML-RPC as Snom and Yealink speak it: string parameters go out, a flat list of values comes back."""

from __future__ import annotations

import base64
import xmlrpc.client
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from helpdesk_tui.backend.exchange import Request
from helpdesk_tui.backend.manufacturers.http import Answer, CallError
from helpdesk_tui.backend.model.environment import ServiceAccount


@dataclass(frozen=True, slots=True)
class Reply:
    """`[boolean, text, …]`, which is how both vendors answer nearly everything."""

    values: tuple[str, ...]
    """As text; a boolean is `1` or `0`."""

    @property
    def success(self) -> bool:
        return self.values[:1] == ("1",)

    @property
    def said(self) -> str:
        """What the service says in words: the second value, or the only one."""
        return self.values[-1 if len(self.values) < 2 else 1] if self.values else ""

    @property
    def code(self) -> str:
        """`said` made comparable: lower case, no `Error:`, no blanks around it. Both vendors vary these
        (reference manufacturer_services.md, sections 2 and 3)."""
        return " ".join(self.said.lower().split()).removeprefix("error:").strip()


def basic(account: ServiceAccount) -> str:
    """The value of an Authorization header for HTTP Basic."""
    return "Basic " + base64.b64encode(f"{account.identity}:{account.secret}".encode()).decode()


def call(account: ServiceAccount, url: str, method: str, *parameters: str, changes: bool) -> Request:
    """The request for a method call. Content type `text/xml` is compulsory at Snom (section 2)."""
    return Request(
        "POST",
        url,
        {"Authorization": basic(account), "Content-Type": "text/xml"},
        xmlrpc.client.dumps(parameters, method).encode(),
        changes,
    )


def reply(answer: Answer) -> Reply:
    """The values of an answer. Raises CallError when it is a fault or no XML-RPC."""
    root = answer.xml()
    if root.tag != "methodResponse":
        raise answer.unreadable("XML, but not of XML-RPC")
    if (fault := root.find("fault")) is not None:
        raise fault_of(answer, fault)
    value = root.find("params/param/value")
    if value is None:
        raise answer.unreadable("XML-RPC without a value")
    items = value.findall("array/data/value") if value.find("array") is not None else [value]
    return Reply(tuple(map(_text, items)))


def fault_of(answer: Answer, fault: Element) -> CallError:
    """The failure for a fault: neither vendor documents any (section 2)."""
    members = {member.findtext("name"): member.find("value") for member in fault.iter("member")}
    said = members.get("faultString")
    return answer.unreadable(f"fault: {_text(said)}" if said is not None else "a fault")


def _text(value: Element) -> str:
    """A value of any simple type; without a type it is a string, as Yealink's server sends them (section 3)."""
    return "".join(value.itertext()).strip()

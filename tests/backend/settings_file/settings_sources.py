"""Sources for tests of the settings file, and readers of both formats that share no code with the program."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from xml.parsers import expat

from helpdesk_tui.backend.model.catalogue import Catalogue, PhoneModel
from helpdesk_tui.backend.model.keys import FunctionKey, KeyFunction
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.organisation import (
    CallerIdDisplay,
    CallWaiting,
    Codec,
    Identity,
    Language,
    Organisation,
    User,
)
from helpdesk_tui.backend.settings_file import Endpoint, FirmwareChoice, Generation, Source

ROOT = Path(__file__).parents[3]
CATALOGUE = Catalogue.parse((ROOT / "assets" / "models.csv").read_text("utf-8").splitlines())

ORGANISATION = Organisation(
    id=1,
    name="Bakkerij Jansen & Zonen",
    short_name="jansen",
    sip_host="pbx.example.net",
    outbound_proxy="proxy.example.net:5070",
    ntp_server="ntp.example.net",
    timezone="Europe/Amsterdam",
    language=Language.NL,
    codecs=(Codec.PCMA, Codec.G722),
    call_waiting=CallWaiting.SILENT,
    caller_id_display=CallerIdDisplay.NUMBER_NAME,
    speaker_level=11,
    microphone_level=6,
    web_username="beheer",
)
ANNA = User(
    id=1,
    organisation_id=1,
    extension="201",
    name="Anna Jansen",
    identities=(
        Identity("jansen201", "sip-secret-1", "Anna Jansen"),
        Identity("winkel", "sip-secret-2", "Winkel"),
    ),
    voicemail="1233",
    ring_internal=3,
    ring_external=5,
    pin="4711",
)
KEYS = (
    FunctionKey(1, KeyFunction.STATUS, "202", "Piet"),
    FunctionKey(2, KeyFunction.SPEED_DIAL, "0201234567", "Leverancier"),
    FunctionKey(4, KeyFunction.HOLD, label="Wacht"),
)
FIRMWARE = FirmwareChoice("10.1.198.19", "https://www.example.net/fw/image.bin", "https://www.example.net/fw/D735.xml")

SAMPLES = {
    Generation.SNOM_8: ("725", "8.9.3.80"),
    Generation.SNOM_10: ("D735", "10.1.49.11"),
    Generation.SNOM_D8: ("D862", "10.1.198.19"),
    Generation.YEALINK_V80: ("T46G", "28.80.0.95"),
    Generation.YEALINK_V81: ("T46S", "66.81.0.110"),
    Generation.YEALINK_V84: ("T46S", "66.86.0.15"),
    Generation.YEALINK_V87: ("T54W", "96.87.0.15"),
}
"""A model and an installed firmware of each generation."""
SNOM = [generation for generation in Generation if generation.name.startswith("SNOM")]
YEALINK = [generation for generation in Generation if generation.name.startswith("YEALINK")]


def source(model: str | PhoneModel = "D735", **changes: Any) -> Source:
    """A phone of Anna's bakery with nobody logged in, unless the changes say otherwise."""
    values: dict[str, Any] = {
        "mac": Mac("000413a1b2c3"),
        "model": CATALOGUE.get(model) if isinstance(model, str) else model,
        "phone_name": "Balie",
        "vlan": None,
        "account": Identity("p000413a1b2c3", "account-secret"),
        "web_password": "portal-secret",
        "organisation": ORGANISATION,
        "user": None,
        "endpoint": Endpoint("https://prov.example.net/p/f00dcafe/phone.xml", "https://prov.example.net/p/f00dcafe/"),
        "firmware": None,
        "firmware_installed": None,
    }
    return Source(**(values | changes))


def sample(generation: Generation, **changes: Any) -> Source:
    model, installed = SAMPLES[generation]
    return source(model, **({"firmware_installed": installed} | changes))


def small(generation: Generation, **changes: Any) -> Source:
    """A phone of this generation with so few slots that its file can be read by a person."""
    made = sample(generation, **changes)
    return replace(made, model=replace(made.model, identities=2, keys=5, modules=1, module_keys=2))


@dataclass
class Read:
    """What a phone finds in a settings file: every setting in order, by the name that the tests use."""

    pairs: list[tuple[str, str]] = field(default_factory=list)
    """Snom: `name` or `name[idx]`. Yealink: the key."""
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    elements: list[str] = field(default_factory=list)
    """Snom: the names of all elements, frame included."""

    def __getitem__(self, name: str) -> str:
        found = [value for key, value in self.pairs if key == name]
        assert len(found) == 1, f"{name} stands {len(found)} times in the file"
        return found[0]

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self.pairs)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.pairs]

    @property
    def values(self) -> list[str]:
        return [value for _, value in self.pairs]


def read_snom(data: bytes) -> Read:
    """By expat, depth by depth: settings, a section, a setting."""
    read, stack, text = Read(), [], [""]

    def start(name: str, attributes: dict[str, str]) -> None:
        stack.append((name, attributes))
        read.elements.append(name)
        assert len(stack) <= 3, f"{name} stands inside a setting"
        text[0] = ""

    def end(name: str) -> None:
        _, attributes = stack.pop()
        if len(stack) == 2:
            key = f"{name}[{attributes['idx']}]" if "idx" in attributes else name
            read.pairs.append((key, text[0]))
            read.attributes[key] = attributes
        text[0] = ""

    def characters(data: str) -> None:
        text[0] += data

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    parser.Parse(data, True)
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<settings>')
    return read


def read_yealink(data: bytes) -> Read:
    """Line by line, with every kind of line break that some reader might know."""
    text = data.decode()
    assert text.endswith("\n")
    lines = text.splitlines()
    assert len(lines) == text.count("\n"), "a value holds a line break"
    assert lines[0] == "#!version:1.0.0.1"
    read = Read()
    for line in lines[1:]:
        if not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals and key == key.strip() + " "
            read.pairs.append((key.strip(), value.strip(" ")))
    return read


def read(data: bytes) -> Read:
    return read_snom(data) if data.startswith(b"<?xml") else read_yealink(data)

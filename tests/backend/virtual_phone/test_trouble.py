"""What goes wrong while a phone starts: how it ends, and what people are told of it."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from helpdesk_tui.backend.endpoint.server import Listen, in_background
from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.virtual_phone import BootStep, Fault, Progress, VirtualPhone, ask_over_http
from tests.backend.offices import SNOM, YEALINK

URL = "https://provisioning.example.net/secret/"
STORED = {
    "D735": {"setting_server": URL, "user_name[1]": "201", "user_host[1]": "sip.example.net:5061"},
    "T46S": {
        "static.auto_provision.server.url": URL,
        "account.1.user_name": "201",
        "account.1.sip_server.1.address": "sip.example.net",
    },
}
OVER_TLS = {
    "D735": {"user_outbound[1]": "proxy.example.net:5061;transport=tls"},
    "T46S": {"account.1.sip_server.1.transport_type": "2"},
}
BY_ADDRESS = {
    "D735": {"user_host[1]": "192.0.2.1:5061"},
    "T46S": {"account.1.sip_server.1.address": "192.0.2.1"},
}
PHONES = pytest.mark.parametrize(("mac", "model"), [(SNOM, "D735"), (YEALINK, "T46S")], ids=["snom", "yealink"])

CAUSES = {
    Fault.NO_LINK: ("it has no link to a network", "check its cable"),
    Fault.WRONG_VLAN: ("does not answer, nor does anything else in this network", "check the VLAN"),
    Fault.NO_DNS: ("is not found, for the DNS server does not answer", "check the DNS server"),
    Fault.WRONG_CLOCK: ("the clock of the phone says 1970-01-01", "let the phone reach its time server"),
    Fault.BLOCKED_PORT: ("as if a firewall dropped", "let the firewall pass HTTPS"),
    Fault.OLD_TLS: ("refuses TLS 1.0", "newer firmware by hand"),
}
STILL_CALLS = {Fault.WRONG_CLOCK, Fault.BLOCKED_PORT, Fault.OLD_TLS}
"""What keeps a phone from its settings only: with those that it has, it registers."""


def boot(desk: Helpdesk, mac: str, model: str, settings: dict[str, str], *faults: Fault) -> VirtualPhone:
    """A phone that has started with these settings and faults."""
    seen: list[Progress] = []
    kind = desk.catalogue.get(model)
    phone = VirtualPhone(Mac.parse(mac), kind, lambda _: URL, faults=faults, progress=seen.append)
    phone.settings = dict(settings)
    assert phone.boot() is phone.registered
    assert (seen[-1].step, seen[-1].ok) == (BootStep.IDLE, phone.registered)
    assert phone.settings == settings  # nothing came, and nothing is forgotten
    return phone


@PHONES
@pytest.mark.parametrize("fault", Fault)
def test_a_fault_is_named_and_only_who_can_register_makes_calls(
    desk: Helpdesk, fault: Fault, mac: str, model: str
) -> None:
    fresh = boot(desk, mac, model, {}, fault)
    kept = boot(desk, mac, model, STORED[model], fault)
    assert (fresh.registered, kept.registered) == (False, fault in STILL_CALLS)
    assert "cannot make calls: " in fresh.ending
    assert ("ready to make calls, but with the settings that it had: " in kept.ending) is (fault in STILL_CALLS)
    for phone in (fresh, kept):
        assert all(words in phone.ending for words in CAUSES[fault])


@PHONES
def test_what_stops_tls_stops_calls_over_tls_and_an_address_needs_no_dns(desk: Helpdesk, mac: str, model: str) -> None:
    secure = STORED[model] | OVER_TLS[model]
    calls = {fault for fault in Fault if boot(desk, mac, model, secure, fault).registered}
    assert calls == {Fault.BLOCKED_PORT}
    assert boot(desk, mac, model, STORED[model] | BY_ADDRESS[model], Fault.NO_DNS).registered


def test_of_several_faults_the_one_that_a_phone_meets_first_is_told(desk: Helpdesk) -> None:
    phone = boot(desk, SNOM, "D735", STORED["D735"], Fault.OLD_TLS, Fault.WRONG_CLOCK, Fault.NO_DNS)
    assert not phone.registered
    assert CAUSES[Fault.NO_DNS][0] in phone.ending


# -- real trouble, on this machine -------------------------------------------------------------------------------------


def answer_of(model: PhoneModel, url: str, *, trust: str | bool = True) -> str:
    """How the boot of a phone ends that fetches its settings from this address."""
    settings = {"setting_server": f"{url}/t/x/", "user_name[1]": "201", "user_host[1]": "sip.example.net"}
    phone = VirtualPhone(Mac.parse(SNOM), model, lambda _: None, verify=trust)
    phone.settings = settings
    assert phone.boot()  # with the settings that it has
    assert "Error" not in phone.ending
    return phone.ending


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_who_does_not_answer_is_named_without_words_of_programmers(desk: Helpdesk, closed_port: int) -> None:
    d735 = desk.catalogue.get("D735")
    with in_background(desk) as url:
        assert f"{url.partition('//')[2]} does not speak TLS; check" in answer_of(d735, url.replace("http", "https"))
        assert f"{url.partition('//')[2]} has no settings for it; see" in answer_of(d735, url)
    assert f"127.0.0.1:{closed_port} refuses the connection" in answer_of(d735, f"http://127.0.0.1:{closed_port}")
    for vendor in Vendor:
        ask = ask_over_http(f"http://127.0.0.1:{closed_port}", vendor, "D735")
        phone = VirtualPhone(Mac.parse(SNOM), d735, ask)
        assert not phone.boot()
        assert f"127.0.0.1:{closed_port} refuses the connection" in phone.ending


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate, and is not installed")
def test_a_certificate_that_is_not_trusted_is_called_that(desk: Helpdesk, tmp_path: Path) -> None:
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj"]
    files = ["-keyout", "key.pem", "-out", "cert.pem", "-days", "2"]
    subprocess.run([*make, "/CN=elsewhere.example.net", *files], cwd=tmp_path, check=True, capture_output=True)
    certificate = tmp_path / "cert.pem"
    listen = Listen(tls_certificate=certificate, tls_key=tmp_path / "key.pem", access_log=tmp_path / "log")
    d735 = desk.catalogue.get("D735")
    with in_background(desk, listen) as url:
        host = url.partition("//")[2]
        unknown = answer_of(d735, url)
        assert f"the certificate of {host} is not trusted (self-signed certificate); trust its authority" in unknown
        of_another = answer_of(d735, url, trust=str(certificate))
        assert f"the certificate of {host} is not trusted (IP address mismatch" in of_another
        assert "ask for it by a name that stands in the certificate" in of_another


def test_files_that_are_none_are_refused_by_name(desk: Helpdesk, tmp_path: Path) -> None:
    d735, junk = desk.catalogue.get("D735"), tmp_path / "junk"
    junk.write_text("no PEM and no JSON")
    with pytest.raises(BadInput, match="junk holds no certificate authority"):
        VirtualPhone(Mac.parse(SNOM), d735, lambda _: None, verify=str(junk)).boot()
    with pytest.raises(BadInput, match="junk holds no virtual phone"):
        VirtualPhone(Mac.parse(SNOM), d735, lambda _: None, state_file=junk)

"""What is refused when it is entered, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.organisation import Codec
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file import check_organisation, check_text, check_value
from tests.backend.settings_file.settings_sources import ORGANISATION


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\x85b", "a\u2028b", "a\u2029b"])
def test_line_breaks_of_every_kind(text: str) -> None:
    with pytest.raises(BadInput, match="Display name contains a line break"):
        check_value(None, "display_name", text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("a\x00b", "NUL"), ("a\tb", "a tab"), ("a\x1bb", r"U\+001B"), ("a\ud83db", r"U\+D83D"), ("a\x0bb", r"U\+000B")],
)
def test_characters_that_no_file_carries(text: str, sentence: str) -> None:
    for vendor in (None, *Vendor):
        with pytest.raises(BadInput, match=sentence):
            check_text(text, "the name", vendor)


def test_blanks_around_a_text_are_dropped() -> None:
    assert check_text("  Anna Jansen\u00a0") == "Anna Jansen"
    assert check_text("Zoë 👩‍💻") == "Zoë 👩‍💻"


def test_an_order_to_yealink_phones_is_no_text() -> None:
    assert check_text("%NULL%", vendor=Vendor.SNOM) == "%NULL%"
    for vendor in (None, Vendor.YEALINK):
        with pytest.raises(BadInput, match="%NULL%"):
            check_text("x%null%", vendor=vendor)


def test_very_long_texts() -> None:
    assert check_text("a" * 1000)
    with pytest.raises(BadInput, match="1001 characters"):
        check_text("a" * 1001)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("sip_host", "pbx.example.net", ""),
        ("sip_host", "192.0.2.1:5060", "pbx.example.net:99999"),
        ("sip_host", "[2001:db8::1]:5060", "pbx example net"),
        ("outbound_proxy", "", "proxy;transport=tls"),
        ("outbound_proxy", "proxy.example.net:5070", "proxy:port"),
        ("ntp_server", "pool.ntp.org", "http://pool.ntp.org"),
        ("timezone", "Europe/Amsterdam", "Europe/Nergens"),
        ("timezone", "UTC", "../../etc/passwd"),
        ("logged_out_dialplan", "*1|112|0[1-9]xx", "*1||112"),
        ("logged_out_dialplan", "", "(evil)!"),
        ("logged_out_dialplan", "[1-5]XX.T", "1[2"),
        ("logged_out_dialplan", "1x.", ".1"),
        ("logged_out_dialplan", "|".join(["112"] * 10), "|".join(["112"] * 11)),
        ("web_username", "admin", "admin:x"),
        ("web_username", "be-heer.1", ""),
        ("web_username", "user", "a b"),
        ("web_password", "Geheim#1", "a:b"),
    ],
)
def test_fields_with_a_form(field: str, good: str, bad: str) -> None:
    assert check_value(None, field, good) == good
    with pytest.raises(BadInput):
        check_value(None, field, bad)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ORGANISATION, codecs=()),
        replace(ORGANISATION, codecs=(Codec.PCMA, Codec.PCMA)),
        replace(ORGANISATION, speaker_level=16),
        replace(ORGANISATION, microphone_level=0),
        replace(ORGANISATION, name=" Jansen"),
        replace(ORGANISATION, name="%NULL%"),
    ],
)
def test_organisations_that_are_refused(wrong: object) -> None:
    with pytest.raises(BadInput):
        check_organisation(wrong, None)
    check_organisation(ORGANISATION, None)

"""What may stand in the columns of organisations, users and phones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.organisation import CallerIdDisplay, CallWaiting, Codec, Country, Language
from helpdesk_tui.backend.model.validation import ORGANISATION, PHONE, USER, Parser

COLUMNS = {
    f"{of}.{name}": parser
    for of, table in (("o", ORGANISATION), ("u", USER), ("p", PHONE))
    for name, parser in table.items()
}

GOOD: list[tuple[str, str, object]] = [
    ("o.organisation", " Bakkerij Jansen ", "Bakkerij Jansen"),
    ("o.short_name", "jansen2", "jansen2"),
    ("o.sip_host", "SIP.example.net:5061", "sip.example.net:5061"),
    ("o.outbound_proxy", "192.0.2.1", "192.0.2.1"),
    ("o.timezone", "Europe/Amsterdam", "Europe/Amsterdam"),
    ("o.language", "NL", Language.NL),
    ("o.country", "nl", Country.NL),
    ("o.codecs", "G722; pcma,pcmu opus", (Codec.G722, Codec.PCMA, Codec.PCMU, Codec.OPUS)),
    ("o.call_waiting", "yes", CallWaiting.ON),
    ("o.call_waiting", "Silent", CallWaiting.SILENT),
    ("o.caller_id_display", "display_name_number", CallerIdDisplay.NAME_NUMBER),
    ("o.caller_id_display", "number+name", CallerIdDisplay.NUMBER_NAME),
    ("o.speaker_level", "15", 15),
    ("o.microphone_level", "1", 1),
    ("o.logged_out_dialplan", "*1|112|0[1-9]xT", "*1|112|0[1-9]xT"),
    ("o.web_username", "admin", "admin"),
    ("u.extension", "201", "201"),
    ("u.sip_username", "anna.201", "anna.201"),
    ("u.sip_password", "p@ss w:rd", "p@ss w:rd"),
    ("u.ring_internal", "Ringer3", 3),
    ("u.ring_external", "Ring8.wav", 8),
    ("u.voicemail", "*97", "*97"),
    ("u.pin", "0042", "0042"),
    ("p.vlan", "4094", 4094),
    ("p.serial", "3110/A-1.2", "3110/A-1.2"),
    ("p.pin", "a1B2", "a1B2"),
]

BAD = [
    *(("o.organisation", text) for text in ("", "  ", "x" * 65, "a\nb", "\x1b[2J")),
    *(("o.short_name", text) for text in ("j", "JANSEN", "way-too-long-name", "é1")),
    *(("o.sip_host", text) for text in ("", "a b", "host:", "host:0", "host:65536", "http://host", "host:٥", "ſip.nl")),
    *(("o.timezone", text) for text in ("", "CEST+1", "../etc", "Europe")),
    *(("o.codecs", text) for text in ("", "g711", "pcma;pcma")),
    *(("o.call_waiting", text) for text in ("", "maybe")),
    *(("o.speaker_level", text) for text in ("16", "-1", "8.0", "", "٣", "9" * 30)),
    *(("o.microphone_level", text) for text in ("0", "9")),
    *(("o.logged_out_dialplan", text) for text in ("", "*1||112", "|112", "112;*1", "1" * 256)),
    *(("u.extension", text) for text in ("", "20a", "-1", "1" * 11, "٢٠١")),
    *(("u.sip_username", text) for text in ("", "a b", "a@b", "a:b", 'a"b', "x" * 65)),
    *(("u.sip_password", text) for text in (" secret", "secret ", "sec\nret", "x" * 129)),
    *(("u.ring_internal", text) for text in ("0", "9", "loud", "")),
    *(("u.pin", text) for text in ("12a4", "", "1" * 11)),
    *(("p.vlan", text) for text in ("4095", "-1", "one")),
    *(("p.serial", text) for text in ("", "a b", "x" * 41)),
    *(("p.pin", text) for text in ("hunter2!", "x" * 17)),
]  # fmt: skip


@pytest.mark.parametrize(("column", "text", "value"), GOOD)
def test_good_values(column: str, text: str, value: object) -> None:
    assert COLUMNS[column](text) == value


@pytest.mark.parametrize(("column", "text"), BAD)
def test_bad_values_name_their_column(column: str, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        COLUMNS[column](text)
    sentence = str(caught.value)
    assert sentence.startswith(column[2:] + ": ")
    assert sentence.isprintable()


@pytest.mark.parametrize(
    ("column", "text"), [("u.pin", "hunter2"), ("p.pin", "hunter2!"), ("u.sip_password", "hunter2 ")]
)
def test_no_secret_in_an_error(column: str, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        COLUMNS[column](text)
    assert "hunter2" not in str(caught.value)


@given(st.sampled_from(sorted(COLUMNS)), st.text(st.characters()))
def test_any_text_is_read_or_refused(column: str, text: str) -> None:
    parser: Parser = COLUMNS[column]
    try:
        value = parser(text)
    except BadInput as error:
        assert str(error).startswith(column[2:] + ": ")
        return
    if isinstance(value, str):
        assert parser(value) == value


@given(st.from_regex(r"\A[^\n]{1,20}\Z"))
def test_hosts_are_plain(text: str) -> None:
    try:
        host = ORGANISATION["sip_host"](text)
    except BadInput:
        return
    assert str(host).isascii() and " " not in str(host)

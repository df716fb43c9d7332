"""MAC addresses in every notation that people type or paste."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.mac import Mac, find_mac

NOTATIONS = [
    "00:04:13:aa:bb:cc",
    "00-04-13-AA-BB-CC",
    "0004.13aa.bbcc",
    "000413AABBCC",
    "00 04 13 aa bb cc",
    "00:04:13-AA BB.cc",
    "MAC: 000413aabbcc",
    "MAC address: 00:04:13:AA:BB:CC",
    "mac=000413aabbcc",
    "MAC-adres: 00-04-13-aa-bb-cc",
    "macadres 000413aabbcc",
    "MAC ID 000413AABBCC",
    "HWaddr 00:04:13:aa:bb:cc",
    "ether 00:04:13:aa:bb:cc",
    "S/N: 000413AABBCC",
    "  000413aabbcc\n",
    '"00:04:13:aa:bb:cc",',
    'MAC: "000413AABBCC"',
    "(00:04:13:aa:bb:cc)",
    "0:4:13:aa:bb:cc",
    "00–04–13–aa–bb–cc",
    "00\u00a004\u00a013\u00a0aa\u00a0bb\u00a0cc",
]


@pytest.mark.parametrize("text", NOTATIONS)
def test_every_notation_is_the_same_phone(text: str) -> None:
    assert Mac.parse(text) == Mac("000413aabbcc")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is needed"),
        ("MAC: ", "is needed"),
        ("000413aabbc", "11 digits"),
        ("000413aabbccd", "13 digits"),
        ("000413aabbcg", "'g' is no hexadecimal digit"),
        ("00:o4:13:aa:bb:cc", "is it a zero"),
        ("00:04:13:aa:bb:c\u0661", "no hexadecimal digit"),
        ("01:00:5e:00:00:01", "multicast"),
        ("ff:ff:ff:ff:ff:ff", "no device"),
        ("00:00:00:00:00:00", "no device"),
        ("Jansen", "no hexadecimal digit"),
    ],
)
def test_what_is_no_mac_is_refused_with_a_sentence(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        Mac.parse(text)
    assert find_mac(text) is None


@given(
    mac=st.integers(0, 2**48 - 1).map(lambda n: f"{n & ~(1 << 40):012x}").filter(lambda h: h != "0" * 12),
    size=st.sampled_from([2, 4, 6, 12]),
    separator=st.sampled_from([":", "-", ".", " ", "", "_", " : "]),
    upper=st.booleans(),
    label=st.sampled_from(["", "MAC: ", "mac=", "MAC-adres: ", "MAC address ", "hwaddr:"]),
)
def test_any_mac_survives_any_notation(mac: str, size: int, separator: str, upper: bool, label: str) -> None:
    written = separator.join(mac[i : i + size] for i in range(0, 12, size))
    read = Mac.parse(label + (written.upper() if upper else written))
    assert read.hex == mac
    assert Mac.parse(read.colons) == Mac.parse(read.upper) == Mac.parse(str(read)) == read


@given(st.text())
def test_any_text_is_a_mac_or_a_sentence(text: str) -> None:
    try:
        mac = Mac.parse(text)
    except BadInput as error:
        assert str(error).endswith(".")
        assert len(str(error)) < 400
    else:
        assert Mac.parse(mac.hex) == mac

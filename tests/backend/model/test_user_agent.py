"""What a phone says of itself: every form that was ever collected, and anything else at all."""

from __future__ import annotations

import csv
import string
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.user_agent import UserAgent, read_user_agent
from helpdesk_tui.backend.model.vendor import Vendor

COLLECTED = Path(__file__).parents[2] / "data" / "user_agents.tsv"


def _collected() -> list[dict[str, str]]:
    with COLLECTED.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", _collected(), ids=lambda row: row["user_agent"])
def test_every_collected_user_agent(row: dict[str, str]) -> None:
    assert read_user_agent(row["user_agent"]) == UserAgent(
        vendor=Vendor(row["vendor"]),
        model=row["model"] or None,
        firmware=row["firmware"] or None,
        mac=Mac.parse(row["mac"]) if row["mac"] else None,
    )


@pytest.mark.parametrize(
    ("text", "vendor", "model", "firmware", "mac"),
    [
        ("Mozilla/4.0 (compatible; snom m9 9.1.43)", Vendor.SNOM, "m9", "9.1.43", None),
        ("snomD717/10.1.198.19", Vendor.SNOM, "D717", "10.1.198.19", None),
        (
            "Mozilla/4.0 (compatible; snom710-SIP 8.7.5.35 1.1.5-IFX-05.01.12 000413741767)",
            *(Vendor.SNOM, "710", "8.7.5.35", "000413741767"),
        ),
        ("Mozilla/4.0 (compatible; snom370-SIP 8.7.3.25.9 1.1.3-u)", Vendor.SNOM, "370", "8.7.3.25.9", None),
        ("Mozilla/4.0 (compatible; snomMP-SIP 8.7.5.35 1.1.3-u)", Vendor.SNOM, "MP", "8.7.5.35", None),
        ("Yealink SIP-T46G", Vendor.YEALINK, "T46G", None, None),
        ("VP530P 23.70.0.41 00:15:65:3d:58:e3", Vendor.YEALINK, "VP530P", "23.70.0.41", "0015653d58e3"),
        ("Yealink SIP-CP920 78.86.0.15", Vendor.YEALINK, "CP920", "78.86.0.15", None),
        ("Yealink AX83H 180.87.0.15", Vendor.YEALINK, "AX83H", "180.87.0.15", None),
        ("Yealink something new", Vendor.YEALINK, None, None, None),
        ("Yealink SIP-T46S 66.86.0.15 00:11:22:33:44:55", Vendor.YEALINK, "T46S", "66.86.0.15", "001122334455"),
        # Twelve digits that are a date must not hide the address of a known vendor.
        ("snomD735-SIP 10.1.54.13 202102251419 000413922D24", Vendor.SNOM, "D735", "10.1.54.13", "000413922d24"),
        ("curl/8.5.0", None, None, None, None),
        ("T46S", None, None, None, None),
        ("Mozilla/5.0 (X11; Linux x86_64) 66.86.0.15 00:15:65:3d:58:e3", None, None, None, None),
        ("", None, None, None, None),
    ],
)
def test_other_forms(
    text: str, vendor: Vendor | None, model: str | None, firmware: str | None, mac: str | None
) -> None:
    assert read_user_agent(text) == UserAgent(vendor, model, firmware, Mac(mac) if mac else None)


_PLAIN = set(string.ascii_letters + string.digits + "._")
_PIECES = st.sampled_from(
    ["snom", "Snom ", "yealink ", "SIP-", "VP-", "T46S", "D785", " 10.1.", "66.86.0.2", ":", "0", " "]
)


@given(st.one_of(st.text(), st.lists(st.one_of(_PIECES, st.text(max_size=3)), max_size=30).map("".join)))
def test_hostile_text_gives_plain_parts_or_none(text: str) -> None:
    seen = read_user_agent(text)
    for part in (seen.model, seen.firmware):
        assert part is None or (part and set(part) <= _PLAIN and part in text)
    assert seen.vendor is not None or seen == UserAgent()


@pytest.mark.parametrize(
    "unit", ["snom", "snom ", "1.", "yealink ", "yealink SIP-", "0", "00:", "Yealink-T46S ", "snom1 1.1.1.1.1.", " "]
)
def test_time_is_bounded(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    start = process_time()
    read_user_agent(text)
    assert process_time() - start < 0.1

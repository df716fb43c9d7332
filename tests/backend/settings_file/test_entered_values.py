"""What may be entered can be sent: no value that import, screen and command line accept fails when a file is made."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.text import plain_text
from helpdesk_tui.backend.model.validation import ORGANISATION, USER
from helpdesk_tui.backend.settings_file import check_organisation, check_text
from tests.backend.settings_file.settings_sources import ORGANISATION as JANSEN

TEXTS = ("sip_host", "outbound_proxy", "ntp_server", "logged_out_dialplan", "web_username")


@given(
    st.sampled_from(TEXTS),
    st.text(st.sampled_from("aZ09._-:[]|*#xT,+ %NUL\\\n\u00e9"), max_size=40) | st.text(st.characters(), max_size=20),
)
@example("sip_host", "pbx-")
@example("sip_host", "a..b")
@example("sip_host", "[2001:db8::1]:5060")
@example("outbound_proxy", "")
@example("logged_out_dialplan", "1[2")
@example("logged_out_dialplan", "|".join(["112"] * 11))
def test_settings_of_organisations(column: str, text: str) -> None:
    try:
        value = ORGANISATION[column](text)
    except BadInput:
        return
    check_organisation(replace(JANSEN, **{column: value}), None)  # type: ignore[arg-type]


def test_every_time_zone() -> None:
    for name in sorted(available_timezones()):
        try:
            zone = ORGANISATION["timezone"](name)
        except BadInput:
            continue
        check_organisation(replace(JANSEN, timezone=str(zone)), None)


@given(st.sampled_from(("name", "display_name", "sip_username", "sip_password")), st.text(st.characters(), max_size=80))
@example("name", "%null%")
@example("sip_password", "a%NULL%b")
@example("name", "a\U0001fffeb")
def test_texts_of_users(column: str, text: str) -> None:
    try:
        value = str(USER[column](text))
    except BadInput:
        return
    assert check_text(value, column) == value.strip()


@pytest.mark.parametrize("text", ["%NULL%", "x%null%y"])
def test_an_order_to_yealink_phones_is_no_name(text: str) -> None:
    with pytest.raises(BadInput, match="name: %NULL% is an order"):
        plain_text("name", text)

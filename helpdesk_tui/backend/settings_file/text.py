"""Which texts a settings file can carry; asked when a value is entered, and again when the file is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.organisation import Organisation
from helpdesk_tui.backend.model.text import LOGIN_NAME, LONGEST, RESET, dial_plan_problem, forbidden_part, is_host
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.settings_file.timezones import zone_rule


def check_text(value: str, name: str = "this text", vendor: Vendor | None = None) -> str:
    """The value without blanks around it, when a settings file can carry it as one value.

    `name` says in the sentence what was entered; without `vendor` the value must fit both vendors' files.
    Raises BadInput.
    """
    stripped = value.strip()
    check_carried(stripped, name, vendor)
    if vendor is not Vendor.SNOM and RESET in stripped.upper():
        raise BadInput(f"{_capital(name)} contains {RESET}, which is an order to Yealink phones: choose another text.")
    return stripped


def check_carried(value: str, name: str, vendor: Vendor | None = None) -> None:
    """Raises BadInput when this very value, blanks and all, cannot be one value of a settings file."""
    if value.isalnum() and len(value) <= LONGEST:
        return  # letters and digits break no rule below
    bad = None if value.isprintable() else forbidden_part(value)  # what is printable is soon known to be allowed
    if bad:
        raise BadInput(f"{_capital(name)} contains {bad}, which a phone's settings file cannot carry: remove it.")
    if value != value.strip(" "):
        raise BadInput(f"{_capital(name)} begins or ends with a blank, which phones drop: remove it.")
    if len(value) > LONGEST:
        raise BadInput(f"{_capital(name)} has {len(value)} characters: use at most {LONGEST}.")
    if vendor is not Vendor.SNOM and value.upper() == RESET:
        raise BadInput(f"{_capital(name)} is {RESET}, which Yealink phones take as an order: choose another text.")


def all_carried(values: Sequence[str]) -> bool:
    """Whether `check_carried` surely refuses none of these values, for whichever vendor: asked of all at once, which
    is much faster. False: ask it of each."""
    text = "\n".join(["", *values, ""])
    return (
        "".join(values).isprintable()
        and "\n " not in text
        and " \n" not in text
        and (len(text) <= LONGEST or len(max(values, key=len)) <= LONGEST)
        and RESET not in text.upper()
    )


_CREDENTIALS = re.compile(r"//[^/@\s]*:[^/@\s]*@")


def holding_secrets(values: Sequence[str], secrets: frozenset[str]) -> frozenset[int]:
    """The places of the values that hold a secret, as `holds_secret` finds."""
    if not holds_secret("\n".join(values), secrets):  # no secret has a line break
        return frozenset()
    return frozenset([place for place, value in enumerate(values) if holds_secret(value, secrets)])


def holds_secret(value: str, secrets: frozenset[str]) -> bool:
    """Whether one of these secrets, or an address with a password in it, stands in this value."""
    for secret in secrets:  # a loop, because this is asked for every phone
        if secret in value:
            return True
    return "//" in value and bool(_CREDENTIALS.search(value))


def check_value(vendor: Vendor | None, name: str, value: str) -> str:
    """Check what was entered for this field (`sip_host`, `display_name`, `web_username`, ...) and return it trimmed.

    Without `vendor` the value must fit both vendors' files. Raises BadInput with a sentence.
    """
    text = check_text(value, name, vendor)
    rule = _RULES.get(name)
    if rule is not None:
        rule(name, text)
    return text


def split_host(value: str) -> tuple[str, str]:
    """Host and port of `host`, `host:port` or `[v6]:port`; an empty port where none is given."""
    host, colon, port = value.rpartition(":")
    return (host, port) if colon and port.isdigit() else (value, "")


def _host(name: str, value: str) -> None:
    if not is_host(value):
        raise BadInput(f"{_capital(name)} is no host name or address: write it like pbx.example.net or 192.0.2.1:5060.")


def _optional_host(name: str, value: str) -> None:
    if value:
        _host(name, value)


def _timezone(name: str, value: str) -> None:
    zone_rule(value)


def _dial_patterns(name: str, value: str) -> None:
    problem = dial_plan_problem(value) if value else None
    if problem:
        raise BadInput(f"{_capital(name)}: {problem}.")


def _login_name(name: str, value: str) -> None:
    if not re.fullmatch(LOGIN_NAME, value):
        raise BadInput(f"{_capital(name)} must be 1 to 32 letters, digits, dots, dashes or underscores.")


def second_login(first: str) -> str:
    """The name of the portal's login for users, where that of the administrator is `first`."""
    return "user" if first != "user" else "guest"


def _portal_password(name: str, value: str) -> None:
    if ":" in value or not value:
        raise BadInput(f"{_capital(name)} must not be empty or contain a colon, which Yealink phones cannot store.")


_RULES: dict[str, Callable[[str, str], None]] = {
    "sip_host": _host,
    "outbound_proxy": _optional_host,
    "ntp_server": _host,
    "timezone": _timezone,
    "logged_out_dialplan": _dial_patterns,
    "web_username": _login_name,
    "web_password": _portal_password,
}

_TEXTS_OF_ORGANISATION = (
    *("name", "sip_host", "outbound_proxy", "ntp_server"),
    *("timezone", "logged_out_dialplan", "web_username"),
)
_LEVELS = {"speaker_level": (0, 15), "microphone_level": (1, 8)}


@lru_cache(maxsize=1024)
def check_organisation(organisation: Organisation, vendor: Vendor | None) -> None:
    """Raises BadInput when a common setting cannot be carried by a settings file of this vendor (None: of either)."""
    for name in _TEXTS_OF_ORGANISATION:
        value = getattr(organisation, name)
        check_carried(value, name, vendor)
        if name in _RULES:
            _RULES[name](name, value)
    if not organisation.codecs or len(set(organisation.codecs)) != len(organisation.codecs):
        raise BadInput("Codecs must name each codec once, and at least one.")
    for name, (low, high) in _LEVELS.items():
        if not low <= getattr(organisation, name) <= high:
            raise BadInput(f"{_capital(name)} must lie between {low} and {high}.")


def _capital(name: str) -> str:
    words = name.replace("_", " ")
    return words[:1].upper() + words[1:]

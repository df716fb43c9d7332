"""What of a source finds a place on the phone: identities, function keys, and the rest that both vendors share."""

from __future__ import annotations

from dataclasses import dataclass, field

from helpdesk_tui.backend.model.keys import FunctionKey
from helpdesk_tui.backend.model.organisation import Identity
from helpdesk_tui.backend.model.recheck import recheck_minutes
from helpdesk_tui.backend.settings_file.function_keys import capacity, keys_by_position, lines_of_keys
from helpdesk_tui.backend.settings_file.setting import Source


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a source in the places that this phone has."""

    identities: tuple[Identity, ...]
    """In their slots; the phone's own account when nobody is logged in."""
    left_out: int
    """Identities for which the phone has no slot."""
    keys: dict[int, FunctionKey]
    """The function key at each position that is set."""
    lines: dict[int, int]
    """The identity of each line key by position; 0: the phone chooses."""
    last_key: int
    homeless_keys: tuple[FunctionKey, ...]
    """Keys beyond the capacity of the phone and its modules."""
    recheck_minutes: int
    secrets: frozenset[str] = field(repr=False)
    """Texts that make every value secret in which they occur."""


def layout_of(source: Source) -> Layout:
    """Place identities and function keys. Raises BadInput for keys that make no sense."""
    wanted = source.user.identities if source.user else (source.account,)
    identities = wanted[: source.model.identities]
    keys, homeless = keys_by_position(source.model, source.modules, source.function_keys)
    return Layout(
        identities=identities,
        left_out=len(wanted) - len(identities),
        keys=keys,
        lines=lines_of_keys(keys, len(identities)),
        last_key=capacity(source.model, source.modules),
        homeless_keys=tuple(homeless),
        recheck_minutes=recheck_minutes(source.mac),
        secrets=_secrets(source),
    )


def _secrets(source: Source) -> frozenset[str]:
    user = source.user
    texts = {
        source.web_password,
        source.account.sip_password,
        source.endpoint.settings_url,
        source.endpoint.folder_url,
        source.endpoint.password,
        *(identity.sip_password for identity in (user.identities if user else ())),
        user.pin if user else "",
    }
    return frozenset(text for text in texts if len(text) >= 4)

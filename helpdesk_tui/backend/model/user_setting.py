"""What is known of a user and of each identity, as people read and change it."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk_tui.backend.errors import BadInput


@dataclass(frozen=True, slots=True)
class UserSetting:
    """One value of a user or of an identity."""

    column: str
    """As in import files; also the name of the field."""
    title: str
    help: str
    """What it is for and what may be entered."""
    secret: bool = False


USER_SETTINGS = (
    UserSetting("extension", "Extension", "Digits that colleagues dial; nobody else in the organisation has them."),
    UserSetting("name", "Name", "Who it is; empty: the extension."),
    UserSetting("voicemail", "Voicemail", "The number that reaches the voicemail box; empty: none."),
    UserSetting("ring_internal", "Ring, colleagues", "Ring tone for calls from colleagues: 1 to 8; empty: 1."),
    UserSetting("ring_external", "Ring, outside", "Ring tone for calls from outside: 1 to 8; empty: 2."),
    UserSetting("pin", "PIN", "1 to 10 digits to log in with *1; empty: none.", secret=True),
)

IDENTITY_SETTINGS = (
    UserSetting("sip_username", "SIP user name", "The account at the SIP host: no blanks, @ or colon."),
    UserSetting("sip_password", "SIP password", "Empty: a new one is made, 24 random characters.", secret=True),
    UserSetting("display_name", "Display name", "What called people see, and the label of the line; may be empty."),
)


def user_setting(column: str, among: tuple[UserSetting, ...] = USER_SETTINGS) -> UserSetting:
    """The setting of this column. Raises BadInput with the columns that there are."""
    for setting in among:
        if setting.column == column:
            return setting
    raise BadInput(f"{column[:40]!r} is unknown: one of {', '.join(setting.column for setting in among)}.")

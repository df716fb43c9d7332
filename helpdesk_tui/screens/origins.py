"""From a line of a settings file to the screen where it can be changed."""

from __future__ import annotations

import re

from helpdesk_tui.backend import Origin, Phone, Setting
from helpdesk_tui.screens.base import HelpdeskScreen

# Where there is no screen: what the operator can do instead.
WORDS = {
    Origin.PHONE: "This comes from the phone itself: change it with the command phone set, or in an import.",
    Origin.MODEL: "This follows from the model and cannot be changed; a custom setting can replace it.",
    Origin.USER: "This comes from the user: change it with an import of users, or log somebody else in.",
    Origin.REGISTRATION: "This tells the phone where to find us: it is made here and cannot be changed.",
}

COLUMNS = (
    ("call_waiting|cw_", "call_waiting"),
    ("idle_text|station_name", "organisation"),
    ("ntp", "ntp_server"),
    ("time_zone|timezone|utc_offset|dst|summer_time", "timezone"),
    ("tone|country", "country"),
    ("lang", "language"),
    ("codec", "codecs"),
    ("display_method|name_display|caller|number_display", "caller_id_display"),
    ("mic", "microphone_level"),
    ("vol", "speaker_level"),
    ("dial", "logged_out_dialplan"),
    ("user_name|http_user|webserver|user_password", "web_username"),
    ("outbound", "outbound_proxy"),
    ("user_host|sip_server|registrar|server", "sip_host"),
)
"""What the name of a setting holds, and the common setting that it is made of; the first that fits."""


def common_setting_of(setting: Setting) -> str:
    """The common setting that decides this line; empty where the name does not tell."""
    name = setting.name.lower()
    return next((column for part, column in COLUMNS if re.search(part, name)), "")


def open_origin(screen: HelpdeskScreen, phone: Phone, setting: Setting) -> None:
    """Open what decides this setting of this phone, or say where it comes from."""
    session = screen.session
    match setting.origin:
        case Origin.ORGANISATION:
            from helpdesk_tui.screens.organisation import OrganisationScreen

            column = common_setting_of(setting)
            screen.app.push_screen(OrganisationScreen(session, phone.organisation_id, column=column))
        case Origin.FUNCTION_KEY:
            from helpdesk_tui.screens.function_keys import FunctionKeysScreen

            own_keys = session.helpdesk.catalogue.get(phone.model)
            position = key_position(setting, own_keys.keys, own_keys.module_keys)
            screen.app.push_screen(FunctionKeysScreen(session, phone.id, begin_at=position - 1))
        case Origin.FIRMWARE:
            from helpdesk_tui.screens.firmware import FirmwareScreen

            screen.app.push_screen(FirmwareScreen(session, (phone.id,)))
        case Origin.CUSTOM:
            from helpdesk_tui.screens.custom_settings import CustomSettingsScreen

            places = session.helpdesk.custom.settings_of_phone(phone)
            names = [place.setting.name.rstrip("!&$").partition("[")[0] for place in places]
            begin_at = names.index(setting.name) if setting.name in names else 0
            screen.app.push_screen(CustomSettingsScreen(session, phone.id, begin_at=begin_at))
        case _:
            screen.say(WORDS[setting.origin])


def key_position(setting: Setting, own_keys: int, module_keys: int) -> int:
    """Which function key, counted from 1, a line of a settings file is about."""
    if setting.index is not None:  # Snom counts on from the phone to its modules, from 0
        return setting.index + 1
    numbers = [int(number) for number in re.findall(r"\d+", setting.name)]
    if len(numbers) == 2:
        return own_keys + (numbers[0] - 1) * module_keys + numbers[1]
    return numbers[0] if numbers else 1

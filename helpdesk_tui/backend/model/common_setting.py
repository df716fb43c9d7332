"""The common settings of an organisation, as people read and change them."""

from __future__ import annotations

from dataclasses import dataclass

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.model.organisation import CallerIdDisplay, CallWaiting, Country, Language, Organisation


@dataclass(frozen=True, slots=True)
class CommonSetting:
    """One setting that every phone of an organisation gets, even when nobody is logged in."""

    column: str
    """As in import files; also the name of the organisation's field, save `organisation` itself."""
    title: str
    help: str
    """What it does and what may be entered."""
    choices: tuple[tuple[str, str], ...] = ()
    """Closed sets: each value with its meaning in words; empty: free text."""

    def value(self, organisation: Organisation) -> str:
        """The value as it is typed."""
        value = getattr(organisation, "name" if self.column == "organisation" else self.column)
        return ";".join(value) if isinstance(value, tuple) else str(value)

    def meaning(self, organisation: Organisation) -> str:
        """The value in words; empty for none."""
        value = self.value(organisation)
        return dict(self.choices).get(value, value.replace(";", ", "))


LANGUAGES = {
    Language.NL: "Dutch",
    Language.EN: "English",
    Language.DE: "German",
    Language.FR: "French",
    Language.ES: "Spanish",
    Language.IT: "Italian",
    Language.PT: "Portuguese",
    Language.DA: "Danish",
    Language.SV: "Swedish",
    Language.NO: "Norwegian",
    Language.FI: "Finnish",
    Language.PL: "Polish",
    Language.TR: "Turkish",
    Language.CS: "Czech",
    Language.RU: "Russian",
}

COUNTRIES = {
    Country.NL: "Netherlands",
    Country.BE: "Belgium",
    Country.DE: "Germany",
    Country.FR: "France",
    Country.GB: "United Kingdom",
    Country.ES: "Spain",
    Country.IT: "Italy",
    Country.PT: "Portugal",
    Country.AT: "Austria",
    Country.CH: "Switzerland",
    Country.DK: "Denmark",
    Country.SE: "Sweden",
    Country.NO: "Norway",
    Country.FI: "Finland",
    Country.GR: "Greece",
    Country.US: "United States",
    Country.AU: "Australia",
    Country.NZ: "New Zealand",
    Country.IN: "India",
    Country.JP: "Japan",
    Country.CN: "China",
    Country.MX: "Mexico",
    Country.BR: "Brazil",
}

CALL_WAITING = {
    CallWaiting.ON: "on: a second call is announced by a tone",
    CallWaiting.SILENT: "silent: a second call is shown, without a tone",
    CallWaiting.OFF: "off: a second caller hears that the line is busy",
}

CALLER_ID = {
    CallerIdDisplay.NAME_NUMBER: "name and number",
    CallerIdDisplay.NUMBER_NAME: "number and name",
    CallerIdDisplay.NAME: "name only",
    CallerIdDisplay.NUMBER: "number only",
}

COMMON_SETTINGS = (
    CommonSetting("organisation", "Name", "The customer's name; phones show it."),
    CommonSetting(
        "sip_host",
        "SIP host",
        "Where phones register and send their calls: host or host:port. A wrong one silences all.",
    ),
    CommonSetting(
        "outbound_proxy",
        "Outbound proxy",
        "All SIP traffic goes through this host or host:port; empty: straight to it.",
    ),
    CommonSetting(
        "ntp_server", "Time server", "Where phones get the time; without it, certificates cannot be checked."
    ),
    CommonSetting("timezone", "Time zone", "Name of the zone database, such as Europe/Amsterdam."),
    CommonSetting(
        "language", "Language", "Language of the display and of the phone's web portal.", tuple(LANGUAGES.items())
    ),
    CommonSetting(
        "country", "Tones", "The country whose dial, busy and ringing tones are heard.", tuple(COUNTRIES.items())
    ),
    CommonSetting(
        "codecs",
        "Codecs",
        "Audio codecs in the order in which phones offer them, the best first: g722 pcma pcmu g729 opus.",
    ),
    CommonSetting("call_waiting", "Call waiting", "What happens to a second call.", tuple(CALL_WAITING.items())),
    CommonSetting("caller_id_display", "Caller on display", "How a caller is shown.", tuple(CALLER_ID.items())),
    CommonSetting("speaker_level", "Speaker level", "Loudness at first: 0 (quiet) to 15 (loud)."),
    CommonSetting("microphone_level", "Microphone level", "Sensitivity: 1 (least) to 8."),
    CommonSetting(
        "logged_out_dialplan",
        "Dial pad, logged out",
        "What can be dialled when nobody is logged in: patterns with | between them; keep *1 and emergency numbers.",
    ),
    CommonSetting(
        "web_username",
        "Web portal user",
        "Login name of the phones' own web pages; each phone has a password of its own.",
    ),
)


def common_setting(column: str) -> CommonSetting:
    """The setting of this column. Raises BadInput with the columns that there are."""
    for setting in COMMON_SETTINGS:
        if setting.column == column:
            return setting
    if column == "short_name":
        raise BadInput("short_name: it cannot be changed, because phones and scripts know the organisation by it.")
    names = ", ".join(setting.column for setting in COMMON_SETTINGS)
    raise BadInput(f"{column[:40]!r} is not a common setting: one of {names}.")

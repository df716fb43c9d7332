"""Languages and tones as each vendor spells them (reference phone_formats.md, section 1.3)."""

from __future__ import annotations

from helpdesk_tui.backend.model.organisation import Country, Language

SNOM_LANGUAGES = {
    Language.NL: "Nederlands",
    Language.EN: "English",
    Language.DE: "Deutsch",
    Language.FR: "Français",
    Language.ES: "Español",
    Language.IT: "Italiano",
    Language.PT: "Português",
    Language.DA: "Dansk",
    Language.SV: "Svenska",
    Language.NO: "Norsk",
    Language.FI: "Suomi",
    Language.PL: "Polski",  # confidence D: not in the lists that were read
    Language.TR: "Türkçe",
    Language.CS: "Čeština",
    Language.RU: "Русский",
}

SNOM_LOCALES = {
    Language.NL: "nl_NL",
    Language.EN: "en_GB",
    Language.DE: "de_DE",
    Language.FR: "fr_FR",
    Language.ES: "es_ES",
    Language.IT: "it_IT",
    Language.PT: "pt_PT",
    Language.DA: "da_DK",
    Language.SV: "sv_SE",
    Language.NO: "nb_NO",
    Language.FI: "fi_FI",
    Language.PL: "pl_PL",
    Language.TR: "tr_TR",
    Language.CS: "cs_CZ",
    Language.RU: "ru_RU",
}
"""D8xx only. nl_NL, de_DE and en_GB are confidence B, the others follow their pattern (D)."""

YEALINK_LANGUAGES = {
    Language.NL: "Dutch",  # only images with Dutch built in (188 builds) know it; others ignore the key
    Language.EN: "English",
    Language.DE: "German",
    Language.FR: "French",
    Language.ES: "Spanish",
    Language.IT: "Italian",
    Language.PT: "Portuguese",
    Language.DA: "Danish",  # this and the next three: confidence D
    Language.SV: "Swedish",
    Language.NO: "Norwegian",
    Language.FI: "Finnish",
    Language.PL: "Polish",
    Language.TR: "Turkish",
    Language.CS: "Czech",
    Language.RU: "Russian",
}

SNOM_TONES = {
    Country.NL: "NLD",
    Country.BE: "FRA",  # Snom has no Belgian scheme; other projects send the French one
    Country.DE: "GER",
    Country.FR: "FRA",
    Country.GB: "GBR",
    Country.ES: "ESP",
    Country.IT: "ITA",
    Country.PT: "ESP",
    Country.AT: "AUT",
    Country.CH: "SWI",
    Country.DK: "DNK",
    Country.SE: "SWE",
    Country.NO: "NOR",
    Country.FI: "SWE",
    Country.GR: "GRE",
    Country.US: "USA",
    Country.AU: "AUS",
    Country.NZ: "NZL",
    Country.IN: "IND",
    Country.JP: "JPN",
    Country.CN: "CHN",
    Country.MX: "MEX",
    Country.BR: "ESP",
}

YEALINK_TONES = {
    Country.NL: "Netherlands",
    Country.BE: "Belgium",
    Country.DE: "Germany",
    Country.FR: "France",
    Country.GB: "Great Britain",
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

EMERGENCY_NUMBERS = ("112", "911", "110", "999")
"""Can always be dialled, also on a locked phone."""

INTERNAL_CALL = "alert-internal"
EXTERNAL_CALL = "alert-external"
"""What the PBX writes in Alert-Info, by which phones choose the ring tone."""

"""Which generation a phone belongs to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpdesk_tui.backend.errors import BadInput
from helpdesk_tui.backend.settings_file import Generation, generation_of
from tests.backend.settings_file.settings_sources import CATALOGUE


@pytest.mark.parametrize(
    ("model", "installed", "selected", "expected"),
    [
        ("725", "8.7.5.35", None, Generation.SNOM_8),
        ("725", "8.9.3.80", "10.1.175.16", Generation.SNOM_8),
        ("725", "10.1.175.16", "8.9.3.80", Generation.SNOM_10),
        ("725", None, "10.1.175.16", Generation.SNOM_10),
        ("725", None, None, Generation.SNOM_8),
        ("D735", None, None, Generation.SNOM_10),
        ("D862", "10.1.198.19", None, Generation.SNOM_D8),
        ("T46S", "66.81.0.110", "66.86.0.15", Generation.YEALINK_V81),
        ("T46S", "66.83.0.35", None, Generation.YEALINK_V81),
        ("T46S", "66.84.0.125", None, Generation.YEALINK_V84),
        ("T46S", "66.86.188.2", None, Generation.YEALINK_V84),
        ("T54W", "96.87.0.15", None, Generation.YEALINK_V87),
        ("T46G", "28.80.0.95", None, Generation.YEALINK_V80),
        ("T46G", "28.73.0.50", None, Generation.YEALINK_V80),
        ("T46S", None, None, Generation.YEALINK_V81),
    ],
)
def test_generation(model: str, installed: str | None, selected: str | None, expected: Generation) -> None:
    assert generation_of(CATALOGUE.get(model), installed, selected) is expected


@pytest.mark.parametrize(
    "unreadable", ["", "V86", "66", "66.86", "66.x.0.1", "28.1.0.128.0.0.0", "10.1.49.11", "٦٦.٨٦.0.1"]
)
def test_an_unreadable_version_is_no_version(unreadable: str) -> None:
    model = CATALOGUE.get("T46S")
    assert generation_of(model, unreadable, "66.86.0.15") is Generation.YEALINK_V84
    assert generation_of(model, unreadable, unreadable) is Generation.YEALINK_V81


@pytest.mark.parametrize("name", ["M700", "M900", "M400"])
def test_snom_bases_are_refused_in_words(name: str) -> None:
    with pytest.raises(BadInput, match="not a desk phone"):
        generation_of(replace(CATALOGUE.get("D735"), name=name), None, None)


@pytest.mark.parametrize("name", ["W70B", "W60B", "VP59", "AX83H"])
def test_yealink_bases_are_refused_in_words(name: str) -> None:
    with pytest.raises(BadInput, match="not a desk phone"):
        generation_of(replace(CATALOGUE.get("T46S"), name=name), None, None)


def test_every_model_of_the_catalogue_has_a_generation() -> None:
    for model in CATALOGUE.models:
        assert generation_of(model, None, None).vendor is model.vendor

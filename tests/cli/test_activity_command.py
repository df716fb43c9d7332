"""`helpdesk-tui activity`"""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Program, no_file_may_grow_beyond

SNOM = "00:04:13:7a:10:01"


def test_each_line_begins_with_its_time_and_who(demo: Program) -> None:
    lines = demo("activity", "--limit", "20").stdout.splitlines()
    times = [datetime.fromisoformat(line.split()[0]) for line in lines]
    assert len(lines) == 20 and times == sorted(times, reverse=True)
    assert all(time.tzinfo for time in times)
    assert all(line.isprintable() for line in lines)


def test_filters_narrow_and_one_document_comes_out(demo: Program) -> None:
    everything = demo.json("activity")
    assert len(everything) > 200  # a document has no limit unless one is given
    options = ("--operator", "m.aydin", "--kind", "activation,registered", "--organisation", "jansen")
    found = demo.json("activity", *options)
    assert found == [
        event
        for event in everything
        if event["operator"] == "m.aydin"
        and event["kind"] in ("activation", "registered")
        and event["organisation"] == "Bakkerij Jansen"
    ]
    assert found
    assert demo.json("activity", "by:m.aydin", "kind:activation,registered", 'org:"bakkerij jansen"') == found
    recent = demo.json("activity", "--since", "2d", "--until", "3h")
    assert recent == [event for event in everything if recent[-1]["at"] <= event["at"] <= recent[0]["at"]]
    assert 0 < len(recent) < len(everything)


def test_a_removed_phone_is_found_by_its_mac(samples: Program) -> None:
    assert samples("phone", "remove", SNOM, "--yes").returncode == 0
    assert samples.json("activity", "--phone", SNOM)[0]["kind"] == "removed"
    assert samples.json("activity", "--phone", "winkel")[0]["mac"] == "80:5e:c0:7a:10:02"


def test_a_table_is_written_for_its_owner_alone(samples: Program, tmp_path: Path) -> None:
    assert samples("phone", "set", SNOM, "--name", "=1+1").returncode == 0
    target = tmp_path / "history.csv"
    target.write_text("older")
    ended = samples("activity", "--csv", "--output", target)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert target.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert rows[0]["text"] == "Changed name to =1+1." and rows[0]["kind"] == "changed"


def test_an_older_file_stays_when_there_is_no_room_for_the_new_one(demo: Program, tmp_path: Path) -> None:
    target = tmp_path / "history.json"
    target.write_text("older")
    sentence = demo.refused("activity", "--json", "--output", target, before=lambda: no_file_may_grow_beyond(40_000))
    assert "cannot be written" in sentence
    assert target.read_text() == "older"
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["history.json"]


def test_nothing_found_is_no_failure(samples: Program) -> None:
    assert json.loads(samples("activity", "--json", "--kind", "moved").stdout) == []
    assert samples("activity", "--kind", "moved").stdout == ""
    assert samples("activity", "--csv", "--kind", "moved").stdout == "at,operator,kind,mac,organisation,text\n"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--operator", "nobody"), "Nobody in the history is called 'nobody'"),
        (("--organisation", "nowhere"), "No organisation in the history is called 'nowhere'"),
        (("--kind", "dancing"), "No kind of event is called 'dancing': there are added, removed,"),
        (("--since", "soon"), "'soon' is no time: write 30min, 3h, 2d"),
        (("since:soon",), "'soon' is no time"),
        (("--operator", " "), "by: write a name, or leave the option out"),
        (("--phone", "nobody"), "No phone fits 'nobody'"),
    ],
)
def test_what_names_nothing_is_said(samples: Program, args: tuple[str, ...], words: str) -> None:
    assert words in samples.inside().refused("activity", *args)


def test_wrong_usage(samples: Program) -> None:
    assert samples("activity", "--limit", "0").returncode == 2

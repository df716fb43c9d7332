"""`helpdesk-tui import …`"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import SAMPLES, Program, configure

ORGANISATIONS = SAMPLES / "organisations.csv"
USERS = SAMPLES / "users.csv"
PHONES = SAMPLES / "phones.csv"


def write(run: Program, name: str, text: str | bytes) -> Path:
    """A file in the folder of the program."""
    path = run.folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_sample_files_become_registered_phones_and_a_second_run_changes_nothing(
    run: Program, own_home: Path
) -> None:
    assert "2 would be added" in run("import", "organisations", ORGANISATIONS, "--dry-run").stdout
    assert "is unknown: import it first." in run("import", "users", USERS).stderr  # the dry run changed nothing
    assert run("import", "organisations", ORGANISATIONS).stdout == "organisations: 2 added, 0 changed, 0 unchanged.\n"
    assert run("import", "users", USERS).stdout == "users: 3 added, 0 changed, 0 unchanged.\n"
    assert run("import", "phones", PHONES, "--dry-run").stdout.startswith("phones: 5 would be added")
    assert run.json("phone", "list") == []
    first = run("import", "phones", PHONES)
    assert (first.returncode, first.stdout, first.stderr) == (0, "phones: 5 added, 0 changed, 0 unchanged.\n", "")
    before = run.json("phone", "list")
    assert {phone["step"] for phone in before} == {"active"}
    assert {phone["vendor"] for phone in before} == {"snom", "yealink"}
    for kind, count in (("organisations", 2), ("users", 3), ("phones", 5)):
        again = run("import", kind, SAMPLES / f"{kind}.csv")
        assert again.stdout == f"{kind}: 0 added, 0 changed, {count} unchanged.\n"
    assert run.json("phone", "list") == before
    activated = run("phone", "activate", *(phone["mac"] for phone in before))
    assert activated.returncode == 0
    assert len(activated.stdout.splitlines()) == 5
    (database,) = own_home.rglob("production.db")
    assert database.stat().st_mode & 0o777 == 0o600


FAULTY = """\
mac,model,organisation,name,vlan,firmware,user
00:04:13:7a:20,D735,Bakkerij Jansen,,,,
01:04:13:7a:20:02,D735,Bakkerij Jansen,,,,
00:04:13:7a:20:03,D736,Bakkerij Jansen,,,,
00:04:13:7a:20:04,D735,Bakerij Jansen,,,,
00:04:13:7a:20:05,T46S,Bakkerij Jansen,,,,
00:04:13:7a:20:06,D735,Bakkerij Jansen,,,,
0004.137a.2006,D735,Bakkerij Jansen,,,,
00:04:13:7a:20:08,D735,Bakkerij Jansen,,5000,,
00:04:13:7a:20:09,D735,Bakkerij Jansen,"two
lines",,,
00:04:13:7a:20:0a,D735,Bakkerij Jansen,,,66.86.188.2,
00:04:13:7a:20:0b,D735,Bakkerij Jansen,,,,999
,D735,Bakkerij Jansen,,,,
00:04:13:7a:20:0d,,Bakkerij Jansen,,,,
00:04:13:7a:10:04,,Bakkerij Jansen,,,,
"""
# Line, column, and a word of the sentence.
FAULTS = (
    (2, "mac", "10 digits"),
    (3, "mac", "multicast"),
    (4, "model", "D735"),
    (5, "organisation", "'Bakerij Jansen' is unknown"),
    (6, "model", "MAC of Snom"),
    (8, "mac", "stands on line 7 already"),
    (9, "vlan", "from 0 to 4094"),
    (10, "name", "line break"),
    (12, "firmware", "66.86.188.2"),
    (13, "user", "'999'"),
    (14, "mac", "must be given"),
    (15, "model", "must be given"),
    (16, "organisation", "is in Brouwerij Van den Eynde"),
)


def test_every_faulty_cell_is_named_by_line_and_column_and_nothing_is_changed(samples: Program) -> None:
    before = samples.json("phone", "list")
    ended = samples("import", "phones", write(samples, "phones.csv", FAULTY))
    assert (ended.returncode, ended.stdout) == (1, "")
    for (line, column, word), said in zip(FAULTS, ended.stderr.splitlines(), strict=True):
        assert said.startswith(f"phones.csv:{line}: {column}: ")
        assert word in said
    assert samples.json("phone", "list") == before


def test_at_most_twenty_errors_are_shown_and_then_the_count(run: Program) -> None:
    rows = "".join(f"Customer {number},Not Allowed\n" for number in range(37))
    ended = run("import", "organisations", write(run, "many.csv", "organisation,short_name\n" + rows))
    assert ended.returncode == 1
    lines = ended.stderr.splitlines()
    assert len(lines) == 21
    assert lines[19].startswith("many.csv:21: short_name: ")
    assert "37 errors" in lines[20]


@pytest.mark.parametrize(
    ("name", "content", "place", "words"),
    [
        ("ragged.csv", "organisation,sip_host\nA,a.example.net\nB\nC,c.example.net,x\n", "ragged.csv:3: ", "1 cells"),
        ("latin.csv", "organisation\nA\nM\xfcller\n".encode("latin-1"), "latin.csv:3: ", "UTF-8"),
        ("utf16.csv", "organisation\nA\n".encode("utf-16"), "utf16.csv:1: ", "UTF-8"),
        ("column.csv", "organisation,sip_hots\nA,a.example.net\n", "column.csv:1: ", "did you mean 'sip_host'?"),
        ("twice.csv", "organisation,sip_host,sip_host\nA,b,c\n", "twice.csv:1: ", "twice"),
        ("quote.csv", 'organisation\nA\n"B\nC\n', "quote.csv:3: ", "cannot be read"),
        ("empty.csv", "", "empty.csv: ", "header"),
        ("absent.csv", None, "absent.csv: ", "No such file"),
        ("object.json", '{"organisation": "A"}', "object.json: ", "array of objects"),
        ("broken.json", '[\n{"organisation": "A",}\n]', "broken.json:2: ", "JSON"),
        ("nested.json", '[{"organisation": {"name": "A"}}]', "nested.json:1: organisation: ", "text"),
        ("key.json", '[{"organisation": "A"}, {"organization": "B"}]', "key.json:2: ", "did you mean 'organisation'?"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(
    run: Program, name: str, content: str | bytes | None, place: str, words: str
) -> None:
    path = write(run, name, content) if content is not None else run.folder / name
    ended = run.inside()("import", "organisations", path)
    assert (ended.returncode, ended.stdout) == (1, "")
    first = ended.stderr.splitlines()[0]
    assert first.startswith(place)
    assert words in first


def test_tsv_json_and_what_spreadsheets_save_are_read(run: Program) -> None:
    saved = "\ufefforganisation,codecs,call_waiting\r\nGroente & Zn,pcma;g722,Yes\r\n\r\n"
    assert "1 added" in run("import", "organisations", write(run, "bom.csv", saved)).stdout
    tsv = "organisation\textension\tname\tsip_username\tsip_password\nGroente & Zn\t7\tKees, de Boer\tgz7\tgeheim-gz7\n"
    assert "1 added" in run("import", "users", write(run, "users.tsv", tsv)).stdout
    phone = {"mac": "000413-7a3001", "model": "snom D735", "organisation": "groente & zn", "vlan": 12, "user": "7"}
    ended = run("import", "phones", write(run, "phones.json", json.dumps([phone | {"name": None}])))
    assert "1 added" in ended.stdout
    (found,) = run.json("phone", "list")
    assert (found["user_name"], found["vlan"], found["organisation"]) == ("Kees, de Boer", 12, "Groente & Zn")


def test_a_row_updates_what_it_gives_and_leaves_the_rest(samples: Program) -> None:
    text = "mac,name,vlan,serial\n00:04:13:7a:10:01,Kantoor boven,,\n80:5e:c0:7a:10:02,,30,\n"
    ended = samples("import", "phones", write(samples, "change.csv", text))
    assert ended.stdout == "phones: 0 added, 2 changed, 0 unchanged.\n"
    phones = {phone["mac"]: phone for phone in samples.json("phone", "list")}
    assert phones["00:04:13:7a:10:01"]["name"] == "Kantoor boven"
    assert phones["80:5e:c0:7a:10:02"]["vlan"] == 30
    assert phones["80:5e:c0:7a:10:02"]["name"] == "Winkel"
    assert phones["80:5e:c0:7a:10:02"]["serial"] == "3146018071007002"


def test_phones_that_are_in_service_are_not_registered(run: Program, closed_port: int) -> None:
    offline = run.with_options("--config", configure(run.folder, closed_port))
    for kind in ("organisations", "users"):
        offline("import", kind, SAMPLES / f"{kind}.csv")
    ended = offline("import", "phones", PHONES, "--in-service")
    assert ended.returncode == 0
    assert {(phone["step"], phone["pending"]) for phone in offline.json("phone", "list")} == {("disabled", None)}


def test_phones_are_imported_and_queued_while_no_manufacturer_answers(unreachable: Program) -> None:
    text = PHONES.read_text(encoding="utf-8").replace("7a:10:", "7b:10:").replace("7A-10-", "7B-10-")
    text = text.replace("7A10", "7B10").replace("7a10", "7b10").replace("7a.10", "7b.10")
    ended = unreachable("import", "phones", write(unreachable, "more.csv", text))
    assert ended.returncode == 1
    assert ended.stdout == "phones: 5 added, 0 changed, 0 unchanged.\n"
    assert ended.stderr.startswith("5 of 5 phones are not registered")
    failed = unreachable.json("phone", "list", "--step", "provision")
    assert len(failed) == 5
    assert {phone["reason"] for phone in failed} == {"unreachable"}
    assert {(phone["pending"]["job"], phone["pending"]["tries"]) for phone in failed} == {("register", 1)}
    assert all(phone["pending"]["next_try"] for phone in failed)


def test_an_interrupted_import_keeps_all_phones_and_leaves_the_rest_queued(run: Program) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = run.with_options("--config", configure(run.folder, silent.getsockname()[1], read_timeout=0.5))
        for kind in ("organisations", "users"):
            slow("import", kind, SAMPLES / f"{kind}.csv")
        process = subprocess.Popen(
            slow.command("import", "phones", PHONES),
            cwd=slow.folder,
            env=slow.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        silent.settimeout(30)
        connection, _ = silent.accept()  # the first call is under way
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=30)
        connection.close()
    assert (process.returncode, stdout) == (1, "phones: 5 added, 0 changed, 0 unchanged.\n")
    assert stderr.splitlines()[-1].startswith("Stopped: ")
    assert "Traceback" not in stderr
    assert {phone["pending"]["job"] for phone in slow.json("phone", "list")} == {"register"}

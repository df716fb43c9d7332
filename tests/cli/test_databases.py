"""What happens when the database cannot be opened or written: one sentence, and nothing changed or lost."""

from __future__ import annotations

import ctypes
import shutil
import sqlite3
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import SAMPLES, Program, no_file_may_grow_beyond

NAME = ("phone", "set", "7a1001", "--name", "changed")


def as_a_common_user() -> None:
    """Run before the program starts: file permissions hold, even for root."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP; not allowed, and not needed, for anybody else


def content(program: Program) -> str:
    """Everything in the database, as SQL."""
    with sqlite3.connect(program.folder / "samples.db") as connection:
        return "\n".join(connection.iterdump())


def test_a_locked_database_is_left_alone_and_can_still_be_read(samples: Program) -> None:
    before = content(samples)
    with sqlite3.connect(samples.folder / "samples.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        assert samples.json("phone", "show", "7a1001")["name"] == "Kantoor"
        assert "in use by another program" in samples.refused(*NAME)
        other.execute("ROLLBACK")
    assert content(samples) == before
    assert samples(*NAME).returncode == 0


def test_a_database_of_a_newer_version_is_not_touched(samples: Program) -> None:
    with sqlite3.connect(samples.folder / "samples.db") as connection:
        connection.execute("PRAGMA user_version = 999")
    before = content(samples)
    assert "newer version of this program" in samples.refused("phone", "list")
    assert content(samples) == before


@pytest.mark.parametrize("kind", ["text", "another program's"])
def test_a_file_that_is_no_database_of_ours_is_not_touched(run: Program, kind: str) -> None:
    path = run.folder / "precious"
    if kind == "text":
        path.write_text("a precious text\n" * 1000, encoding="utf-8")
    else:
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.close()
    path.chmod(0o644)
    before = path.read_bytes()
    assert "database of" in run.with_options("--database", "precious").refused("phone", "list")
    assert path.read_bytes() == before
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_folder_or_a_missing_folder_is_named(run: Program) -> None:
    assert "is a folder" in run.with_options("--database", run.folder).refused("phone", "list")
    organisations = ("import", "organisations", SAMPLES / "organisations.csv")
    assert "missing does not exist" in run.with_options("--database", "missing/file.db").refused(*organisations)
    assert list(run.folder.iterdir()) == []


def test_a_mistyped_name_begins_no_new_database(run: Program) -> None:
    mistyped = run.with_options("--database", "mistyped.db").inside()
    for command in (("phone", "list"), ("maintain",), NAME, ("firmware", "list")):
        sentence = mistyped.refused(*command)
        assert sentence.startswith("The database mistyped.db does not exist: ") and "'import'" in sentence
    assert "mistyped.db does not exist" in mistyped("doctor").stdout
    tried = mistyped("import", "organisations", SAMPLES / "organisations.csv", "--dry-run")
    assert tried.stdout.startswith("organisations: 2 would be added")
    assert list(run.folder.iterdir()) == []


def test_what_nobody_named_begins_by_itself(run: Program) -> None:
    assert run.json("phone", "list") == []


def test_a_fresh_installation_begins_with_an_organisation(run: Program) -> None:
    new = run.with_options("--database", "new.db").inside()
    assert new("organisation", "add", "Bakkerij Jansen").returncode == 0
    assert (
        new("phone", "add", "00:04:13:a1:b2:c3", "--model", "D735", "--organisation", "Bakkerij Jansen").returncode == 0
    )
    assert len(new.json("phone", "list")) == 1


def test_a_damaged_database_says_so(samples: Program) -> None:
    path = samples.folder / "samples.db"
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    assert "damaged" in samples.refused("phone", "list")


def test_a_database_that_may_only_be_read_is_read(samples: Program) -> None:
    folder, path = samples.folder, samples.folder / "samples.db"
    before = content(samples)
    path.chmod(0o400)
    folder.chmod(0o500)
    try:
        assert "cannot be written" in samples.refused(*NAME, before=as_a_common_user)
        ended = samples.with_options("--read-only")("phone", "list", before=as_a_common_user)
    finally:
        folder.chmod(0o700)
    assert content(samples) == before
    assert (ended.returncode, len(ended.stdout.splitlines())) == (0, 5)


def test_a_full_disk_loses_nothing(samples: Program, tmp_path: Path) -> None:
    rows = "".join(f"00:04:13:7c:{n // 256:02x}:{n % 256:02x},D735,Bakkerij Jansen\n" for n in range(2000))
    many = tmp_path / "many.csv"
    many.write_text("mac,model,organisation\n" + rows, encoding="utf-8")
    before, size = content(samples), (samples.folder / "samples.db").stat().st_size
    full = partial(no_file_may_grow_beyond, size + 20_000)
    assert "is full" in samples.refused("import", "phones", many, "--in-service", before=full)
    assert content(samples) == before
    assert samples("import", "phones", many, "--in-service").stdout.startswith("phones: 2000 added")


def test_a_demo_that_finds_no_room_leaves_no_half_file(run: Program) -> None:
    full = partial(no_file_may_grow_beyond, 100_000)
    assert "full" in run.refused("demo", "--create", "demo.db", before=full)
    assert list(run.folder.iterdir()) == []


def test_another_environment_has_its_own_database(samples: Program) -> None:
    shutil.copy(samples.folder / "samples.db", samples.folder / "staging.db")
    config = samples.folder / "config.toml"
    config.write_text(
        'default_environment = "production"\n[environments.production]\n'
        f'database = "{samples.folder}/samples.db"\n[environments.staging]\ndatabase = "{samples.folder}/staging.db"\n',
        encoding="utf-8",
    )
    staging = Program(samples.folder, ("--config", str(config), "--environment", "staging"))
    assert staging(*NAME).returncode == 0
    assert staging.json("phone", "show", "7a1001")["name"] == "changed"
    assert samples.json("phone", "show", "7a1001")["name"] == "Kantoor"


def test_the_samples_can_be_imported_into_a_named_file(run: Program) -> None:
    named = run.with_options("--database", "named.db")
    assert named("import", "organisations", SAMPLES / "organisations.csv").returncode == 0
    assert (run.folder / "named.db").stat().st_mode & 0o777 == 0o600

"""One file, many threads and processes: nothing half done, nothing lost, every failure a sentence."""

from __future__ import annotations

import gc
import os
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from helpdesk_tui.backend.errors import DatabaseProblem
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.event import EventKind
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.store import Store
from helpdesk_tui.backend.store.database import SCHEMA_VERSION
from tests.backend.offices import add_organisation, add_phone, in_service
from tests.frozen_clock import FrozenClock

TABLES = {"organisations", "users", "identities", "phones", "jobs", "events", "requests", "function_keys"}
TABLES |= {"custom_settings", "firmware", "walkthrough_runs", "environment"}


def plain(path: Path) -> sqlite3.Connection:
    """Another program's view of the file."""
    return sqlite3.connect(path, isolation_level=None, timeout=0)


def opened(path: Path, **more: float) -> Store:
    return Store(path, FrozenClock(), **more)


def open_files(path: Path) -> int:
    """How many times this process has the file open."""
    links = (Path("/proc/self/fd") / name for name in os.listdir("/proc/self/fd"))  # noqa: PTH208
    return sum(link.is_symlink() and os.readlink(link) == str(path) for link in links)  # noqa: PTH115


# -- the file ----------------------------------------------------------------------------------------------------------


def test_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    old_mask = os.umask(0)
    try:
        store = opened(path)
        add = store.directory.organisations()
    finally:
        os.umask(old_mask)
    assert add == ()
    for file in (path, path.with_name("new.db-wal"), path.with_name("new.db-shm")):
        assert file.stat().st_mode & 0o777 == 0o600
    with plain(path) as connection:
        strict = {row[1]: row[5] for row in connection.execute("PRAGMA table_list") if row[2] == "table"}
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    assert strict.keys() >= TABLES
    assert {name for name in strict if not strict[name] and "sqlite_" not in name} == set()
    with store.database.read() as own:
        assert own.execute("PRAGMA foreign_keys").fetchone()[0] == 1
        assert own.execute("PRAGMA synchronous").fetchone()[0] == 2
    store.close()


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "open.db"
    opened(path).close()
    path.chmod(0o644)
    opened(path).close()
    assert path.stat().st_mode & 0o777 == 0o600


def test_opening_again_changes_nothing(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    store = opened(desk.environment.database)
    assert store.phones.by_mac(phone.mac) == phone
    store.close()


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, 99])
def test_newer_version(tmp_path: Path, version: int) -> None:
    path = tmp_path / "test.db"
    opened(path).close()
    with plain(path) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(DatabaseProblem, match="newer version of this program: upgrade"):
        opened(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [0, SCHEMA_VERSION, 77])
@pytest.mark.parametrize("table", ["bookmarks", "phones"])
def test_database_of_another_program(tmp_path: Path, version: int, table: str) -> None:
    path = tmp_path / "other.db"
    with plain(path) as connection:
        connection.execute(f"CREATE TABLE {table} (url TEXT)")
        connection.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    with pytest.raises(DatabaseProblem, match="another program"):
        opened(path)
    assert path.read_bytes() == before


def test_not_a_database(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear customer, " * 100)
    with pytest.raises(DatabaseProblem, match="not a database"):
        opened(path)
    assert path.read_text().startswith("Dear customer")


def test_folder_and_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(DatabaseProblem, match="is a folder"):
        opened(tmp_path)
    with pytest.raises(DatabaseProblem, match="does not exist"):
        opened(tmp_path / "nowhere" / "test.db")


def test_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    opened(path).close()
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(DatabaseProblem) as caught:
        store = opened(path)
        add_phone_rows(store)
    assert "\n" not in str(caught.value)


def add_phone_rows(store: Store) -> None:
    for _ in range(3):
        store.phones.page(Query(), 0, 10)
        store.events.add("anna", EventKind.CHANGED, "x")
        store.events.latest()


def test_full_disk(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    with desk.store.database.read() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseProblem, match="full: nothing was changed"), desk.store.write():
        for _ in range(2000):
            desk.store.events.add("anna", EventKind.CHANGED, "x" * 100, phone.mac)
    with desk.store.database.read() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    assert desk.phones.history(phone.mac)[0].kind is EventKind.REGISTERED


# -- others ------------------------------------------------------------------------------------------------------------


def test_locked_by_another_program(tmp_path: Path) -> None:
    path = tmp_path / "test.db"
    store = opened(path, busy_timeout=0.05)
    other = plain(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseProblem, match="in use by another program: nothing was changed"):
        store.events.add("anna", EventKind.CHANGED, "x")
    assert store.events.latest() == ()  # reading goes on
    other.execute("ROLLBACK")
    store.events.add("anna", EventKind.CHANGED, "x")
    assert len(store.events.latest()) == 1
    store.close()


def test_list_is_shown_while_another_program_writes(desk: Helpdesk, clock: FrozenClock) -> None:
    add_phone(desk)
    clock.moment = clock.moment.replace(day=20)  # its verdict has turned meanwhile
    other = plain(desk.environment.database)
    other.execute("BEGIN IMMEDIATE")
    desk.store.database._busy_timeout = 60  # would be noticed
    assert desk.phones.page(Query(), 0, 10).total == 1
    other.execute("ROLLBACK")


OPEN_TOGETHER = """
import sys, time
from pathlib import Path
from helpdesk_tui.backend.store import Store
import sqlite_utils, helpdesk_tui.backend.store.migrations  # late imports would spread the openings
from helpdesk_tui.backend.model.event import EventKind
folder, name = Path(sys.argv[1]), sys.argv[2]
for number in range(int(sys.argv[3])):
    (folder / f"ready-{number}-{name}").touch()
    while len(list(folder.glob(f"ready-{number}-*"))) < 4:
        time.sleep(0.0005)
    store = Store(folder / f"{number}.db")
    store.events.add(name, EventKind.CHANGED, "opened")
    store.close()
"""


def test_several_processes_make_one_file(tmp_path: Path) -> None:
    rounds = 8
    command = [sys.executable, "-c", OPEN_TOGETHER, str(tmp_path)]
    processes = [subprocess.Popen([*command, name, str(rounds)], stderr=subprocess.PIPE, text=True) for name in "abcd"]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
    for number in range(rounds):
        store = opened(tmp_path / f"{number}.db")
        assert sorted(event.operator for event in store.events.latest()) == ["a", "b", "c", "d"]
        store.close()


# -- threads -----------------------------------------------------------------------------------------------------------


def test_many_threads_read_while_one_writes(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    stop = threading.Event()

    def read() -> int:
        seen = 0
        while not stop.is_set():
            found = desk.phones.get(phone.id)
            assert found.name == found.serial  # written together
            assert desk.phones.page(Query(), 0, 10).total == 1
            seen += 1
        return seen

    with ThreadPoolExecutor(8) as pool:
        readers = [pool.submit(read) for _ in range(8)]
        for number in range(50):
            desk.phones.change(desk.phones.get(phone.id), {"name": f"{number}", "serial": f"{number}"})
        stop.set()
        assert all(reader.result(timeout=10) > 0 for reader in readers)


def test_many_threads_write(desk: Helpdesk) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: desk.store.events.add("anna", EventKind.CHANGED, str(n)), range(80)))
    assert {event.text for event in desk.store.events.latest()} == {str(n) for n in range(80)}


def test_connections_end_with_their_threads(desk: Helpdesk) -> None:
    add_phone(desk)
    path = desk.environment.database
    before = open_files(path)
    for _ in range(30):
        thread = threading.Thread(target=lambda: desk.phones.page(Query(), 0, 10))
        thread.start()
        thread.join()
    gc.collect()
    assert open_files(path) <= before + 1


def test_closing_closes_everything(tmp_path: Path) -> None:
    store = opened(tmp_path / "test.db")
    store.database.data_version()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: store.events.latest(), range(4)))
        store.close()
        assert open_files(tmp_path / "test.db") == 0


def test_a_change_is_seen_from_any_thread(desk: Helpdesk, colleague: Helpdesk) -> None:
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:

        def versions() -> set[int]:
            return {first.submit(desk.data_version).result(), second.submit(desk.data_version).result()}

        add_organisation(desk)
        before = versions()
        assert len(before) == 1
        assert versions() == before
        in_service(colleague)
        after = versions()
        assert len(after) == 1 and after != before


# -- transactions ------------------------------------------------------------------------------------------------------


def test_all_or_nothing(desk: Helpdesk) -> None:
    with pytest.raises(ZeroDivisionError), desk.store.write():
        add_organisation(desk)
        with desk.store.write():
            desk.store.events.add("anna", EventKind.CHANGED, "x")
        raise ZeroDivisionError
    assert desk.store.directory.organisations() == ()
    assert desk.store.events.latest() == ()


@pytest.mark.parametrize("statement", ["UPDATE events SET text = 'other'", "DELETE FROM events"])
def test_history_is_append_only(desk: Helpdesk, statement: str) -> None:
    phone = add_phone(desk)
    before = desk.phones.history(phone.mac)
    with pytest.raises(DatabaseProblem, match="append-only"), desk.store.write() as connection:
        connection.execute(statement)
    with plain(desk.environment.database) as other, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(statement)
    assert desk.phones.history(phone.mac) == before


def test_foreign_keys_hold(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    with pytest.raises(DatabaseProblem, match="FOREIGN KEY"):
        desk.store.phones.update(phone.id, {"organisation_id": 999})
    with pytest.raises(DatabaseProblem, match="FOREIGN KEY"), desk.store.write() as connection:
        connection.execute("DELETE FROM organisations")


def test_types_hold(desk: Helpdesk) -> None:
    phone = add_phone(desk)
    with pytest.raises(DatabaseProblem, match="INTEGER"):
        desk.store.phones.update(phone.id, {"vlan": "many"})


# -- a log that is taken away, and threads that are at work -----------------------------------------------------------


@pytest.mark.parametrize("ends", [("-wal",), ("-wal", "-shm")])
def test_what_is_in_a_deleted_log_is_saved_whoever_connects_before_it_is_noticed(
    tmp_path: Path, ends: tuple[str, ...]
) -> None:
    path = tmp_path / "new.db"
    store = opened(path)
    store.facts.put("known", "before")  # as everything else it stands in the log alone
    store.database.data_version()
    for end in ends:
        path.with_name(path.name + end).unlink()

    def connect() -> None:
        with suppress(DatabaseProblem):
            store.facts.get("known")

    newcomer = threading.Thread(target=connect)
    newcomer.start()
    newcomer.join()
    for _ in range(3):
        store.database.data_version()
    store.facts.put("written", "afterwards")
    with plain(path) as elsewhere:
        found = elsewhere.execute("SELECT key, value FROM environment WHERE key IN ('known', 'written')").fetchall()
        assert sorted(found) == [("known", "before"), ("written", "afterwards")]
        assert elsewhere.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


def test_a_connection_that_a_thread_uses_is_not_closed_under_it(tmp_path: Path) -> None:
    store = opened(tmp_path / "new.db")
    entered, going_on = threading.Event(), threading.Event()

    def read() -> object:
        with store.database.read() as connection:
            entered.set()
            going_on.wait(20)
            return connection.execute("SELECT count(*) FROM phones").fetchone()[0]

    with ThreadPoolExecutor(2) as pool:
        reading = pool.submit(read)
        entered.wait(20)
        closing = pool.submit(store.close)
        going_on.set()
        assert reading.result(timeout=20) == 0
        closing.result(timeout=20)
    assert store.facts.get("nothing") is None  # it is opened again
    store.close()

"""The demo: an ordinary database of made-up customers whose phones are in every step and verdict."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from helpdesk_tui.assets import asset
from helpdesk_tui.backend.demo_lives import LIVES, PLATFORM, Clock, Person, Role, Stage
from helpdesk_tui.backend.helpdesk import Helpdesk
from helpdesk_tui.backend.model.deadline import DEFAULT_RULE, WeeklyDeadline
from helpdesk_tui.backend.model.environment import Environment, ServiceAccount, ServiceKind
from helpdesk_tui.backend.model.firmware_entry import FirmwareEntry
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.organisation import Identity, Organisation, User
from helpdesk_tui.backend.model.query import Query
from helpdesk_tui.backend.model.reason import Reason
from helpdesk_tui.backend.model.validation import ORGANISATION, PHONE
from helpdesk_tui.backend.model.vendor import Vendor
from helpdesk_tui.backend.use_cases.fetching import Miss

NOT_CERTIFIED_YET = "10.1.184.15"
WITHDRAWN = "66.84.188.5"


def demo_environment(path: Path) -> Environment:
    """The environment `demo` on this database: simulated services only, so nothing leaves the machine."""
    return Environment(
        name="demo",
        database=path,
        base_domain="pbx.example.net",
        provisioning_url="https://provisioning.pbx.example.net",
        weekly_deadline=WeeklyDeadline.parse(DEFAULT_RULE),
        accounts={vendor: ServiceAccount(vendor, ServiceKind.SIMULATED) for vendor in Vendor},
    )


def create_demo(path: Path, now: datetime, seed: int = 1) -> None:
    """Write the demo database to `path`, as it would look at the moment `now`.

    The same moment and seed give the same data. Raises DatabaseProblem.
    """
    random, clock = Random(seed), Clock(now)
    desk = Helpdesk(
        demo_environment(path),
        PLATFORM,
        clock=clock,
        random=lambda length: f"{random.getrandbits(4 * length):0{length}x}",
    )
    try:
        with desk.store.write():
            stage = Stage(desk, clock, random)
            _certify_firmware(stage)
            for role in _cast(stage):
                LIVES[role.life](stage, role)
            stage.play()
            _guess(stage)
            _spread_retries(stage)
            desk.store.phones.refresh([phone.id for phone in desk.store.phones.all(Query())])
    finally:
        desk.close()


def _guess(stage: Stage) -> None:
    """Somebody at a customer's site, and a stranger, have been guessing addresses: both are answered slowly."""
    phone = next(phone for phone in stage.desk.phones.all(Query()) if phone.last_address)
    at = stage.now - timedelta(minutes=2)
    for address in (phone.last_address, "203.0.113.77"):
        stage.desk.fetching.note_misses([Miss(at, address, "000000000000.cfg", None)] * 40)


def _certify_firmware(stage: Stage) -> None:
    """The example catalogue, added and certified on the days that stand in it."""
    keeper = Person(stage.desk, "firmware-team")
    latest = stage.now - timedelta(days=60)
    certified: dict[str, datetime] = {}
    with asset("firmware.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(line for line in lines if not line.startswith("#")):
            day = min(datetime.fromisoformat(row["certified_on"]).replace(hour=9, tzinfo=UTC), latest)
            certified[row["version"]] = max(day, certified.get(row["version"], day))
            stage.at(day, partial(keeper.firmware.add, _entry(row)))
    del certified[NOT_CERTIFIED_YET]
    for version, day in certified.items():
        stage.at(day + timedelta(minutes=5), partial(keeper.firmware.certify, version))
    stage.at(stage.now - timedelta(days=30), partial(keeper.firmware.withdraw, WITHDRAWN))


def _entry(row: Mapping[str, str]) -> FirmwareEntry:
    return FirmwareEntry(
        id=0,
        vendor=Vendor(row["vendor"]),
        version=row["version"],
        models=tuple(row["models"].split(";")),
        file=row["file"],
        notes=row["notes"],
        known_problems=row["known_problems"],
    )


def _cast(stage: Stage) -> list[Role]:
    """The phones of assets/demo.toml, once their organisations and users are in the database."""
    document = tomllib.loads(asset("demo.toml").read_text(encoding="utf-8"))
    roles: list[Role] = []
    for number, table in enumerate(document["organisations"], start=1):
        settings = {name: ORGANISATION[name](text) for name, text in table.items() if name in ORGANISATION}
        organisation = Organisation(id=0, name=str(settings.pop("organisation")), **settings)  # type: ignore[arg-type]
        organisation = replace(organisation, id=stage.store.directory.save_organisation(organisation))
        users = {extension: _user(stage, organisation, extension, *names) for extension, *names in table["users"]}
        for row in table["phones"]:
            address = f"198.51.100.{16 * number + row.get('office', 1)}"
            role = _role(stage, organisation, users.get(row.get("user", "")), address, row)
            roles.append(role)
            if row.get("keys"):
                stage.at(stage.now - timedelta(hours=9), partial(stage.set_keys, role, tuple(users)))
    return roles


def _user(stage: Stage, organisation: Organisation, extension: str, name: str, *further: str) -> User:
    """A user with one identity, and one more for each further display name."""
    identities = tuple(
        Identity(f"{organisation.short_name}{extension}{suffix}", stage.desk.context.random(20), display)
        for suffix, display in zip(("", "b", "c"), (name, *further), strict=False)
    )
    ring, pin = stage.random.randint(1, 8), f"{stage.random.randrange(10_000):04d}"
    user = User(0, organisation.id, extension, name, identities, f"*97{extension}", ring, 2, pin)
    return replace(user, id=stage.store.directory.save_user(user))


def _role(stage: Stage, organisation: Organisation, user: User | None, address: str, row: Mapping[str, Any]) -> Role:
    installed = row.get("installed", "")
    values = {name: PHONE[name](row[name]) for name in ("name", "serial", "vlan") if name in row}
    return Role(
        mac=Mac.parse(row["mac"]),
        model=stage.desk.catalogue.get(row["model"]),
        organisation=organisation,
        address=address,
        life=row["life"],
        user=user,
        values=values | {"modules": row.get("modules", 0)},
        installed=installed,
        before=row.get("before", installed),
        select=row.get("select"),
        reason=Reason(row["reason"]) if "reason" in row else None,
        odd=row.get("odd", ""),
    )


def _spread_retries(stage: Stage) -> None:
    """Give every waiting call a next try in the near future: the queue spreads its tries by chance of its own."""
    jobs = stage.store.jobs
    for job in jobs.all():
        next_try = stage.now + stage.minutes(5, 90) if job.next_try else None
        jobs.intend(replace(job, next_try=next_try, tries=max(0, job.tries - 1)))
        if job.reason:
            jobs.postpone(job.mac, next_try, job.reason, job.reason_text)

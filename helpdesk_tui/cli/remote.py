"""The commands that a platform elsewhere offers too. What it does not tell is null, and named under `not_offered`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from helpdesk_tui.backend import (
    CompassDesk,
    Fact,
    Field,
    HelpdeskError,
    NotOffered,
    Query,
    ReadingProgress,
    Refused,
    RemotePhone,
    RemoteStatus,
    parse_query,
)
from helpdesk_tui.backend.compass.environment import FACTS_OF_PHONE, CompassEnvironment
from helpdesk_tui.backend.use_cases.documents import iso
from helpdesk_tui.cli import output
from helpdesk_tui.cli.session import Session

KEYS = {Fact.MAC: "mac", Fact.MODEL: "model", Fact.STEP: "step", Fact.FIRMWARE: "firmware_installed"}
"""What the field map can name, as phones of our own have it in JSON."""

NEVER = (
    *("vendor", "serial", "user", "user_name", "vlan", "step_since", "deadline", "reason", "reason_text", "pending"),
    *("verdict", "verdict_text", "next_action", "firmware_selected", "firmware_progress", "last_seen", "added_at"),
)
"""What phones of our own have in JSON, and no documented call tells."""


@contextmanager
def opened(session: Session, environment: CompassEnvironment) -> Iterator[CompassDesk]:
    """The platform for one command."""
    desk = session.open_remote(environment)
    try:
        yield desk
    finally:
        desk.close()


def list_phones(desk: CompassDesk, query: Query, organisation: str | None, as_json: bool) -> None:
    """`phone list`. Raises HelpdeskError at the end when not everything could be read."""
    if strange := desk.not_searchable(query):
        raise NotOffered(f"{strange[0]}:")
    progress = desk.read_all(_tell_progress)
    _must_know_something(desk, progress)
    phones = desk.phones(query)
    if organisation:
        owner = desk.organisation_named(organisation)
        phones = tuple(phone for phone in phones if phone.organisation_url == owner.url)
    if as_json:
        output.print_json([phone_document(desk, phone) for phone in phones])
    else:
        for phone in phones:
            click.echo(_line(desk, phone))
    if progress.left_out:
        click.echo(progress.left_out_text, err=True)
    if progress.problem:
        raise HelpdeskError(progress.problem)


def refuse_reveal(reveal: bool) -> None:
    """Raises NotOffered when secrets are asked for: the platform tells none."""
    if reveal:
        raise NotOffered("--reveal")


def narrowed(query: Sequence[str], verdict: str | None, step: str | None, model: str | None) -> Query:
    """What `phone list` looks for."""
    terms = parse_query(" ".join(query))
    for field, value in ((Field.VERDICT, verdict), (Field.STEP, step), (Field.MODEL, model)):
        terms = terms.with_term(field, value) if value else terms
    return terms


def show_phone(desk: CompassDesk, text: str, as_json: bool) -> None:
    """`phone show`: the phone and its status, asked for now."""
    phone = desk.read_phone(desk.look_up(text))
    status = desk.status(phone)
    if as_json:
        output.print_json({**phone_document(desk, phone), "status": _status(status), "keys_in_answer": phone.keys})
        return
    for label, value in _facts(desk, phone, status):
        click.echo(f"{label}: {output.printable(value)}")


def move_phones(desk: CompassDesk, texts: Sequence[str], to: str, dry_run: bool) -> None:
    """`phone move`: one after the other; the first refusal ends it."""
    if dry_run:
        raise NotOffered("phone move --dry-run")
    phones = list({phone.url: phone for phone in (desk.look_up(text) for text in texts)}.values())
    organisation = desk.organisation_named(to)
    for phone in phones:
        click.echo(output.printable(desk.move(phone, organisation).sentence))


def list_organisations(desk: CompassDesk, words: Sequence[str], as_json: bool) -> None:
    """`organisation list`; all words must be in name or short name.

    Raises HelpdeskError at the end when not everything could be read.
    """
    desk.reading.read_lists()
    progress = desk.progress
    _must_know_something(desk, progress)
    phones = desk.phone_counts()
    documents = [
        {
            "organisation": each.name,
            "short_name": each.short_name,
            "id": each.id,
            "url": each.url,
            "own": each.own,
            "phones": None if each.problem else phones[each.url],
            "problem": each.problem,
        }
        for each in desk.organisations
        if all(word.casefold() in f"{each.label} {each.short_name}".casefold() for word in words)
    ]
    if as_json:
        output.print_json(documents)
    else:
        for each in documents:
            count = "?" if each["phones"] is None else f"{each['phones']:,}"
            name = output.printable(str(each["organisation"] or f"organisation {each['id']}"))
            click.echo(f"{output.printable(str(each['short_name'] or '-')):<12}  {count:>6} phones  {name}")
    if progress.problem:
        raise HelpdeskError(progress.problem)


def examine(session: Session, desk: CompassDesk, as_json: bool) -> None:
    """`doctor`: the way to the platform and the credentials, which are tried once. Raises Refused."""
    where = f"{session.configuration_file()}; environment {desk.environment.name}, kind compass"
    named = ", ".join(desk.environment.fields) or "nothing"
    left = ", ".join(fact for fact in FACTS_OF_PHONE if not desk.offers(fact))
    checks = [
        {"name": "Configuration", "ok": True, "text": where},
        {"name": "Field map", "ok": True, "text": f"names {named}" + (f"; not {left}" if left else "")},
        *(asdict(finding) for finding in desk.report()),
    ]
    ok = all(check["ok"] for check in checks)
    if as_json:
        output.print_json({"ok": ok, "environment": desk.environment.name, "checks": checks})
    else:
        for check in checks:
            click.echo(
                f"{'ok      ' if check['ok'] else 'PROBLEM '} {check['name']}: {output.printable(check['text'])}"
            )
    if not ok:
        raise Refused(f"Something is wrong: {', '.join(str(check['name']) for check in checks if not check['ok'])}.")


def phone_document(desk: CompassDesk, phone: RemotePhone) -> dict[str, Any]:
    """A phone as JSON, under the keys that phones of our own have."""
    owner = desk.organisation_of(phone)
    return {
        **{key: phone.value(fact) for fact, key in KEYS.items()},
        "name": phone.name,
        "organisation": owner.label if owner else None,
        **dict.fromkeys(NEVER),
        "id": phone.id,
        "url": phone.url,
        "organisation_url": phone.organisation_url,
        "read_at": iso(phone.read_at),
        "problem": phone.problem,
        "unreadable": {KEYS[fact]: said for fact, said in phone.unreadable},
        "not_offered": [*(key for fact, key in KEYS.items() if not desk.offers(fact)), *NEVER],
    }


def _status(status: RemoteStatus) -> dict[str, Any]:
    return {
        "online": status.online,
        "private_address": status.private_address,
        "public_address": status.public_address,
        "read_at": iso(status.read_at),
        "keys_in_answer": status.keys,
    }


def _facts(desk: CompassDesk, phone: RemotePhone, status: RemoteStatus) -> list[tuple[str, str]]:
    owner = desk.organisation_of(phone)
    never = "not offered by this platform"

    def fact(which: Fact) -> str:
        if not desk.offers(which):
            return never
        return phone.value(which) or phone.oddity(which) or "not given"

    step = f"{phone.step.value}: {phone.step.meaning}" if phone.step else fact(Fact.STEP)
    addresses = [f"private {status.private_address}" if status.private_address else "",
                 f"public {status.public_address}" if status.public_address else ""]  # fmt: skip
    return [
        ("Phone", f"{phone.label} (id {phone.id})"),
        ("Organisation", owner.label if owner else "unknown"),
        ("MAC", fact(Fact.MAC)),
        ("Model", fact(Fact.MODEL)),
        ("Provisioning by manufacturer", step),
        ("Provisioning by Compass", never),
        ("Firmware installed", fact(Fact.FIRMWARE)),
        ("Online", (status.online or "not given") if desk.offers(Fact.ONLINE) else never),
        ("Addresses", ", ".join(filter(None, addresses)) or "none given: probably not registered for calls"),
        ("Read", output.local(phone.read_at)),
        ("Keys in the answer", ", ".join(phone.keys)),
        ("Keys in the status", ", ".join(status.keys)),
        ("Not offered by this platform", "verdict, user, serial, VLAN, settings file, history"),
    ]


def _line(desk: CompassDesk, phone: RemotePhone) -> str:
    owner = desk.organisation_of(phone)
    cells = (phone.step.value if phone.step else "-", str(phone.mac or "-"), phone.model or "-", phone.id, phone.label)
    step, mac, model, number, name = (output.printable(cell) for cell in cells)
    where = output.printable(owner.label if owner else "-")
    return f"{step:<11}  {mac:<17}  {model:<9.9}  {number:<8}  {name:<24.24}  {where}"


def _must_know_something(desk: CompassDesk, progress: ReadingProgress) -> None:
    if progress.problem and not desk.organisations:
        raise HelpdeskError(progress.problem)


def _tell_progress(progress: ReadingProgress) -> None:
    if sys.stderr.isatty() and progress.listed:
        end = "\r" if progress.read < progress.listed else "\n"
        click.echo(f"{progress.read:,} of {progress.listed:,} read{end}", nl=False, err=True)

"""`helpdesk-tui phone …`"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helpdesk_tui.backend import (
    Field,
    Helpdesk,
    HelpdeskError,
    Phone,
    Refused,
    Step,
    VerdictKind,
    parse_query,
)
from helpdesk_tui.backend.model.mac import Mac
from helpdesk_tui.backend.model.validation import PHONE
from helpdesk_tui.backend.use_cases.documents import event_document, request_document
from helpdesk_tui.backend.use_cases.phones import NewPhone
from helpdesk_tui.cli import output
from helpdesk_tui.cli.completion import complete_organisations, complete_phones
from helpdesk_tui.cli.files import save_private
from helpdesk_tui.cli.interrupt import stop_between
from helpdesk_tui.cli.phone_customs import custom, key, keys
from helpdesk_tui.cli.session import Session

if TYPE_CHECKING:
    from helpdesk_tui.backend import MovePlan

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
reveal = click.option("--reveal", is_flag=True, help="Show secrets; the asking is recorded.")
phone_argument = click.argument("phone", shell_complete=complete_phones)


@click.group("phone")
def phone_command() -> None:
    """Phones. PHONE is a MAC in any notation, or any search text that fits one phone only."""


for _command in (keys, key, custom):
    phone_command.add_command(_command)


@phone_command.command("list")
@click.argument("query", nargs=-1)
@click.option("--verdict", type=click.Choice([kind.value for kind in VerdictKind]))
@click.option("--step", type=click.Choice([step.value for step in Step]))
@click.option("--organisation", shell_complete=complete_organisations)
@click.option("--model")
@as_json
@reveal
@click.pass_obj
def list_phones(
    session: Session,
    query: tuple[str, ...],
    verdict: str | None,
    step: str | None,
    organisation: str | None,
    model: str | None,
    as_json: bool,
    reveal: bool,
) -> None:
    """List phones, what needs attention first. QUERY as in the search field of the screens."""
    if elsewhere := session.remote():
        from helpdesk_tui.cli import remote

        remote.refuse_reveal(reveal)
        wanted = remote.narrowed(query, verdict, step, model)
        with remote.opened(session, elsewhere) as platform:
            remote.list_phones(platform, wanted, organisation, as_json)
        return
    terms = parse_query(" ".join(query))
    with session.helpdesk() as desk:
        if model:
            model = desk.catalogue.get(model).name
        narrowing = ((Field.VERDICT, verdict), (Field.STEP, step), (Field.MODEL, model))
        for field, value in narrowing:
            terms = terms.with_term(field, value) if value else terms
        phones = desk.phones.all(terms)
        if organisation:
            owner = desk.phones.organisation_named(organisation)
            phones = tuple(phone for phone in phones if phone.organisation_id == owner.id)
        if as_json:
            output.print_json(output.documents(desk, phones, reveal))
            return
        for phone in phones:
            click.echo(output.phone_line(desk, phone))
            if reveal:
                click.echo(f"    {output.revealed(desk, phone)['settings_url']}")


@phone_command.command("show")
@phone_argument
@as_json
@reveal
@click.option("--plain", "as_sentences", is_flag=True, help="As sentences, for a screen reader or a log.")
@click.pass_obj
def show(session: Session, phone: str, as_json: bool, reveal: bool, as_sentences: bool) -> None:
    """Show one phone."""
    if as_sentences and (as_json or reveal):
        raise click.UsageError("--plain goes neither with --json nor with --reveal.")
    if elsewhere := session.remote():
        from helpdesk_tui.cli import remote

        remote.refuse_reveal(reveal)
        with remote.opened(session, elsewhere) as platform:
            remote.show_phone(platform, phone, as_json)
        return
    with session.helpdesk() as desk:
        found = desk.phones.find(phone)
        if as_sentences:
            from helpdesk_tui.cli.plain import phone_sentences, plain

            click.echo("\n".join(map(plain, phone_sentences(desk, found))))
            return
        document = output.documents(desk, [found], reveal)[0]
        if as_json:
            output.print_json(document)
            return
        click.echo(output.phone_text(desk, found))
        if reveal:
            click.echo(f"Settings URL: {document['settings_url']}")
            click.echo(f"Temporary URL: {document['temporary_url'] or 'none'}")


@phone_command.command("add")
@click.argument("mac")
@click.option("--model", required=True)
@click.option("--organisation", required=True, shell_complete=complete_organisations)
@click.option("--name", default="")
@click.option("--serial", default="")
@click.option("--force", is_flag=True, help="Also when the MAC's prefix belongs to the other manufacturer.")
@click.pass_obj
def add(session: Session, mac: str, model: str, organisation: str, name: str, serial: str, force: bool) -> None:
    """Add a phone and register it at its manufacturer."""
    with session.helpdesk() as desk:
        address = Mac.parse(mac)
        kind = desk.catalogue.get(model)
        if not force:
            desk.phones.check_vendor(address, kind)
        owner = desk.phones.organisation_named(organisation)
        values = {key: PHONE[key](text) for key, text in (("name", name), ("serial", serial)) if text.strip()}
        attempt = desk.phones.add(NewPhone(address, kind, owner.id, values))
    if not attempt.ok:
        raise Refused(f"{address} was added, but is not registered. {attempt.sentence}")
    click.echo(f"{address}: {attempt.sentence}")


@phone_command.command("set")
@phone_argument
@click.option("--name")
@click.option("--serial")
@click.option("--pin")
@click.option("--vlan")
@click.option("--user", help="Extension of the user to log in.")
@click.option("--no-user", is_flag=True, help="Log the user out.")
@click.option("--model")
@click.pass_obj
def set_values(
    session: Session,
    phone: str,
    name: str | None,
    serial: str | None,
    pin: str | None,
    vlan: str | None,
    user: str | None,
    no_user: bool,
    model: str | None,
) -> None:
    """Change a phone; an empty value takes the old one away."""
    if user is not None and no_user:
        raise click.UsageError("Give --user or --no-user, not both.")
    if not no_user and {name, serial, pin, vlan, user, model} == {None}:
        raise click.UsageError("Name at least one thing to change.")
    with session.helpdesk() as desk:
        found = desk.phones.find(phone)
        with desk.context.write():
            for column, text in (("name", name), ("serial", serial), ("pin", pin), ("vlan", vlan)):
                if text is not None:
                    found = desk.phones.set_text(found, column, text)
            if model is not None:
                found = desk.phones.set_model(found, model)
            if no_user:
                found = desk.phones.log_out(found)
            elif user is not None:
                found = desk.phones.log_in(found, user)
    click.echo(f"{found.mac}: done.")


@phone_command.command("remove")
@phone_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Also when the manufacturer cannot be told now; that stays queued.")
@click.pass_obj
def remove(session: Session, phone: str, yes: bool, force: bool) -> None:
    """Remove a phone, its settings included; its history stays."""
    with session.helpdesk() as desk:
        found = desk.phones.find(phone)
        if not yes:
            question = (
                f"Remove {found.mac} ({found.model}) of {found.organisation} from {desk.environment.name}? "
                "Its settings are lost."
            )
            agree(question)
        if force:
            desk.phones.remove_anyway(found)
        else:
            desk.phones.remove(found)
    click.echo(f"{found.mac}: removed.")


@phone_command.command("move")
@click.argument("phones", nargs=-1, required=True, metavar="PHONE...", shell_complete=complete_phones)
@click.option("--to", "to", required=True, metavar="ORGANISATION")
@click.option("--dry-run", is_flag=True, help="Say what would be kept and what would change; move nothing.")
@click.pass_obj
def move(session: Session, phones: tuple[str, ...], to: str, dry_run: bool) -> None:
    """Move phones to another organisation of this environment, at once.

    Their settings are kept, and no factory reset is needed. Whoever is logged in is logged out.
    """
    if elsewhere := session.remote():
        from helpdesk_tui.cli import remote

        with remote.opened(session, elsewhere) as platform:
            remote.move_phones(platform, phones, to, dry_run)
        return
    with session.helpdesk() as desk, stop_between() as stopping:
        organisation = desk.phones.organisation_named(to)
        found = list(dict.fromkeys(desk.phones.find(phone) for phone in phones))
        if dry_run:
            refused = [tell_plan(desk.moves.plan(phone, organisation)) for phone in found]
        else:
            outcomes = zip(found, desk.moves.move_all(found, organisation, stopping), strict=False)
            refused = [tell_move(phone, outcome) for phone, outcome in outcomes]
    if len(refused) < len(found):
        raise Refused(f"Stopped: {len(found) - len(refused)} phones were not moved.")
    if any(refused):
        sys.exit(1)


def tell_move(before: Phone, outcome: Phone | HelpdeskError) -> bool:
    """Print how a move ended; True when it was refused."""
    if isinstance(outcome, HelpdeskError):
        click.echo(output.printable(str(outcome)), err=True)
        return True
    logged_out = f" {before.user} was logged out." if before.user else ""
    click.echo(output.printable(f"{before.mac}: moved to {outcome.organisation}.{logged_out}"))
    return False


def tell_plan(plan: MovePlan) -> bool:
    """Print what a move would do, one sentence a line; True when it would be refused."""
    for sentence in (plan.problem,) if plan.problem else (*plan.kept, *plan.changes):
        prefix = "" if plan.problem else f"{plan.phone.mac}: "
        click.echo(output.printable(f"{prefix}{sentence}"), err=bool(plan.problem))
    return bool(plan.problem)


@phone_command.command("activate")
@click.argument("phones", nargs=-1, required=True, metavar="PHONE...", shell_complete=complete_phones)
@click.pass_obj
def activate(session: Session, phones: tuple[str, ...]) -> None:
    """Register phones at their manufacturer and wait for the answers."""
    failed = done = 0
    with session.helpdesk() as desk, stop_between() as stopping:
        found = list(dict.fromkeys(desk.phones.find(phone) for phone in phones))
        for phone, attempt in zip(found, desk.registration.activate_many(found, stopping), strict=False):
            done += 1
            if isinstance(attempt, Refused):
                ok, text = False, str(attempt)
            else:
                ok, text = attempt.ok, f"{phone.mac}: {attempt.sentence}"
            failed += not ok
            count = f"[{done}/{len(found)}] " if len(found) > 1 and sys.stdout.isatty() else ""
            click.echo(f"{count}{text}", err=not ok)
    if done < len(found):
        raise Refused(f"Stopped: {len(found) - done} phones were not activated.")
    if failed:
        sys.exit(1)


@phone_command.command("settings")
@phone_argument
@reveal
@click.option("--output", "target", type=click.Path(dir_okay=False), help="Write to this file, readable by you alone.")
@click.option("--origins", is_flag=True, help="Say of every line where its value comes from.")
@click.option("--diff", "other", metavar="PHONE|last", help="Print what differs from another phone, or the last fetch.")
@click.pass_obj
def settings(session: Session, phone: str, reveal: bool, target: str | None, origins: bool, other: str | None) -> None:
    """Print the settings file of a phone; secrets are masked unless --reveal."""
    from helpdesk_tui.backend.settings_file import masked, render
    from helpdesk_tui.cli.settings_text import difference, with_origins

    if other is not None and (reveal or origins):
        raise click.UsageError("--diff goes neither with --reveal nor with --origins.")
    warnings: tuple[str, ...] = ()
    with session.helpdesk() as desk:
        found = desk.phones.find(phone)
        if other is not None:
            data = difference(desk, found, other).encode()
        else:
            file = desk.settings.file(found)
            warnings = file.warnings
            if reveal:
                desk.settings.reveal(found)
            else:
                file = masked(file)
            data = with_origins(file).encode() if origins else render(file)
    for warning in warnings:
        click.echo(warning, err=True)
    if target:
        save_private(Path(target), data)
    else:
        click.echo(data, nl=False)  # as bytes: the phone's encoding, not the terminal's


@phone_command.command("firmware")
@click.argument("phones", nargs=-1, required=True, metavar="PHONE...", shell_complete=complete_phones)
@click.option("--version", "version", help="The firmware to select.")
@click.option("--installed", is_flag=True, help="Use installed firmware: send nothing about firmware.")
@click.option("--yes", is_flag=True, help="Agree to warnings.")
@click.pass_obj
def firmware(session: Session, phones: tuple[str, ...], version: str | None, installed: bool, yes: bool) -> None:
    """Select the firmware that phones are told to install."""
    if (version is None) is not installed:
        raise click.UsageError("Give --version or --installed.")
    with session.helpdesk() as desk:
        found = list(dict.fromkeys(desk.phones.find(phone) for phone in phones))
        select_firmware(desk, found, version, yes)


def select_firmware(desk: Helpdesk, phones: list[Phone], version: str | None, yes: bool) -> None:
    """Carry out a choice of firmware; what is refused or warned about is said on stderr. Exits 1 after a refusal."""
    plan = desk.firmware.plan(phones, version)
    for phone, sentence in plan.refused:
        click.echo(f"{phone.mac}: {sentence}", err=True)
    for phone, sentence in plan.asked:
        click.echo(f"{phone.mac}: {sentence}", err=True)
    if plan.asked and not yes:
        if not sys.stdin.isatty():
            sys.exit(1)
        agree(f"Select {version} all the same?")
    if plan.allowed or plan.asked:
        changed = desk.firmware.carry_out(plan)
        click.echo(f"{changed} phone{'s' if changed != 1 else ''} changed: {version or 'use installed firmware'}.")
    elif not plan.refused:
        click.echo("Nothing to change.")
    if plan.refused:
        sys.exit(1)


@phone_command.command("history")
@phone_argument
@as_json
@click.pass_obj
def history(session: Session, phone: str, as_json: bool) -> None:
    """What happened to a phone, newest first; also of one that was removed, by its MAC."""
    from helpdesk_tui.backend.model.mac import find_mac

    with session.helpdesk() as desk:
        mac = find_mac(phone)
        if mac is None or desk.store.phones.by_mac(mac):
            mac = desk.phones.find(phone).mac
        events = desk.phones.history(mac, limit=10_000)
        if not events:
            desk.phones.find(phone)  # says that it is unknown
    if as_json:
        output.print_json([event_document(event) for event in events])
        return
    for event in events:
        when = output.local(event.at)
        click.echo(f"{when}  {output.printable(event.operator)}  {event.kind.value}: {output.printable(event.text)}")


@phone_command.command("requests")
@phone_argument
@as_json
@click.pass_obj
def requests(session: Session, phone: str, as_json: bool) -> None:
    """What a phone asked for lately, newest first, and how that was answered."""
    with session.helpdesk() as desk:
        found = desk.phones.requests(desk.phones.find(phone), limit=1000)
    if as_json:
        output.print_json([request_document(request) for request in found])
        return
    for request in found:
        click.echo(output.printable(output.request_text(request)))


def agree(question: str) -> None:
    """Ask on a terminal; without one, or after a no, nothing is done."""
    if not sys.stdin.isatty():
        raise Refused(f"{question} Nothing was done: add --yes to agree.")
    if not click.confirm(question, err=True):
        raise Refused("Nothing was done.")

"""`helpdesk-tui firmware …`"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path

import click

from helpdesk_tui.backend import BadInput, Field, FirmwareEntry, Query, Vendor
from helpdesk_tui.backend.helpdesk import catalogue
from helpdesk_tui.backend.model.firmware import compare, explain
from helpdesk_tui.cli import output
from helpdesk_tui.cli.phones import select_firmware
from helpdesk_tui.cli.session import Session

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
model_option = click.option("--model", help="Judge for this model.")


@click.group("firmware")
def firmware_command() -> None:
    """Firmware: what a version number says, and which versions can be selected."""


@firmware_command.command("list")
@as_json
@click.pass_obj
def list_firmware(session: Session, as_json: bool) -> None:
    """List the catalogue."""
    with session.helpdesk() as desk:
        entries = desk.firmware.entries()
    if as_json:
        output.print_json([output.firmware_document(entry) for entry in entries])
        return
    for entry in entries:
        state = "certified" if entry.certified else "withdrawn" if entry.withdrawn_on else "not certified"
        click.echo(f"{entry.vendor.label:<8} {entry.version:<16} {state:<14} {', '.join(entry.models)}")


@firmware_command.command("explain")
@click.argument("version")
@model_option
@as_json
def explain_version(version: str, model: str | None, as_json: bool) -> None:
    """Say what a version number means, and whether it fits a model."""
    models = catalogue()
    found = explain(version, models.get(model) if model else None, models)
    if as_json:
        output.print_json(asdict(found))
    else:
        click.echo(found.text)


@firmware_command.command("compare")
@click.argument("a")
@click.argument("b")
@model_option
@as_json
def compare_versions(a: str, b: str, model: str | None, as_json: bool) -> None:
    """Say how version A relates to version B."""
    models = catalogue()
    found = compare(a, b, models.get(model) if model else None, models)
    if as_json:
        output.print_json(asdict(found))
    else:
        click.echo(found.text)


@firmware_command.command("add")
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--version", "version", required=True)
@click.option("--models", required=True, help="Models that it is for, separated by commas.")
@click.option("--sha256", help="Check the file against this sum.")
@click.option("--notes", default="")
@click.option("--known-problems", default="")
@click.pass_obj
def add(
    session: Session, file: str, version: str, models: str, sha256: str | None, notes: str, known_problems: str
) -> None:
    """Add a firmware to the catalogue; it can be selected once it is certified."""
    path = Path(file)
    size, digest = None, (sha256 or "").lower()
    if path.is_file():
        size, found = _measure(path)
        if digest and digest != found:
            raise BadInput(f"{path.name}: its sha256 is {found}, not the one that was given: fetch the file again.")
        digest = found
    elif path.parent != Path():
        raise BadInput(f"{path}: there is no such file.")
    names = tuple(name.strip() for name in models.replace(";", ",").split(",") if name.strip())
    entry = FirmwareEntry(
        id=0,
        vendor=Vendor.SNOM,  # the catalogue knows better, from the models
        version=version.strip(),
        models=names,
        file=path.name,
        size=size,
        sha256=digest,
        notes=notes,
        known_problems=known_problems,
    )
    with session.helpdesk() as desk:
        desk.firmware.add(entry)
    click.echo(f"Firmware {version} was added; certify it to make it available.")


@firmware_command.command("certify")
@click.argument("version")
@click.option("--withdraw", is_flag=True, help="Make it unavailable instead.")
@click.pass_obj
def certify(session: Session, version: str, withdraw: bool) -> None:
    """Make a version available for selection, or withdraw it."""
    with session.helpdesk() as desk:
        entries = desk.firmware.withdraw(version) if withdraw else desk.firmware.certify(version)
        affected = desk.phones.all(Query().with_term(Field.FIRMWARE, version)) if withdraw else ()
        chosen = [phone for phone in affected if phone.firmware_selected == version.strip()]
    models = ", ".join(name for entry in entries for name in entry.models)
    click.echo(f"Firmware {version} for {models}: {'withdrawn' if withdraw else 'certified'}.")
    if chosen:
        click.echo(f"It is selected for {len(chosen)} phones; they are told nothing about firmware any more:")
        for phone in chosen:
            click.echo(f"  {phone.mac}  {phone.model}  {output.printable(phone.organisation)}")


@firmware_command.command("set")
@click.option("--model", required=True)
@click.option("--organisation", help="Only the phones of this organisation.")
@click.option("--version", "version")
@click.option("--installed", is_flag=True, help="Use installed firmware.")
@click.option("--yes", is_flag=True, help="Agree to warnings.")
@click.pass_obj
def set_firmware(
    session: Session, model: str, organisation: str | None, version: str | None, installed: bool, yes: bool
) -> None:
    """Select the firmware for all phones of a model."""
    if (version is None) is not installed:
        raise click.UsageError("Give --version or --installed.")
    with session.helpdesk() as desk:
        query = Query().with_term(Field.MODEL, desk.catalogue.get(model).name)
        phones = desk.phones.all(query)
        if organisation:
            owner = desk.phones.organisation_named(organisation)
            phones = tuple(phone for phone in phones if phone.organisation_id == owner.id)
        if not phones:
            raise BadInput(f"There is no phone of model {model} here.")
        select_firmware(desk, list(phones), version, yes)


def _measure(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()

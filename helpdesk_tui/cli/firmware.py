"""`helpdesk-tui firmware …`"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from helpdesk_tui.assets import asset
from helpdesk_tui.backend import BadInput, FirmwareEntry, Helpdesk, Rollout, Vendor
from helpdesk_tui.backend.helpdesk import catalogue
from helpdesk_tui.backend.model.firmware import compare, explain
from helpdesk_tui.backend.use_cases.documents import firmware_document
from helpdesk_tui.cli import output
from helpdesk_tui.cli.completion import complete_organisations
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
        output.print_json([firmware_document(entry) for entry in entries])
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
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--version", "version", default="", help="Taken from the file's name when it is not given.")
@click.option("--models", default="", help="Models that it is for, separated by commas; else by the file's name.")
@click.option("--sha256", default="", help="Check the file against this sum.")
@click.option("--notes", default="")
@click.option("--known-problems", default="")
@click.pass_obj
def add(session: Session, file: Path, version: str, models: str, sha256: str, notes: str, known_problems: str) -> None:
    """Add a firmware file to the catalogue; it can be selected once it is certified.

    The file is copied into the firmware folder of the environment when it lies elsewhere. An entry that has no file
    yet, such as 'firmware load' makes, gets this one.
    """
    entry = FirmwareEntry(
        id=0,
        vendor=Vendor.SNOM,  # the models decide
        version=version.strip(),
        models=tuple(name.strip() for name in models.replace(";", ",").split(",") if name.strip()),
        file=file.name,
        sha256=sha256.strip(),
        notes=notes,
        known_problems=known_problems,
    )
    with session.begun() as desk:
        added = desk.firmware.add_file(file, entry)
        now = "it is certified already" if added.certified else "certify it to make it available"
        click.echo(f"Firmware {added.version} for {', '.join(added.models)} was added; {now}.")
        say_missing(desk, [added])


@firmware_command.command("load")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--example", is_flag=True, help="The example that comes with the program: nobody's certified list.")
@click.pass_obj
def load(session: Session, file: Path | None, example: bool) -> None:
    """Add all firmware of a list (CSV, TSV or JSON), uncertified; the files themselves are put into the folder by you.

    Columns: version, models (separated by ;), file, and if you like vendor, size, sha256, notes, known_problems.
    """
    if (file is None) is not example:
        raise click.UsageError("Give a FILE or --example.")
    with session.begun() as desk:
        added, known = desk.firmware.load(file or asset("firmware.csv"), EXAMPLE if example else "")
    click.echo(f"{added} added, {known} known already. Certify a version to make it available.")


EXAMPLE = "Example, certified by nobody."


@firmware_command.command("certify")
@click.argument("version")
@click.option("--withdraw", is_flag=True, help="Make it unavailable instead.")
@click.pass_obj
def certify(session: Session, version: str, withdraw: bool) -> None:
    """Make a version available for selection, or withdraw it.

    Phones for which a withdrawn version was selected go back to using what is installed; they are listed.
    """
    with session.helpdesk() as desk:
        phones = desk.firmware.withdraw(version) if withdraw else ()
        entries = desk.firmware.named(version) if withdraw else desk.firmware.certify(version)
        models = ", ".join(name for entry in entries for name in entry.models)
        click.echo(f"Firmware {entries[0].version} for {models}: {'withdrawn' if withdraw else 'certified'}.")
        if not withdraw:
            say_missing(desk, entries)
    if phones:
        click.echo(f"It was selected for {len(phones)} phones; they are told nothing about firmware any more:")
        for phone in phones:
            click.echo(f"  {phone.mac}  {phone.model}  {output.printable(phone.organisation)}")


def say_missing(desk: Helpdesk, entries: Sequence[FirmwareEntry]) -> None:
    """Say which files phones would look for in vain."""
    for name in dict.fromkeys(name for entry in entries for name in desk.firmware.missing(entry)):
        click.echo(f"Phones cannot fetch {name} yet: put it into {desk.environment.images}.")


@firmware_command.command("rollout")
@click.option("--organisation", help="Only the phones of this organisation.", shell_complete=complete_organisations)
@as_json
@click.pass_obj
def rollout(session: Session, organisation: str | None, as_json: bool) -> None:
    """How far the phones of each model are with the firmware that was selected; where phones refused, first."""
    with session.helpdesk() as desk:
        owner = desk.phones.organisation_named(organisation) if organisation else None
        found = desk.firmware.rollouts(owner.id if owner else None)
    if as_json:
        output.print_json([{"model": each.model, "phones": each.phones, **_counts(each)} for each in found])
        return
    for each in found:
        counts = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in _counts(each).items())
        click.echo(f"{each.model:<9} {each.phones:>6} phones: {counts}")


def _counts(each: Rollout) -> dict[str, int]:
    return {progress.value.replace(" ", "_"): number for progress, number in each.counts.items()}


@firmware_command.command("set")
@click.option("--model", required=True)
@click.option("--organisation", help="Only the phones of this organisation.", shell_complete=complete_organisations)
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
        owner = desk.phones.organisation_named(organisation) if organisation else None
        phones = desk.firmware.phones_of(model, owner.id if owner else None)
        if not phones:
            raise BadInput(f"There is no phone of model {model} here.")
        select_firmware(desk, list(phones), version, yes)

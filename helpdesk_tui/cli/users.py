"""`helpdesk-tui user …`"""

from __future__ import annotations

import sys
from typing import Any

import click

from helpdesk_tui.backend import (
    IDENTITY_SETTINGS,
    USER_SETTINGS,
    Helpdesk,
    Identity,
    ListedUser,
    Mac,
    Organisation,
    User,
    UserSetting,
)
from helpdesk_tui.cli import output
from helpdesk_tui.cli.completion import complete_organisations
from helpdesk_tui.cli.organisations import values_of
from helpdesk_tui.cli.phones import agree
from helpdesk_tui.cli.session import Session

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
reveal = click.option("--reveal", is_flag=True, help="Show passwords and PINs; the asking is recorded.")
USER_COLUMNS = tuple(setting.column for setting in USER_SETTINGS)
IDENTITY_COLUMNS = tuple(setting.column for setting in IDENTITY_SETTINGS)


@click.group("user")
def user_command() -> None:
    """Users with their identities: ORGANISATION as for `organisation`, EXTENSION exactly.

    A password of - is read from stdin, so that it stands in no list of processes.
    """


@user_command.command("list")
@click.argument("organisation", shell_complete=complete_organisations)
@click.argument("text", nargs=-1)
@as_json
@reveal
@click.pass_obj
def list_users(session: Session, organisation: str, text: tuple[str, ...], as_json: bool, reveal: bool) -> None:
    """List the users of an organisation and where they are logged in."""
    with session.helpdesk() as desk:
        owner = desk.phones.organisation_named(organisation)
        found = desk.users.of(owner.id, " ".join(text))
        documents = [_document(desk, owner, each, reveal) for each in found]
    if as_json:
        output.print_json(documents)
        return
    for each, document in zip(found, documents, strict=True):
        click.echo(_line(each))
        if reveal:
            _print_secrets(document)


@user_command.command("show")
@click.argument("organisation", shell_complete=complete_organisations)
@click.argument("extension")
@as_json
@reveal
@click.pass_obj
def show(session: Session, organisation: str, extension: str, as_json: bool, reveal: bool) -> None:
    """Show one user."""
    with session.helpdesk() as desk:
        owner, user = _user(desk, organisation, extension)
        phones = tuple((phone.mac.hex, phone.model) for phone in desk.users.phones(user))
        document = _document(desk, owner, ListedUser(user, phones), reveal)
    if as_json:
        output.print_json(document)
        return
    for name, value in document.items():
        if name == "identities":
            for identity in user.identities:
                click.echo(f"identity: {identity.sip_username}  {output.printable(identity.display_name)}".rstrip())
        elif name == "phones":
            click.echo(f"logged in on: {', '.join(value) or 'no phone'}")
        elif name != "pin":
            click.echo(f"{name}: {output.printable(str(value))}")
    if reveal:
        _print_secrets(document)


@user_command.command("add")
@click.argument("organisation", shell_complete=complete_organisations)
@click.argument("extension")
@values_of(*(column for column in (*USER_COLUMNS, *IDENTITY_COLUMNS) if column != "extension"))
@click.pass_obj
def add(session: Session, /, organisation: str, extension: str, **values: str | None) -> None:
    """Add a user with one identity: --sip-username is needed; without --sip-password one is made."""
    with session.helpdesk() as desk:
        owner = desk.phones.organisation_named(organisation)
        added = desk.users.add(owner, {"extension": extension, **_given(values)})
    click.echo(f"{output.printable(owner.name)} {added.extension}: added.")


@user_command.command("set")
@click.argument("organisation", shell_complete=complete_organisations)
@click.argument("extension")
@click.option("--extension", "new_extension", help="Another extension.")
@values_of(*(column for column in USER_COLUMNS if column != "extension"))
@click.pass_obj
def set_values(
    session: Session, /, organisation: str, extension: str, new_extension: str | None, **values: str | None
) -> None:
    """Change a user; an empty value takes the old one away."""
    given = _given({**values, "extension": new_extension})
    if not given:
        raise click.UsageError("Name at least one thing to change.")
    with session.helpdesk() as desk:
        owner, user = _user(desk, organisation, extension)
        with desk.context.write():
            for column, text in given.items():
                user = desk.users.change(user, column, text)
    click.echo(f"{output.printable(owner.name)} {user.extension}: done.")


@user_command.command("remove")
@click.argument("organisation", shell_complete=complete_organisations)
@click.argument("extension")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(session: Session, organisation: str, extension: str, yes: bool) -> None:
    """Log a user out everywhere and remove them; their history stays."""
    with session.helpdesk() as desk:
        owner, user = _user(desk, organisation, extension)
        loss = desk.users.loss(user)
        if not yes:
            who = f"{output.printable(user.name)} ({user.extension}) of {output.printable(owner.name)}"
            agree(f"Remove {who} from {desk.environment.name}? {loss.sentence}")
        desk.users.remove(user, loss)
    click.echo(f"{output.printable(owner.name)} {user.extension}: removed.")


@user_command.group("identity")
def identity_command() -> None:
    """The SIP accounts of a user; the first is primary."""


@identity_command.command("add")
@click.argument("organisation", shell_complete=complete_organisations)
@click.argument("extension")
@click.argument("sip_username")
@values_of("sip_password", "display_name")
@click.pass_obj
def add_identity(
    session: Session, /, organisation: str, extension: str, sip_username: str, **values: str | None
) -> None:
    """Add an identity after the others; without --sip-password one is made."""
    with session.helpdesk() as desk:
        _, user = _user(desk, organisation, extension)
        desk.users.add_identity(user, {"sip_username": sip_username, **_given(values)})
    click.echo(f"{output.printable(sip_username)}: added.")


@identity_command.command("set")
@click.argument("organisation", shell_complete=complete_organisations)
@click.argument("extension")
@click.argument("sip_username")
@click.option("--sip-username", "new_sip_username", help="Another SIP user name.")
@values_of("sip_password", "display_name")
@click.option("--primary", is_flag=True, help="Put it first.")
@click.pass_obj
def set_identity(
    session: Session,
    /,
    organisation: str,
    extension: str,
    sip_username: str,
    new_sip_username: str | None,
    primary: bool,
    **values: str | None,
) -> None:
    """Change an identity; an empty password makes a new one."""
    given = _given({**values, "sip_username": new_sip_username})
    if not given and not primary:
        raise click.UsageError("Name at least one thing to change.")
    with session.helpdesk() as desk:
        _, user = _user(desk, organisation, extension)
        with desk.context.write():
            if primary:
                others = [each.sip_username for each in user.identities if each.sip_username != sip_username]
                user = desk.users.reorder(user, [sip_username, *others])
            for column, text in given.items():
                user = desk.users.change_identity(user, sip_username, column, text)
    click.echo(f"{output.printable(sip_username)}: done.")


@identity_command.command("remove")
@click.argument("organisation", shell_complete=complete_organisations)
@click.argument("extension")
@click.argument("sip_username")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove_identity(session: Session, organisation: str, extension: str, sip_username: str, yes: bool) -> None:
    """Take an identity away from a user who has another one."""
    with session.helpdesk() as desk:
        _, user = _user(desk, organisation, extension)
        if not yes:
            name = output.printable(sip_username)
            agree(f"Remove identity {name} of {output.printable(user.name)}? Its password is lost for good.")
        desk.users.remove_identity(user, sip_username)
    click.echo(f"{output.printable(sip_username)}: removed.")


def _user(desk: Helpdesk, organisation: str, extension: str) -> tuple[Organisation, User]:
    owner = desk.phones.organisation_named(organisation)
    return owner, desk.users.with_extension(owner, extension)


def _given(values: dict[str, str | None]) -> dict[str, str]:
    """What was given; a password of - comes from stdin."""
    given = {column: value for column, value in values.items() if value is not None}
    if given.get("sip_password") == "-":
        given["sip_password"] = sys.stdin.readline().rstrip("\r\n")
    return given


def _document(desk: Helpdesk, organisation: Organisation, listed: ListedUser, reveal: bool) -> dict[str, Any]:
    if reveal:
        desk.users.reveal(listed.user)
    user = listed.user
    return {
        "organisation": organisation.name,
        **_values(user, USER_SETTINGS, reveal),
        "identities": [_values(identity, IDENTITY_SETTINGS, reveal) for identity in user.identities],
        "phones": [Mac(mac).colons for mac, _ in listed.phones],
    }


def _values(owner: User | Identity, settings: tuple[UserSetting, ...], reveal: bool) -> dict[str, Any]:
    return {each.column: getattr(owner, each.column) for each in settings if reveal or not each.secret}


def _line(listed: ListedUser) -> str:
    user = listed.user
    identities = ", ".join(identity.sip_username for identity in user.identities)
    phones = ", ".join(f"{Mac(mac).colons} {model}" for mac, model in listed.phones) or "-"
    return f"{user.extension:>10}  {output.printable(user.name):<24.24}  {identities:<24}  {phones}"


def _print_secrets(document: dict[str, Any]) -> None:
    for identity in document["identities"]:
        click.echo(f"    {identity['sip_username']}: {identity['sip_password']}")
    if document["pin"]:
        click.echo(f"    PIN: {document['pin']}")

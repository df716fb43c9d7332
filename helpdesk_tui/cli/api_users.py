"""`helpdesk-tui api-user …`"""

from __future__ import annotations

import secrets
import sys

import click

from helpdesk_tui.backend import BadInput, Refused
from helpdesk_tui.backend.model.organisation import Language
from helpdesk_tui.backend.model.rights import Right
from helpdesk_tui.backend.use_cases.api_users import NewApiUser
from helpdesk_tui.backend.use_cases.documents import api_user_document
from helpdesk_tui.cli import output
from helpdesk_tui.cli.session import Session

GENERATED = 18
"""Random bytes of a password that is made here."""

right_argument = click.argument("right", type=click.Choice([right.value for right in Right]))
password_option = click.option("--password-stdin", is_flag=True, help="Read the password from the first line of stdin.")


@click.group("api-user")
def api_user_command() -> None:
    """Users of the REST API that `serve` offers, and their rights on organisations."""


@api_user_command.command("add")
@click.argument("name")
@click.option("--organisation", required=True, help="The home organisation; it gives no right by itself.")
@click.option(
    "--right",
    type=click.Choice([right.value for right in Right]),
    default=Right.NONE.value,
    show_default=True,
    help="On all organisations of the environment.",
)
@click.option("--full-name", default="")
@click.option("--contact", default="", help="E-mail address.")
@click.option("--language", type=click.Choice([each.value for each in Language]), default="en", show_default=True)
@password_option
@click.pass_obj
def add(
    session: Session,
    name: str,
    organisation: str,
    right: str,
    full_name: str,
    contact: str,
    language: str,
    password_stdin: bool,
) -> None:
    """Add a user. Without a terminal and without --password-stdin a password is made, and printed once."""
    with session.begun() as desk:
        desk.api_users.must_be_administrator()
        home = desk.phones.organisation_named(organisation)
        new = NewApiUser(name, home, Right(right), full_name, contact, Language(language))
        desk.api_users.check(new)
        password, made = _password(password_stdin)
        user = desk.api_users.add(new, password)
    click.echo(f"{user.username}: added.")
    _show(password, made)


@api_user_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_obj
def list_users(session: Session, as_json: bool) -> None:
    """List users with their rights."""
    with session.helpdesk() as desk:
        users, names = desk.api_users.all(), desk.api_users.organisations()
    if as_json:
        output.print_json([api_user_document(user, names) for user in users])
        return
    for user in users:
        rights = [f"{right} on {names.get(each, each)}" for each, right in sorted(user.rights.items())]
        rights.insert(0, f"{user.everywhere} on all organisations")
        home = names.get(user.organisation_id or 0, "-")
        seen = output.local(user.last_login) or "never"
        click.echo(output.printable(f"{user.username:<24}  {home:<24.24}  {seen:<22}  {', '.join(rights)}"))


@api_user_command.command("grant")
@click.argument("name")
@click.argument("organisation")
@right_argument
@click.pass_obj
def grant(session: Session, name: str, organisation: str, right: str) -> None:
    """Give a user a right on one organisation; it holds from the next request on."""
    with session.helpdesk() as desk:
        on = desk.phones.organisation_named(organisation)
        desk.api_users.grant(name, on, Right(right))
    click.echo(f"{name}: {right} on {output.printable(on.name)}.")


@api_user_command.command("grant-all")
@click.argument("name")
@right_argument
@click.pass_obj
def grant_all(session: Session, name: str, right: str) -> None:
    """Give a user a right on all organisations; of this and the right on one, the greater counts."""
    with session.helpdesk() as desk:
        desk.api_users.grant_everywhere(name, Right(right))
    click.echo(f"{name}: {right} on all organisations.")


@api_user_command.command("password")
@click.argument("name")
@password_option
@click.pass_obj
def password(session: Session, name: str, password_stdin: bool) -> None:
    """Give a user another password; the old one is refused at once."""
    with session.helpdesk() as desk:
        desk.api_users.must_be_administrator()
        user = desk.api_users.named(name)
        text, made = _password(password_stdin)
        desk.api_users.set_password(user.username, text)
    click.echo(f"{user.username}: the password was changed.")
    _show(text, made)


@api_user_command.command("remove")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(session: Session, name: str, yes: bool) -> None:
    """Remove a user with all rights; it is refused at once."""
    from helpdesk_tui.cli.phones import agree

    with session.helpdesk() as desk:
        desk.api_users.must_be_administrator()
        user = desk.api_users.named(name)
        if not yes:
            agree(f"Remove the API user {user.username} from {desk.environment.name}?")
        desk.api_users.remove(user.username)
    click.echo(f"{user.username}: removed.")


def _password(from_stdin: bool) -> tuple[str, bool]:
    """The password to set, and whether it was made here. Raises BadInput."""
    if from_stdin:
        text = sys.stdin.readline().rstrip("\r\n")
        if not text:
            raise BadInput("password: standard input holds none: write it there as one line.")
        return text, False
    if sys.stdin.isatty():
        text = click.prompt("Password (empty: make one)", default="", hide_input=True, show_default=False, err=True)
        if text and click.prompt("The same again", default="", hide_input=True, show_default=False, err=True) != text:
            raise Refused("The two passwords differ: nothing was done.")
        if text:
            return text, False
    return secrets.token_urlsafe(GENERATED), True


def _show(password: str, made: bool) -> None:
    if made:
        click.echo(f"Password, shown this once: {password}")

"""`helpdesk-tui phone keys`, `key` and `custom`: what is configured on top of the common settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from helpdesk_tui.backend import CustomSetting, FunctionKey, Helpdesk, KeyFunction, NotFound, Phone, Scope
from helpdesk_tui.cli import output
from helpdesk_tui.cli.completion import complete_phones
from helpdesk_tui.cli.session import Session

if TYPE_CHECKING:
    from helpdesk_tui.backend import CustomPlace, KeyPlace, Owner

CLEAR = "clear"

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.command("keys")
@click.argument("phone", shell_complete=complete_phones)
@as_json
@click.pass_obj
def keys(session: Session, phone: str, as_json: bool) -> None:
    """List the function keys of a phone and for whom each is set."""
    with session.helpdesk() as desk:
        places = desk.custom.keys_of_phone(desk.phones.find(phone))
    if as_json:
        output.print_json([_key_document(place) for place in places])
        return
    for place in places:
        if place.key is not None:
            values = " ".join(part for part in (place.key.value, place.key.label) if part)
            what = f"{place.key.function.value:<10}  {place.key.scope.value:<5}  {output.printable(values)}"
            click.echo(f"{place.position:>3}  {what}".rstrip())


@click.command("key")
@click.argument("phone", shell_complete=complete_phones)
@click.argument("position", type=click.IntRange(min=1))
@click.argument("function", type=click.Choice([*(function.value for function in KeyFunction), CLEAR]))
@click.argument("value", default="")
@click.option("--label", default="", help="What the phone shows beside the key.")
@click.option(
    "--for", "scope", type=click.Choice([scope.value for scope in Scope]), default="phone", help="Whom it is set for."
)
@click.pass_obj
def key(session: Session, phone: str, position: int, function: str, value: str, label: str, scope: str) -> None:
    """Set a function key; `clear` takes away what is set. VALUE: number, digits or address."""
    with session.helpdesk() as desk:
        found = desk.phones.find(phone)
        owner = _owner(desk, found, Scope(scope))
        seen = desk.custom.key_of(owner, position)
        if function != CLEAR:
            desk.custom.set_key(owner, FunctionKey(position, KeyFunction(function), value, label), seen)
        elif seen is not None:
            desk.custom.clear_key(owner, seen)
        else:
            raise NotFound(f"Function key {position} is not set for {owner.words}.")
    click.echo(f"{found.mac}: function key {position} of {output.printable(owner.words)}: done.")


@click.command("custom")
@click.argument("phone", shell_complete=complete_phones)
@click.argument("name", default="")
@click.argument("value", required=False)
@click.option("--clear", is_flag=True, help="Take the custom setting NAME away.")
@click.option("--for", "scope", type=click.Choice(["phone", "model"]), default="phone", help="Whom it is set for.")
@click.option("--reveal", is_flag=True, help="Show secret values; the asking is recorded.")
@as_json
@click.pass_obj
def custom(
    session: Session, phone: str, name: str, value: str | None, clear: bool, scope: str, reveal: bool, as_json: bool
) -> None:
    """List the custom settings of a phone; with NAME and VALUE set one."""
    if bool(name) is not (clear or value is not None) or (clear and value is not None):
        raise click.UsageError("Give NAME and VALUE, NAME and --clear, or neither to list all.")
    with session.helpdesk() as desk:
        found = desk.phones.find(phone)
        if not name:
            if reveal:
                desk.settings.reveal(found)
            _list_custom(desk.custom.settings_of_phone(found), reveal, as_json)
            return
        owner = _owner(desk, found, Scope(scope))
        seen = desk.custom.settings(owner)
        if value is None:
            settings = desk.custom.without_setting(owner, name)
        else:
            settings = desk.custom.with_setting(owner, CustomSetting(name, value), instead=name)
        desk.custom.save_settings(owner, settings, seen)
    click.echo(f"{output.printable(name)} for {output.printable(owner.words)}: done.")


def _list_custom(places: tuple[CustomPlace, ...], reveal: bool, as_json: bool) -> None:
    from helpdesk_tui.backend import MASK  # late: it comes with all that makes settings files

    documents = [_custom_document(place, reveal) for place in places]
    if as_json:
        output.print_json(documents)
        return
    for document in documents:
        overridden = "  (overridden)" if document["overridden"] else ""
        value = output.printable(document["value"] if document["value"] is not None else MASK)
        click.echo(f"{document['for']:<5}  {output.printable(document['name'])} = {value}{overridden}")


def _owner(desk: Helpdesk, phone: Phone, scope: Scope) -> Owner:
    for owner in desk.custom.owners(phone):
        if owner.scope is scope:
            return owner
    raise NotFound(f"Nobody is logged in on {phone.mac}: log the user in first.")


def _key_document(place: KeyPlace) -> dict[str, Any]:
    key = place.key
    return {
        "position": place.position,
        "module": place.module,
        "number": place.number,
        "function": key.function.value if key else None,
        "value": key.value if key else None,
        "label": key.label if key else None,
        "for": key.scope.value if key else None,
    }


def _custom_document(place: CustomPlace, reveal: bool) -> dict[str, Any]:
    """A secret value is null unless it is revealed."""
    return {
        "name": place.setting.name,
        "value": place.setting.value if reveal or not place.secret else None,
        "for": place.setting.scope.value,
        "overridden": place.loses,
    }

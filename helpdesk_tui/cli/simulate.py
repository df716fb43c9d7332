"""`helpdesk-tui simulate …`"""

from __future__ import annotations

import time
from pathlib import Path

import click

from helpdesk_tui.backend import BadInput, ConfigurationProblem, Helpdesk, Mac, NotFound, Refused, Vendor
from helpdesk_tui.backend.manufacturers.simulated import SimulatedService
from helpdesk_tui.backend.model.catalogue import PhoneModel
from helpdesk_tui.backend.virtual_phone.boot import BootStep, Progress
from helpdesk_tui.backend.virtual_phone.faults import Fault
from helpdesk_tui.backend.virtual_phone.manufacturer import Ask, ask_over_http
from helpdesk_tui.cli.output import printable
from helpdesk_tui.cli.session import Session


@click.group("simulate")
def simulate_command() -> None:
    """Play the manufacturers' services, or a phone that boots. Nothing leaves for a real manufacturer."""


@simulate_command.command("manufacturers")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="0: a free one.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="File that keeps the registrations.")
def manufacturers(host: str, port: int, state: Path | None) -> None:
    """Serve all four interfaces of the two manufacturers, until interrupted."""
    from helpdesk_tui.backend.manufacturers.simulator.server import run

    try:
        run(host, port, state)
    except OSError as error:
        reason = error.strerror or "it cannot be had"
        raise ConfigurationProblem(f"Cannot listen at {host} port {port}: {reason}; choose another one.") from error


@simulate_command.command("phone")
@click.argument("mac")
@click.option("--factory-reset", is_flag=True, help="Forget all settings first.")
@click.option("--model", help="Model, where the phone is not in the database.")
@click.option("--firmware", default="", help="Firmware that it runs.")
@click.option("--endpoint", help="Root of the endpoint, when it is not reached at provisioning_url.")
@click.option("--manufacturers", "services", help="Root of `simulate manufacturers`.")
@click.option("--state", type=click.Path(dir_okay=False, path_type=Path), help="File that keeps its settings.")
@click.option(
    "--fault",
    "faults",
    type=click.Choice([fault.value for fault in Fault]),
    multiple=True,
    help="What is wrong around it; may be given several times.",
)
@click.option("--trust", type=click.Path(exists=True, dir_okay=False), help="Certificate authority to trust (PEM).")
@click.option("--fast", is_flag=True, help="Without the pauses that a real phone makes.")
@click.pass_obj
def phone(
    session: Session,
    mac: str,
    factory_reset: bool,
    model: str | None,
    firmware: str,
    endpoint: str | None,
    services: str | None,
    state: Path | None,
    faults: tuple[str, ...],
    trust: str | None,
    fast: bool,
) -> None:
    """Boot a phone as provisioning.txt describes; exit 0 when it can make calls at the end.

    The last line names what went wrong first, and what to do. A phone that has settings keeps them, as a real one
    does: when it cannot fetch others, it still registers with those, unless the same trouble stands in the way.
    """
    from helpdesk_tui.backend.virtual_phone import VirtualPhone

    with session.helpdesk() as desk:
        device = Mac.parse(mac)
        kind = _model(desk, device, model)
        state_file = state or _state_file(desk, device)
        root = desk.environment.provisioning_url
        virtual = VirtualPhone(
            device,
            kind,
            ask_over_http(services.rstrip("/"), kind.vendor, kind.name) if services else _simulated(desk, kind.vendor),
            firmware=firmware or ("" if state_file.exists() else _installed(desk, device)),
            state_file=state_file,
            faults=[Fault(fault) for fault in faults],
            reach=(root, endpoint.rstrip("/")) if endpoint else None,
            verify=trust or True,
            progress=_Printer(),
            pause=(lambda _: None) if fast else time.sleep,
        )
        if factory_reset:
            virtual.factory_reset()
        if not virtual.boot():
            raise Refused(f"{device} {virtual.ending}")
        if virtual.trouble:
            click.echo(f"{device} {virtual.ending}")


def _model(desk: Helpdesk, mac: Mac, name: str | None) -> PhoneModel:
    if name:
        return desk.catalogue.get(name)
    known = desk.store.phones.by_mac(mac)
    if known is None:
        raise NotFound(f"{mac} is not in this environment: say with --model what it is.")
    return desk.catalogue.get(known.model)


def _installed(desk: Helpdesk, mac: Mac) -> str:
    known = desk.store.phones.by_mac(mac)
    return (known.firmware_installed or "") if known else ""


def _state_file(desk: Helpdesk, mac: Mac) -> Path:
    folder = desk.environment.database.parent / "virtual-phones"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{mac.hex}.json"


def _simulated(desk: Helpdesk, vendor: Vendor) -> Ask:
    service = desk.services.of(vendor)
    if not isinstance(service, SimulatedService):
        raise BadInput(
            f"{service.label} is a real service, and a virtual phone must not ask it: "
            "name a simulated one with --manufacturers."
        )
    return service.phone_asks


class _Printer:
    """One line for each step; the many settings are counted on one."""

    def __init__(self) -> None:
        self._applied = 0

    def __call__(self, progress: Progress) -> None:
        if progress.step is BootStep.APPLY and progress.ok:
            self._applied += 1
            return
        if self._applied:
            click.echo(f"  {BootStep.APPLY.value}: {self._applied}, one by one")
            self._applied = 0
        click.echo(f"{' ' if progress.ok else '!'} {progress.step.value}: {printable(progress.text)}")

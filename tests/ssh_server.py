"""A real OpenSSH server on the loopback address that starts one program for whoever logs in."""

from __future__ import annotations

import getpass
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
MISSING = not (SSHD and shutil.which("ssh") and shutil.which("ssh-keygen"))

SERVER = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
AllowUsers {user}
"""


@dataclass(frozen=True, slots=True)
class SshServer:
    """How to reach it."""

    folder: Path
    port: int

    def client(self, *options: str) -> tuple[str, ...]:
        """The command that logs in, with a terminal."""
        known = f"UserKnownHostsFile={self.folder / 'known_hosts'}"
        strict = ("-o", "StrictHostKeyChecking=accept-new", "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR")
        who = ("-i", str(self.folder / "user"), "-p", str(self.port), f"{getpass.getuser()}@127.0.0.1")
        return ("ssh", "-F", "none", "-tt", "-o", known, *strict, *options, *who)


@contextmanager
def serving(folder: Path, command: Sequence[str], environ: dict[str, str]) -> Iterator[SshServer]:
    """Serve this command, with this environment, to the holder of the key in `folder`."""
    folder.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    forced = folder / "forced"
    exports = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in environ.items())
    forced.write_text(f"#!/bin/sh\n{exports}exec {shlex.join(command)}\n")
    forced.chmod(0o700)
    key = (folder / "user.pub").read_text()
    (folder / "authorized_keys").write_text(f'command="{forced}",no-port-forwarding,no-agent-forwarding {key}')
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "sshd_config").write_text(SERVER.format(port=port, folder=folder, user=getpass.getuser()))
    assert SSHD is not None
    log = folder / "log"
    server = subprocess.Popen([SSHD, "-D", "-f", folder / "sshd_config", "-E", log], stdin=subprocess.DEVNULL)
    try:
        _wait_for(port, server, log)
        yield SshServer(folder, port)
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"sshd does not listen: {log.read_text()}") from None
            time.sleep(0.02)

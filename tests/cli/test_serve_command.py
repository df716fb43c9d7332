"""`serve`, `maintain` and `simulate phone` as processes."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.backend.endpoint.served import until
from tests.cli.conftest import Program


@dataclass
class Running:
    """A server process."""

    process: subprocess.Popen[str]
    url: str

    def get(self, path: str) -> int:
        """The status of one request."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@contextmanager
def serving(program: Program, *options: str) -> Iterator[Running]:
    """`serve` on a free port until the block ends."""
    log = program.folder / "stderr.txt"
    with log.open("w") as errors:
        process = subprocess.Popen(
            program.command("serve", "--port", "0", *options),
            cwd=program.folder,
            env=program.environment(),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith(("http://127.0.0.1:", "https://127.0.0.1:")), log.read_text()
        yield Running(process, url)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def phones(program: Program, step: str, *more: str) -> list[dict[str, str]]:
    """Phones of the demo in this step, with nothing pending."""
    found = program.json("phone", "list", "--step", step, *more)
    return [phone for phone in found if phone["pending"] is None]


@pytest.mark.parametrize("options", [(), ("--workers", "2")])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_its_url_serves_and_stops_gracefully(
    demo: Program, options: tuple[str, ...], number: signal.Signals
) -> None:
    own = urlsplit(phones(demo, "disabled", "--reveal")[0]["settings_url"]).path
    with serving(demo, "--access-log", "access.log", *options) as running:
        assert [running.get(own) for _ in range(6)] == [200] * 6
        assert running.get("/p/x/y") == 404
        assert running.stop(number) == 0
        assert running.process.stdout is not None
        assert running.process.stdout.read() == ""
    lines = [json.loads(line) for line in (demo.folder / "access.log").read_text().splitlines()]
    assert sorted(line["status"] for line in lines) == [200] * 6 + [404]
    assert own.split("/")[2] not in (demo.folder / "access.log").read_text()
    assert (demo.folder / "stderr.txt").read_text() == ""


def test_a_phone_that_is_reset_ends_disabled_while_serve_runs_in_another_process(demo: Program) -> None:
    mac = next(phone["mac"] for phone in phones(demo, "disabled") if phone["vendor"] == "snom")
    assert demo("phone", "activate", mac).returncode == 0
    with serving(demo) as running:
        boot = demo("simulate", "phone", mac, "--factory-reset", "--fast", "--endpoint", running.url)
        assert boot.returncode == 0, boot.stderr
        assert "ready to make calls" in boot.stdout
        until(lambda: demo.json("phone", "show", mac)["step"] == "disabled")
        shown = demo.json("phone", "show", mac, "--reveal")
        assert shown["verdict"] == "ok"
        assert shown["settings_url"].split("/")[4] not in boot.stdout
        running.stop()
    entries = [json.loads(line) for line in (demo.folder / "stderr.txt").read_text().splitlines()]
    assert [entry["via"] for entry in entries] == ["temporary", "definitive"]


def test_the_latest_fetches_are_shown_with_what_the_phone_said_otherwise(demo: Program) -> None:
    phone = next(p for p in phones(demo, "disabled", "--reveal") if p["vendor"] == "yealink")
    own = urlsplit(phone["settings_url"]).path
    with serving(demo) as running:
        odd = urllib.request.Request(running.url + own, headers={"User-Agent": "Yealink SIP-T99X 1.2.3.4 805ec0ffffff"})
        with urllib.request.urlopen(odd, timeout=10) as answer:
            assert answer.status == 200
        assert running.get(own.rpartition("/")[0] + "/nothing.txt") == 404
        until(lambda: "nothing.txt: 404" in demo("phone", "show", phone["mac"]).stdout)
        shown = demo("phone", "show", phone["mac"]).stdout
        running.stop()
    assert f"{own.rpartition('/')[2]}: 200 sent, " in shown
    assert "it names the MAC 80:5e:c0:ff:ff:ff" in shown
    assert own.split("/")[2] not in shown


def test_it_says_when_it_begins_a_database(run: Program) -> None:
    with serving(run.with_options("--database", "new.db"), "--access-log", "access.log") as running:
        assert running.get("/p/unknown/000413ffffff.cfg") == 404
        assert running.stop() == 0
    assert "the database new.db does not exist: an empty one is begun" in (run.folder / "stderr.txt").read_text()


def test_serve_says_what_is_wrong(demo: Program, closed_port: int) -> None:
    assert str(closed_port) in demo.refused("serve", "--port", str(closed_port))
    (demo.folder / "no.pem").write_text("nothing")
    assert "certificate" in demo.refused("serve", "--port", "0", "--tls-cert", "no.pem", "--tls-key", "no.pem")
    assert demo("serve", "--tls-cert", "no.pem").returncode == 2
    assert demo.with_options("--read-only")("serve").returncode == 2


@pytest.mark.parametrize("kind", ["rsa:2048", "ec"])
def test_tls_1_2_and_1_3_are_spoken(demo: Program, kind: str) -> None:
    import ssl

    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    more = ["-pkeyopt", "ec_paramgen_curve:prime256v1"] if kind == "ec" else []
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2", "-nodes"]
    make = [openssl, "req", "-x509", "-newkey", kind, *more, *subject, "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(make, cwd=demo.folder, check=True, capture_output=True)
    own = urlsplit(phones(demo, "disabled", "--reveal")[0]["settings_url"]).path
    with serving(demo, "--tls-cert", "cert.pem", "--tls-key", "key.pem") as running:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.create_default_context(cafile=str(demo.folder / "cert.pem"))
            context.minimum_version = context.maximum_version = version
            with urllib.request.urlopen(running.url + own, timeout=10, context=context) as answer:
                assert answer.status == 200
        address = urlsplit(running.url)
        assert address.hostname and address.port
        with context.wrap_socket(
            socket.create_connection((address.hostname, address.port)), server_hostname="127.0.0.1"
        ):
            begun = time.monotonic()
            assert running.stop() == 0
            assert time.monotonic() - begun < 10  # it does not wait for the goodbye of who says nothing


def test_maintain_ends_what_the_deadline_ends_and_says_so(samples: Program) -> None:
    active = phones(samples, "active")
    assert active or samples("phone", "activate", phones(samples, "disabled")[0]["mac"]).returncode == 0
    active = phones(samples, "active")
    later = "2099-01-01T00:00:00+01:00"
    foretold = samples("maintain", "--now", later, "--dry-run")
    assert (foretold.returncode, len(foretold.stdout.splitlines())) == (0, len(active))
    assert phones(samples, "active") == active
    done = samples("maintain", "--now", later)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, len(active))
    assert phones(samples, "active") == []
    assert samples("maintain", "--now", later).stdout == ""


def test_maintain_fails_while_something_stays_queued(unreachable: Program) -> None:
    mac = phones(unreachable, "disabled")[0]["mac"] if phones(unreachable, "disabled") else None
    if mac:
        unreachable("phone", "activate", mac)
    ended = unreachable("maintain", "--now", "2099-01-01T00:00:00Z")
    assert ended.returncode == 1
    assert "stay queued" in ended.stderr


@pytest.mark.parametrize("moment", ["2026-03-04T00:00:00", "2026-03-04", "tomorrow", ""])
def test_maintain_wants_a_moment_with_its_offset(demo: Program, moment: str) -> None:
    ended = demo("maintain", "--now", moment)
    assert (ended.returncode, ended.stdout) == (2, "")


def test_simulate_phone_says_why_it_cannot(demo: Program) -> None:
    assert "--model" in demo.refused("simulate", "phone", "00:04:13:00:00:99", "--fast")
    mac = phones(demo, "disabled")[0]["mac"]
    ended = demo("simulate", "phone", mac, "--factory-reset", "--fast", "--fault", "no-dns")
    assert ended.returncode == 1
    assert "DNS" in ended.stdout
    assert f"{mac} cannot make calls: secure-provisioning.snom.com is not found" in ended.stderr


def test_state_of_virtual_phones_lies_beside_the_database(demo: Program) -> None:
    mac = phones(demo, "disabled")[0]["mac"]
    demo("simulate", "phone", mac, "--factory-reset", "--fast", "--fault", "blocked-port")
    (state,) = Path(demo.folder, "virtual-phones").iterdir()
    assert json.loads(state.read_text())["settings"] == {}

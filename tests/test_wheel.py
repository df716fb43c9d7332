"""An installed wheel works from any folder: everything that it needs travels inside it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import helpdesk_tui

CHECKOUT = Path(helpdesk_tui.__file__).parents[1]


def run(*command: str | Path, folder: Path) -> str:
    """What a command prints, with neither this checkout nor the developer's settings in sight."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, f"{ended.stdout}\n{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout without a download."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder)
    run(sys.executable, "-m", "pip", "wheel", CHECKOUT, *options, folder=folder)
    (built,) = folder.glob("helpdesk_tui-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment that holds the wheel and borrows its dependencies."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    run(
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        wheel,
        folder=folder,
    )
    (packages,) = folder.glob("lib/python*/site-packages")
    # A path in a .pth file is not searched for further .pth files, so an editable install stays out of sight.
    (packages / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python.parent


@pytest.fixture
def empty_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def test_the_wheel_holds_every_asset_but_screenshots(wheel: Path) -> None:
    files = [path.relative_to(CHECKOUT) for path in (CHECKOUT / "assets").rglob("*") if path.is_file()]
    wanted = {f"helpdesk_tui/{path.as_posix()}" for path in files if path.parts[1] != "screenshots"}
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("helpdesk_tui/assets/")}
        names = set(archive.namelist())
    assert held == wanted
    assert "helpdesk_tui/py.typed" in names
    assert not any(name.startswith("tests/") for name in names)


def test_the_command_runs_from_an_empty_folder(installed: Path, empty_folder: Path) -> None:
    assert helpdesk_tui.__version__ in run(installed / "helpdesk-tui", "--version", folder=empty_folder)
    assert "phone" in run(installed / "helpdesk-tui", "--help", folder=empty_folder)


def test_the_installed_program_reads_its_own_assets(installed: Path, empty_folder: Path) -> None:
    program = "from helpdesk_tui.assets import asset; print(asset('models.csv'))"
    found = run(installed / "python", "-c", program, folder=empty_folder)
    assert Path(found.strip()).is_relative_to(installed.parent)


def test_the_demo_is_made_from_the_wheel_alone(installed: Path, empty_folder: Path) -> None:
    run(installed / "helpdesk-tui", "demo", "--create", "demo.db", folder=empty_folder)
    assert (empty_folder / "demo.db").stat().st_size > 0

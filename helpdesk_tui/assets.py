"""The files that travel with the program: the model catalogue, walkthroughs, styles, samples."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent


def asset(name: str) -> Path:
    """The file or folder `assets/NAME`, such as `models.csv` or `samples/phones.csv`.

    Raises HelpdeskError when the installation lacks it.
    """
    # A wheel holds the assets inside the package, a checkout beside it.
    for folder in (_PACKAGE / "assets", _PACKAGE.parent / "assets"):
        path = folder / name
        if path.exists():
            return path
    from helpdesk_tui.backend.errors import HelpdeskError  # late: the backend may import this module

    raise HelpdeskError(f"The file {name!r} is missing from this installation: install Helpdesk TUI again.")

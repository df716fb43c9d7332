"""Files that only their owner can read, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from helpdesk_tui.backend.errors import BadInput


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes the place of an older one at the end. Raises BadInput; the older one stays then.

    A pipe or a device is written to as it is.
    """
    from tempfile import mkstemp

    part: Path | None = None
    try:
        if path.exists() and not path.is_file():  # /dev/stdout, a pipe: not to be replaced
            with path.open("wb") as file:
                yield file
            return
        path = path.resolve()
        descriptor, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it mode 0600
        part = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            yield file
        part.replace(path)
        part = None
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        if part:
            part.unlink(missing_ok=True)


def save_private(path: Path, data: bytes) -> None:
    """Write all of a file. Raises BadInput."""
    with private_file(path) as file:
        file.write(data)

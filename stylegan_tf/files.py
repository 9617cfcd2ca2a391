"""Files that are there complete, or not at all."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside the target, force it to the disk, then rename: a reader never sees half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OSError(
            f"can't write {path} ({error.strerror or error}); free space, or choose another place"
        ) from error


def write_csv(path: Path, rows: list[dict]) -> None:
    """A table with a column for every name that a row has, written atomically; what a row lacks stays empty."""
    text = io.StringIO()
    writer = csv.DictWriter(
        text, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(path, text.getvalue().encode())


def data_file(name: str) -> Path:
    """A file of the ``data/`` folder, in a checkout or in an installed package.

    Raises:
        FileNotFoundError: if it is in neither place.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_data", package.parent / "data"):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(
        f"{name} is missing from {package.parent / 'data'}; reinstall stylegan_tf or clone it again"
    )

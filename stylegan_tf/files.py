"""Files that are complete or not there at all, tables, and the files that the package ships."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path


def expanded(path) -> Path:
    """The path, with ~ and ~user as the home folder.

    A shell expands ~ at the beginning of a word only, so a name such as folder:~/photos arrives with it. As
    in a shell, ~user stays as it is where there is no such user, and ./~name is a file called ~name.

    Raises:
        ValueError: if ~ is meant and this user has no home folder.
    """
    text = os.path.expanduser(os.fspath(path))
    if text == "~" or text.startswith("~/"):
        raise ValueError(f"{path} begins with ~ and there is no home folder; write the whole path")
    return Path(text)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it.

    The content goes into a hidden file next to the target, is forced to the disk, and then renamed.

    Args:
        path: of the file; ~ is the home folder, and missing folders are made.

    Raises:
        OSError: if it cannot be written; what was at ``path`` before is still there.
    """
    path = expanded(path)
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
    """Write a table with a column for every name that any row has; what a row lacks stays empty.

    Written atomically, columns in the order in which their names first occur.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
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

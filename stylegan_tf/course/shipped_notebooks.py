"""The notebooks of the course as they come with the package, and the copy that a user works on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from stylegan_tf.course.student import student_file
from stylegan_tf.files import expanded, write_atomically

RECORD = ".stylegan_tf.json"  # in the user's folder: the sums of the notebooks as they were copied


@dataclass
class Copied:
    """What ``copy_notebooks`` did, by names of files."""

    written: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        parts = {"copied": self.written, "brought up to date": self.updated, "already there": self.unchanged}
        said = [f"{len(names)} {what}" for what, names in parts.items() if names]
        if self.kept:
            names = ", ".join(self.kept)
            said.append(
                f"{len(self.kept)} kept as you changed them ({names}; rename one to get the new one too)"
            )
        return ", ".join(said)


def notebooks_folder() -> Path:
    """The notebooks in a checkout, or in an installed package.

    Raises:
        FileNotFoundError: if they are in neither place.
    """
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_notebooks", package.parent / "notebooks"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"the notebooks are missing from {package}; reinstall stylegan_tf or clone it again"
    )


def copy_notebooks(folder: Path, student: bool = False) -> Copied:
    """Copy the course's notebooks to a folder of the user's, which is made if it is missing.

    A notebook that is there already and differs from what was copied before belongs to the user: it stays as
    it is. One that nobody changed is replaced by a newer release's. If ``folder`` is where the notebooks come
    from, nothing is done.

    Args:
        folder: to copy to.
        student: copy the notebooks without solutions.

    Raises:
        OSError: if the folder cannot be written, or ``folder`` is a file.
        ValueError: if solutions would be blanked at their source.
    """
    folder = expanded(folder)
    source = notebooks_folder()
    copied = Copied()
    files = sorted(source.glob("*.ipynb"))

    # Can it be done at all?
    if folder.resolve() == source:
        if student:
            raise ValueError(
                f"{folder} holds the notebooks with solutions; name another folder for those without"
            )
        copied.unchanged = [file.name for file in files]
        return copied
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file; name a folder for the notebooks")

    # Each file: new, as it was copied before, or changed by the user.
    record = folder / RECORD
    sums = _recorded(record)
    for file in files:
        content = student_file(file) if student else file.read_bytes()
        target = folder / file.name
        there = _sum(target.read_bytes()) if target.exists() else None
        if there == _sum(content):
            copied.unchanged.append(file.name)
        elif there is None:
            write_atomically(target, content)
            copied.written.append(file.name)
        elif there == sums.get(file.name):
            write_atomically(target, content)
            copied.updated.append(file.name)
        else:
            copied.kept.append(file.name)
            continue
        sums[file.name] = _sum(content)
    write_atomically(record, json.dumps(sums, indent=1).encode())
    return copied


def _recorded(record):
    """Name -> sum. It is empty if the record is missing or damaged: then whatever differs is the user's."""
    try:
        sums = json.loads(record.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return sums if isinstance(sums, dict) else {}


def _sum(content):
    return hashlib.sha256(content).hexdigest()

"""Where a command writes: types for argparse, so that a bad place is refused before any work.

A type raises UserError, which argparse lets pass: the refusal is one sentence, without the usage.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from stylegan_tf.cli.common import UserError
from stylegan_tf.files import expanded
from stylegan_tf.runs.run import Run

# Endings that say "a file". A folder may have a dot in its name, as in v1.5, but none of these.
OF_FILES = (".png", ".webp", ".jpg", ".jpeg", ".gif", ".pdf", ".svg", ".json", ".csv", ".html", ".txt")
OF_MODELS = (".npz", ".keras", ".pkl", ".h5")


def file_to_write(*suffixes: str) -> Callable[[str], Path]:
    """The type of a file that a command writes, in one of the formats that these suffixes name."""

    def check(text: str) -> Path:
        path = _named(text)
        if path.suffix.lower() not in suffixes:
            raise UserError(f"{path} does not end in {' or '.join(suffixes)}; name a file that does")
        _check_file(path)
        return path

    return check


def folder_to_write(text: str) -> Path:
    """The type of a folder that a command makes, or adds files to."""
    path = _named(text)
    suffix = path.suffix.lower()
    if suffix in (*OF_FILES, *OF_MODELS):
        raise UserError(f"{path} ends in {suffix}, as a file does, and a folder is made; leave {suffix} out")
    if path.exists() and not path.is_dir():
        raise UserError(f"{path} is a file; name a folder")
    _check_no_run_keeps(path)
    _check_room(path, path)
    return path


def run_or_checkpoint(text: str) -> Path:
    """The type of a run's folder, or of a checkpoint file (.npz)."""
    if Path(text).suffix.lower() == ".npz":
        return file_to_write(".npz")(text)
    return folder_to_write(text)


def figure_next_to(path: Path, ending: str = "") -> Path:
    """The PNG of the same name and ``ending``, which a command also writes; refused as one that was named."""
    picture = path.with_name(f"{path.stem}{ending}.png")
    _check_file(picture)
    return picture


def check_not_read(written: Iterable[Path], read: Iterable[Path]) -> None:
    """Refuse to write over what the command reads, or into a folder of pictures that it reads.

    Raises:
        UserError: if a file that is written is one that is read, or lies in a folder that is.
    """
    sources = [path.resolve() for path in read]
    for path in written:
        target = path.resolve()
        for source in sources:
            if target == source or source in target.parents:
                where = "is read too" if target == source else f"would lie in {source}, which is read"
                raise UserError(f"{path} is to be written and {where}; choose another place for it")


def pictures_of(dataset: str) -> list[Path]:
    """The folder that a data set's name says, if every picture in it belongs to the set."""
    what, _, place = dataset.partition(":")
    return [expanded(place)] if what == "folder" else []


def _named(text):
    """The path of a text, with ~ expanded; an empty text names nothing."""
    if not text.strip():
        raise UserError("a file or folder to write has an empty name; name one")
    return expanded(text)


def _check_file(path):
    """Refuse a file that cannot be written, or must not be."""
    if path.is_dir():
        raise UserError(f"{path} is a folder, and a file is written; add a name to it")
    if path.exists() and not path.is_file():
        raise UserError(f"{path} is no ordinary file; choose another name")
    _check_no_run_keeps(path)
    _check_room(path, path.parent)


def _check_no_run_keeps(path):
    """Refuse a path that is a run's own, such as its history or a place among its checkpoints."""
    for folder in path.absolute().parents:
        if (run := Run(folder)).has_begun() and run.keeps(path):
            raise UserError(f"{path} is kept by the run {folder} for itself; choose another place")


def _check_room(path, folder):
    """Refuse a path whose folder cannot be made or written in."""
    # The nearest folder that is there. What is not there yet is made in it.
    nearest = folder.absolute()
    while not nearest.exists():
        nearest = nearest.parent
    if not nearest.is_dir():
        raise UserError(f"{path} can't be written, as {nearest} is a file; choose another place")

    # A file without a name, which leaves nothing: permissions say too little about a read-only disk.
    try:
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise UserError(
            f"{path} can't be written, as {nearest} takes no files ({error.strerror}); choose another place"
        ) from error

"""What a folder holds: its pictures in a fixed order, what is left out and why, and their classes."""

from __future__ import annotations

import csv
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from stylegan_tf.data.folder.picture import SUFFIXES

SHOWN = 20  # names in a message


@dataclass
class Listing:
    """The files of a folder.

    Attributes:
        root: the folder.
        files: those with the extension of a picture: paths relative to the folder, with "/" between names,
            sorted folder by folder.
        skipped: (path, reason) of what can't be read at all.
        others: how many other files there are, by extension.
    """

    root: Path
    files: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    others: Counter = field(default_factory=Counter)

    def kinds(self) -> str:
        """The other files in words: "3 .csv, 1 hidden"."""
        return ", ".join(f"{count:,} {kind}" for kind, count in sorted(self.others.items()))


def list_pictures(path) -> Listing:
    """The pictures of a folder and of its sub-folders.

    Links are followed. Each folder is read once, so that links in a circle come to an end.

    Raises:
        FileNotFoundError: if there is no such folder.
    """
    if not os.path.isdir(path):
        raise FileNotFoundError(
            f"there is no folder {path}; give a folder of pictures ({', '.join(sorted(SUFFIXES))})"
        )
    listing = Listing(Path(path))
    _walk(listing.root, "", listing, seen=set())
    return listing


def _walk(folder, prefix, listing, seen):
    """Add what is in a folder to the listing; ``prefix`` is its path from the root.

    seen: (device, number) of the folders that have been read.
    """
    # What is in it, if it can be opened and has not been read already.
    try:
        place = os.stat(folder)
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        listing.skipped.append((prefix or ".", f"is a folder that can't be opened ({error.strerror})"))
        return
    if (place.st_dev, place.st_ino) in seen:
        listing.skipped.append((prefix, "is a link to a folder that is read already"))
        return
    seen.add((place.st_dev, place.st_ino))

    # Where each entry belongs.
    for entry in entries:
        name = prefix + entry.name
        suffix = Path(entry.name).suffix.lower()
        if entry.name.startswith("."):
            listing.others["hidden"] += 1
        elif entry.is_symlink() and not os.path.exists(entry.path):
            listing.skipped.append((name, "is a link to nothing, or to itself"))
        elif os.path.isdir(entry.path):
            _walk(entry.path, name + "/", listing, seen)
        elif suffix not in SUFFIXES:
            listing.others[suffix or "no extension"] += 1
        elif os.path.isfile(entry.path):
            listing.files.append(name)
        else:
            listing.skipped.append((name, "is no file but a pipe, a socket or a device"))


def has_class_folders(listing: Listing) -> bool:
    """Whether every picture lies in a sub-folder, and there are several of them."""
    are_in_folders = all("/" in name for name in listing.files)
    folders = {name.split("/")[0] for name in listing.files}
    return are_in_folders and len(folders) > 1


def classes(listing: Listing, labels) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The class of each picture as text, {file: class}, and (path, reason) of what has none.

    Args:
        labels: "folders", where the class is the sub-folder of the root that a picture is in; or a CSV file
            with the columns file and label. Its first line may be these two names, and its files are relative
            to the root. A path that does not exist is looked for in the root.

    Raises:
        ValueError: for a line that has not two columns, or a file named twice.
        FileNotFoundError: if there is no such CSV file.
    """
    # Sub-folders as classes.
    if labels == "folders":
        found = {name: name.split("/")[0] for name in listing.files if "/" in name}
        reason = "lies in no sub-folder, so it has no class"
        return found, [(name, reason) for name in listing.files if name not in found]

    # A CSV file. Files without a line are named, and lines without a file.
    table = next((place for place in (Path(labels), listing.root / labels) if place.is_file()), None)
    if table is None:
        raise FileNotFoundError(
            f"there is no file {labels}, here or in {listing.root}; give a CSV with the columns file,label"
        )
    lines = _read_csv(table)
    absent = [(name, f"has no line in {table.name}") for name in listing.files if name not in lines]
    known = set(listing.files)
    reason = f"is in {table.name} and is no picture of the folder"
    absent += [(name, reason) for name in lines if name not in known]
    return {name: lines[name] for name in listing.files if name in lines}, absent


def _read_csv(path) -> dict[str, str]:
    """{file: label} of a CSV file."""
    lines = {}
    with open(path, newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            # Empty lines do not count, nor does a first line with the names of the columns.
            cells = [cell.strip() for cell in row]
            is_heading = number == 1 and [cell.lower() for cell in cells] == ["file", "label"]
            if not any(cells) or is_heading:
                continue

            if len(cells) != 2 or not all(cells):
                raise ValueError(
                    f"{path}, line {number}: found {','.join(row)!r}; expected two columns, file,label"
                )
            name = PurePosixPath(cells[0]).as_posix()
            if name in lines:
                raise ValueError(
                    f"{path}, line {number}: {name} is there a second time; keep one line for each file"
                )
            lines[name] = cells[1]
    return lines


def numbered(texts: list[str], whole: bool) -> tuple[list[int], list[str]]:
    """Class numbers of texts, in sorted order, and the name of each number.

    Args:
        whole: texts that are all whole numbers stay the numbers that they are.
    """
    if whole and all(text.isascii() and text.isdigit() for text in texts):
        numbers = [int(text) for text in texts]
        return numbers, [str(number) for number in range(max(numbers, default=-1) + 1)]
    names = sorted(set(texts))
    place = {name: number for number, name in enumerate(names)}
    return [place[text] for text in texts], names


def named(pairs: list[tuple[str, str]]) -> list[str]:
    """Lines "path reason" of the first files, then how many more there are."""
    lines = [f"  {name} {reason}".rstrip() for name, reason in pairs[:SHOWN]]
    more = len(pairs) - SHOWN
    if more > 0:
        lines.append(f"  ... and {more:,} more")
    return lines


def printable(text: str) -> str:
    """Text that can be printed: bytes of file names that are not UTF-8 become escapes."""
    return text.encode("utf-8", "backslashreplace").decode()

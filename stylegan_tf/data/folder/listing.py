"""What a folder holds: its pictures in one fixed order, what is left out and why, and the class of each
picture.
"""

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
    """Files of a folder.

    Attributes:
        root: the folder. files: pictures by their extension, as paths relative to it with "/" between, sorted
            folder by folder.
        skipped: (path, reason) of what can't be read at all. others: how many other files there are, by
            extension.
    """

    root: Path
    files: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    others: Counter = field(default_factory=Counter)

    def kinds(self) -> str:
        """The other files in words: "3 .csv, 1 hidden"."""
        return ", ".join(f"{count:,} {kind}" for kind, count in sorted(self.others.items()))


def list_pictures(path) -> Listing:
    """The pictures of a folder and of its sub-folders. Links are followed; a folder is read once, so that
    loops end.

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
    for entry in entries:
        name, suffix = prefix + entry.name, Path(entry.name).suffix.lower()
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
    return (
        all("/" in name for name in listing.files) and len({name.split("/")[0] for name in listing.files}) > 1
    )


def classes(listing: Listing, labels) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The class of each picture as text, {file: class}, and (path, reason) of what has none.

    Args:
        labels: "folders", the sub-folder of the root that a picture lies in; or a CSV file with the columns
            file and label, its first line maybe their names, its files relative to the root. A path that does
            not exist is looked for in the root.

    Raises:
        ValueError: for a line with other than two columns, or a file named twice. FileNotFoundError: if there
            is no CSV.
    """
    if labels == "folders":
        found = {name: name.split("/")[0] for name in listing.files if "/" in name}
        return found, [
            (name, "lies in no sub-folder, so it has no class") for name in listing.files if name not in found
        ]
    table = next((place for place in (Path(labels), listing.root / labels) if place.is_file()), None)
    if table is None:
        raise FileNotFoundError(
            f"there is no file {labels}, here or in {listing.root}; give a CSV with the columns file,label"
        )
    lines = _read_csv(table)
    absent = [(name, f"has no line in {table.name}") for name in listing.files if name not in lines]
    known = set(listing.files)
    absent += [
        (name, f"is in {table.name} and is no picture of the folder") for name in lines if name not in known
    ]
    return {name: lines[name] for name in listing.files if name in lines}, absent


def _read_csv(path):
    lines = {}
    with open(path, newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.reader(file), start=1):
            cells = [cell.strip() for cell in row]
            if not any(cells) or (number == 1 and [cell.lower() for cell in cells] == ["file", "label"]):
                continue
            if len(cells) != 2 or not all(cells):
                raise ValueError(
                    f"{path}, line {number}: found {','.join(row)!r}; wanted are two columns, file,label"
                )
            name = PurePosixPath(cells[0]).as_posix()
            if name in lines:
                raise ValueError(
                    f"{path}, line {number}: {name} is there a second time; keep one line for each file"
                )
            lines[name] = cells[1]
    return lines


def numbered(texts: list[str], whole: bool) -> tuple[list[int], list[str]]:
    """Class numbers, and the name of each number: the texts count in sorted order.

    With ``whole``, texts that are all whole numbers stay the numbers that they are.
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
    return lines + ([f"  ... and {more:,} more"] if more > 0 else [])


def printable(text: str) -> str:
    """Text with the bytes of file names that are not UTF-8 written as escapes, so that it can be printed."""
    return text.encode("utf-8", "backslashreplace").decode()

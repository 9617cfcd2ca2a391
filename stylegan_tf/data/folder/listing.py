"""What a folder holds: its pictures in a fixed order, what is left out and why, and their classes."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from stylegan_tf.data.folder.picture import SUFFIXES
from stylegan_tf.files import expanded

SHOWN = 20  # names in a message
NVIDIA = "dataset.json"  # the labels of a folder that NVIDIA's dataset_tool.py of StyleGAN2-ADA has written
SEPARATORS = (",", ";", "\t")  # of a list; semicolons where a comma is the decimal point


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
    path = expanded(path)
    if not path.is_dir():
        raise FileNotFoundError(
            f"there is no folder {path}; give a folder of pictures ({', '.join(sorted(SUFFIXES))})"
        )
    listing = Listing(path)
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
    """Whether every picture lies in a sub-folder, and there are several of them that can be classes."""
    folders = _top_folders(listing)
    return len(folders) > 1 and not _strays(listing) and not _are_shards(folders)


def _strays(listing):
    """The pictures that lie in no sub-folder."""
    return [name for name in listing.files if "/" not in name]


def looks_labelled(listing: Listing) -> bool:
    """Whether somebody may expect classes: of several sub-folders, or of a dataset.json."""
    return len(_top_folders(listing)) > 1 or (listing.root / NVIDIA).exists()


def _top_folders(listing):
    """The sub-folders of the root with pictures in them, sorted."""
    return sorted({name.split("/")[0] for name in listing.files if "/" in name})


def _are_shards(folders) -> bool:
    """Whether folders are parts of one large set and no classes: 00000, 00001, ... or 00000, 01000, ..."""
    return all(re.fullmatch(r"\d{5,}", name) for name in folders)


def labels_of(listing: Listing) -> tuple[str | None, str | None]:
    """Where the classes of a folder are found: the argument ``labels`` of ``load_folder``.

    Returns:
        "dataset.json" if it is there with labels, "folders" if the sub-folders can be classes, else None; and
        with None the reason, as a sentence.

    Raises:
        ValueError: for a dataset.json that is damaged.
    """
    # NVIDIA's list goes first: the folders next to it are mere shards.
    root = printable(str(listing.root))
    place = listing.root / NVIDIA
    if place.is_file():
        if _labels_in_json(place) is not None:
            return NVIDIA, None
        return None, f"{NVIDIA} in {root} has no labels"
    if has_class_folders(listing):
        return "folders", None

    # Why not?
    folders = _top_folders(listing)
    outside = _strays(listing)
    if len(folders) < 2:
        return None, f"{root} has no sub-folders that could be classes"
    if _are_shards(folders):
        return None, (
            f"the sub-folders {folders[0]} to {folders[-1]} of {root} are taken as parts of one set; "
            "load_folder(..., labels='folders') makes classes of them"
        )
    if len(outside) == 1:
        are_outside = f"{outside[0]} stands beside the class folders of {root}: move it"
    else:
        more = f" and {len(outside) - 3:,} more" if len(outside) > 3 else ""
        names = ", ".join(outside[:3])
        are_outside = f"{names}{more} stand beside the class folders of {root}: move them"
    return None, printable(f"{are_outside} away, and the folders are classes")


def classes(listing: Listing, labels) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """The class of each picture as text, {file: class}, and (path, reason) of what has none.

    Args:
        labels: "folders", where the class is the sub-folder of the root that a picture is in; or a file with
            the class of each picture. A name that ends in .json is a dataset.json of NVIDIA's tools, others
            are a CSV file with the columns file and label. The first line of a CSV file may name the columns.
            Files are relative to the root. A path that does not exist is looked for in the root.

    Raises:
        ValueError: for a line that has not two columns, a file named twice, or a JSON file without labels.
        FileNotFoundError: if there is no such file.
    """
    # Sub-folders as classes.
    if isinstance(labels, str) and labels == "folders":
        found = {name: _composed(name.split("/")[0]) for name in listing.files if "/" in name}
        reason = "lies in no sub-folder, so it has no class"
        return found, [(name, reason) for name in listing.files if name not in found]

    # A file. Pictures without a line are named, and lines without a picture.
    table = next((place for place in (expanded(labels), listing.root / labels) if place.is_file()), None)
    if table is None:
        raise FileNotFoundError(
            f"there is no file {labels}, here or in {listing.root}; give a CSV with the columns file,label"
        )
    if table.suffix.lower() == ".json":
        lines = _labels_in_json(table)
        if lines is None:
            raise ValueError(f"{table} has no labels; leave labels out, or name another file")
    else:
        lines = _read_csv(table)
    return _matched(listing, lines, table)


def _matched(listing, lines, table):
    """Labels by the names of the folder, from labels by the names of a list: as ``classes`` returns them.

    Another system may have written the list: with backslashes, or with accents in another Unicode form.
    """
    # The names of the folder in one form, as long as that leaves them different.
    known = set(listing.files)
    forms = defaultdict(list)
    for name in listing.files:
        forms[_plain(name)].append(name)

    found = {}
    absent = []
    for name, label in lines.items():
        same = [name] if name in known else forms[_plain(name)]
        if len(same) != 1:
            absent.append((name, f"is in {table.name} and is no picture of the folder"))
        elif same[0] in found:
            raise ValueError(f"{table}: {same[0]} is there a second time; keep one line for each file")
        else:
            found[same[0]] = _composed(label)
    without = [(name, f"has no line in {table.name}") for name in listing.files if name not in found]
    return {name: found[name] for name in listing.files if name in found}, without + absent


def _plain(name: str) -> str:
    """A path with forward slashes, without "./", and with each accent in one character."""
    return PurePosixPath(_composed(name).replace("\\", "/")).as_posix()


def _composed(text: str) -> str:
    """Text in Unicode's form NFC. macOS stores names in another one, NFD."""
    return unicodedata.normalize("NFC", text)


def _labels_in_json(path) -> dict[str, str] | None:
    """{file: label} of a dataset.json of NVIDIA's tools; None if its labels are null or absent.

    They are a list of [file, label] or a dict. A label is a whole number, or a one-hot list.

    Raises:
        ValueError: if it is damaged, or its labels are in another form.
    """
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged ({error}); write it again, or move it away") from error
    labels = content.get("labels") if isinstance(content, dict) else None
    if labels is None:
        return None
    try:
        entries = labels.items() if isinstance(labels, dict) else labels
        pairs = [(name, label) for name, label in entries]
        lines = {str(name): str(_class_number(label)) for name, label in pairs}
    except (TypeError, ValueError) as error:
        raise ValueError(
            f'{path}: its labels are not like [["00000/img.png", 1], ...] with whole numbers of 0 or more '
            f"({error}); write it again, or move it away to do without"
        ) from error
    if len(lines) < len(pairs):
        raise ValueError(f"{path} names a file twice; keep one entry for each file")
    return lines


def _class_number(label) -> int:
    """A whole number of a label: itself, or the place of the one in a one-hot list."""
    if isinstance(label, list):
        if sorted(label) != [0] * (len(label) - 1) + [1]:
            raise ValueError(f"found {label}")
        return label.index(1)
    if isinstance(label, bool) or label != int(label) or label < 0:
        raise ValueError(f"found {label!r}")
    return int(label)


def _text_of(path) -> str:
    """The text of a file in UTF-8 or UTF-16, or else as older programs on Windows write it.

    Windows-1252 agrees with Latin-1 in all letters.
    """
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _rows_of(text: str) -> list[tuple[int, list[str]]]:
    """(line, cells) of a list that are not empty, by the separator that finds most names of pictures."""
    # Excel may name the separator in a line of its own.
    named = re.match(r"sep=(.)\r?\n", text)
    tables = []
    for separator in named[1] if named else SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
        rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
        tables.append([(number, cells) for number, cells in rows[1 if named else 0 :] if any(cells)])
    return max(tables, key=lambda table: sum(_names_a_picture(cells) for _, cells in table))


def _names_a_picture(cells) -> bool:
    return len(cells) == 2 and PurePosixPath(cells[0]).suffix.lower() in SUFFIXES


def _read_csv(path) -> dict[str, str]:
    """{file: label} of a CSV file."""
    try:
        rows = _rows_of(_text_of(path))
    except csv.Error as error:
        raise ValueError(f"{path} is no CSV file ({error}); write it again") from error

    lines = {}
    for place, (number, cells) in enumerate(rows):
        if len(cells) != 2 or not all(cells):
            raise ValueError(
                f"{path}, line {number}: found {','.join(cells)!r}; expected two columns, file,label"
            )

        # A first line that names no picture names the columns.
        if place == 0 and not _names_a_picture(cells):
            continue
        name = _plain(cells[0])
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

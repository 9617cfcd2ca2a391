"""The doctor of a folder of pictures: what is in it, what is wrong with which file, and whether training can
start.
"""

from __future__ import annotations

import hashlib
import shlex
from collections import Counter
from dataclasses import dataclass

import numpy as np
from PIL import Image

from stylegan_tf.data.folder import duplicates
from stylegan_tf.data.folder.dataset import (
    MEMORY_LIMIT,
    MINIMUM,
    RESOLUTIONS,
    check_resolution,
    too_few,
    usable_resolution,
)
from stylegan_tf.data.folder.decoding import bytes_needed, in_threads
from stylegan_tf.data.folder.doctor_text import REMARKS, parts_of
from stylegan_tf.data.folder.listing import Listing, has_class_folders, list_pictures, printable
from stylegan_tf.data.folder.picture import (
    Facts,
    PictureError,
    check_size,
    facts_of,
    open_picture,
    read_picture,
    upright,
    why,
)


@dataclass(frozen=True)
class Examined:
    """A picture that can be read: its facts, sums of its bytes and of its pixels (upright, RGB), values, and
    a 16x16 copy.
    """

    facts: Facts
    content: str
    pixels: str
    lowest: int
    highest: int
    flat: bool
    small: np.ndarray

    @property
    def grey(self) -> bool:
        """Whether red, green and blue are the same, but for the rounding of a JPEG."""
        return int(np.ptp(self.small.astype("int16"), axis=-1).max()) <= 4


def examine(path, resolution: int | None = None, workers: int | None = None) -> Report:
    """Decode every picture of a folder once and look for what would trouble training.

    Args:
        resolution: of the training planned; by default the largest power of two that 95 % of the pictures
            reach.
        workers: threads, by default one for each core; each holds one picture at full size.

    Raises:
        FileNotFoundError: if there is no such folder. ValueError: for a resolution that is no power of two
            from 8 to 1024.
    """
    if resolution is not None:
        check_resolution(resolution)
    listing = list_pictures(path)
    results = in_threads(lambda name: _examine(listing.root / name), listing.files, "examining", workers)
    found = dict(zip(listing.files, results, strict=True))
    pictures = {name: result for name, result in found.items() if isinstance(result, Examined)}
    damaged = [(name, result) for name, result in found.items() if name not in pictures]
    resolution = resolution or usable_resolution(picture.facts.side for picture in pictures.values())
    return Report(listing, pictures, listing.skipped + damaged, resolution)


def _examine(path):
    try:
        with open(path, "rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        with open_picture(path) as image:
            facts = facts_of(image, path)
            image = upright(image, channels=3)
    except Exception as error:  # a decoder raises whatever a damaged file leads it to
        return why(error)
    pixels = hashlib.sha256(f"{image.size}".encode() + image.tobytes()).hexdigest()
    ranges = image.getextrema()
    small = image.resize((duplicates.SIDE, duplicates.SIDE), Image.Resampling.BOX, reducing_gap=3.0)
    flat = all(low == high for low, high in ranges)
    lowest, highest = min(low for low, _ in ranges), max(high for _, high in ranges)
    return Examined(facts, content, pixels, lowest, highest, flat, np.asarray(small))


class Report:
    """What ``examine`` found.

    Attributes:
        pictures: name -> Examined, of every picture that can be read. unreadable: (name, reason) of the
            others.
        resolution: what is judged. usable: names that training takes; small: (name, reason) of what is too
            small for it.
        channels: 1 if nearly all are grey, else 3. remarks: kind -> names, of pictures that are used but
            unusual.
        copies, twins, near: groups of names of the same bytes; of other bytes and the same pixels; and of
            nearly the same.
        classes: sub-folder -> number of usable pictures, if sub-folders can be classes; else None.
    """

    def __init__(
        self,
        listing: Listing,
        pictures: dict[str, Examined],
        unreadable: list[tuple[str, str]],
        resolution: int,
    ):
        self.listing, self.pictures, self.unreadable, self.resolution = (
            listing,
            pictures,
            unreadable,
            resolution,
        )
        self.usable, self.small = [], []
        for name, picture in pictures.items():
            try:
                check_size(picture.facts, resolution, "crop", enlarge=False)
                self.usable.append(name)
            except PictureError as error:
                self.small.append((name, str(error)))
        grey = np.mean([picture.grey for picture in pictures.values()] or [False])
        self.channels = 1 if grey >= 0.95 else 3
        self.remarks = {kind: names for kind in REMARKS if (names := self._names(kind))}
        self._find_duplicates()
        classes = Counter(name.split("/")[0] for name in self.usable)
        self.classes = dict(sorted(classes.items())) if has_class_folders(listing) else None

    def _names(self, kind):
        tests = {
            "one colour": lambda p: p.flat,
            "low contrast": lambda p: not p.flat and p.highest - p.lowest < 26,
            "oblong": lambda p: max(p.facts.width, p.facts.height) > 3 * p.facts.side,
            "huge": lambda p: p.facts.width * p.facts.height > 25_000_000,
            "grey among colour": lambda p: self.channels == 3 and p.grey,
            "colour among grey": lambda p: self.channels == 1 and not p.grey,
        }
        test = tests.get(kind, lambda p: kind in p.facts.unusual)
        return [name for name, picture in self.pictures.items() if test(picture)]

    def _find_duplicates(self):
        names = list(self.pictures)

        def by(digest):
            return [
                [names[i] for i in group]
                for group in duplicates.same([digest(self.pictures[n]) for n in names])
            ]

        self.copies = by(lambda picture: picture.content)
        self.twins = [
            g for g in by(lambda picture: picture.pixels) if len({self.pictures[n].content for n in g}) > 1
        ]
        first = list({self.pictures[name].pixels: name for name in reversed(names)}.values())[::-1]
        small = np.array([self.pictures[name].small for name in first], "uint8")
        self.near = [[first[i] for i in group] for group in duplicates.near(small)] if first else []

    @property
    def ready(self) -> bool:
        """Whether training can start at the resolution."""
        return len(self.usable) >= MINIMUM

    def kept(self, resolution: int) -> int:
        """How many pictures are as large as that, or larger."""
        return sum(picture.facts.side >= resolution for picture in self.pictures.values())

    def sheet(self, count: int = 64) -> np.ndarray:
        """Usable pictures as training sees them, evenly spaced in the order of the files: uint8 (N, r, r,
        channels).
        """
        chosen = np.unique(np.linspace(0, len(self.usable) - 1, min(count, len(self.usable))).astype(int))
        files = [self.listing.root / self.usable[i] for i in chosen]
        return np.stack([read_picture(file, self.resolution, self.channels) for file in files])

    def verdict(self) -> str:
        """One sentence: that training can start and with which command, or what to do."""
        size, path = f"{self.resolution}x{self.resolution}", self.listing.root
        if self.ready:
            preset = "toyfaces32" if self.resolution == 32 and self.channels == 3 else "mnist32"
            if self.resolution >= 64:
                preset = (
                    "toyfaces64" if self.resolution == 64 else f"ffhq{self.resolution} --set mirror=false"
                )
            needed = bytes_needed(len(self.usable), self.resolution, self.channels)
            cache = " --data-dir cache" if needed > MEMORY_LIMIT else ""
            settings = f"--preset {preset} --set resolution={self.resolution} --set channels={self.channels}"
            command = f"stylegan-tf train --dataset {shlex.quote(f'folder:{path}')} {settings}{cache} --out runs/own"
            return f"Training can start at {size} with {len(self.usable):,} pictures:\n  {command}"
        lower = max((r for r in RESOLUTIONS if self.kept(r) >= MINIMUM), default=None)
        other = f", or train at {lower}x{lower}, which {self.kept(lower):,} pictures reach" if lower else ""
        return f"Training can't start at {size}. {too_few(path, len(self.usable), MINIMUM)}{other}"

    def text(self) -> str:
        """The whole report; under each heading the names of up to 20 files."""
        return printable("\n\n".join("\n".join(part) for part in parts_of(self) if part))

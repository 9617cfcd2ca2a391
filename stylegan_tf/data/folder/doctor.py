"""The doctor of a folder of pictures: what is wrong with which file, and whether training can start."""

from __future__ import annotations

import functools
import hashlib
import shlex
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from stylegan_tf.data.folder import duplicates
from stylegan_tf.data.folder.dataset import (
    MEMORY_LIMIT,
    MINIMUM,
    RESOLUTIONS,
    STRETCHED,
    check_resolution,
    too_few,
    usable_resolution,
)
from stylegan_tf.data.folder.decoding import bytes_needed, in_threads
from stylegan_tf.data.folder.doctor_text import REMARKS, parts_of
from stylegan_tf.data.folder.listing import (
    Listing,
    classes,
    labels_of,
    list_pictures,
    looks_labelled,
    printable,
)
from stylegan_tf.data.folder.picture import (
    DARK,
    Facts,
    PictureError,
    check_size,
    facts_of,
    highest_value,
    read_picture,
    upright,
    use_picture,
    white_for,
    why,
)


@dataclass(frozen=True)
class Examined:
    """A picture that can be read.

    Attributes:
        facts: what the file says of it.
        content, pixels: digests of the file, and of the upright RGB pixels.
        lowest, highest: values of any channel, 0 to 255.
        flat: whether it has one colour.
        small: a copy, uint8 (16, 16, 3).
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
        """Whether red, green and blue are the same, up to the rounding of a JPEG."""
        spread = np.ptp(self.small.astype("int16"), axis=-1)  # (16, 16)
        return int(spread.max()) <= 4


def examine(path, resolution: int | None = None, workers: int | None = None) -> Report:
    """Decode every picture of a folder once and look for what would trouble training.

    Args:
        resolution: of the training planned; by default the largest power of two that 95 % of the pictures
            reach.
        workers: threads, by default one for each core; each has one picture at full size in memory.

    Raises:
        FileNotFoundError: if there is no such folder.
        ValueError: for a resolution that is no power of two from 8 to 1024.
    """
    if resolution is not None:
        check_resolution(resolution)

    # Every file is a picture, or it has a reason why not.
    listing = list_pictures(path)
    paths = [listing.root / name for name in listing.files]
    results = in_threads(_examine, paths, "examining", workers)
    pictures = {}
    damaged = []
    for name, result in zip(listing.files, results, strict=True):
        if isinstance(result, Examined):
            pictures[name] = result
        else:
            damaged.append((name, result))

    if resolution is None:
        resolution = usable_resolution(picture.facts.side for picture in pictures.values())
    return Report(listing, pictures, listing.skipped + damaged, resolution)


def _examine(path) -> Examined | str:
    """A picture, or the reason why it can't be read."""
    try:
        with open(path, "rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        return use_picture(path, functools.partial(_look_at, path=path, content=content))
    except Exception as error:  # a decoder raises whatever a damaged file leads it to
        return why(error)


def _look_at(image: Image.Image, path, content: str) -> Examined:
    """What is to be known of a picture that is open."""
    facts = facts_of(image, path)
    facts = replace(facts, highest=highest_value(image, facts))
    image = upright(image, facts, channels=3)

    # Its pixels, its range, and a small copy.
    pixels = hashlib.sha256(f"{image.size}".encode() + image.tobytes()).hexdigest()
    ranges = image.getextrema()  # (lowest, highest) of each channel
    small = image.resize((duplicates.SIDE, duplicates.SIDE), Image.Resampling.BOX, reducing_gap=3.0)
    return Examined(
        facts=facts,
        content=content,
        pixels=pixels,
        lowest=min(low for low, _ in ranges),
        highest=max(high for _, high in ranges),
        flat=all(low == high for low, high in ranges),
        small=np.asarray(small),
    )


class Report:
    """What ``examine`` found.

    Attributes:
        listing: what the folder holds.
        pictures: name -> Examined, of every picture that can be read.
        unreadable: (name, reason) of the others.
        resolution: of the training that is judged.
        usable: names of the pictures that training can use at this resolution.
        small: (name, reason) of those that are too small for it.
        highest: the highest value of the pictures of 16 bits, 0 to 65535; None if there are none.
        is_dark: whether that is at most a quarter of white, as where a camera has stored 12 bits.
        channels: 1 if nearly all are grey, else 3.
        remarks: kind -> names, of pictures that are used but unusual.
        copies: groups of names with the same bytes.
        twins: groups with the same pixels in other bytes.
        near: groups that are nearly the same.
        classes: class -> number of usable pictures, if dataset.json has classes or the sub-folders can be
            classes; else None.
        labels: where the classes are: "folders", "dataset.json" or None.
        why_unlabelled: why there are no classes where one may expect some, as a sentence; or None.
    """

    def __init__(
        self,
        listing: Listing,
        pictures: dict[str, Examined],
        unreadable: list[tuple[str, str]],
        resolution: int,
    ):
        self.listing = listing
        self.pictures = pictures
        self.unreadable = unreadable
        self.resolution = resolution

        # Which are large enough?
        self.usable = []
        self.small = []
        for name, picture in pictures.items():
            try:
                check_size(picture.facts, resolution, "crop", enlarge=False)
                self.usable.append(name)
            except PictureError as error:
                self.small.append((name, str(error)))

        # The highest value of all pictures of 16 bits.
        values = [picture.facts.highest for picture in pictures.values()]
        self.highest = max((value for value in values if value is not None), default=None)
        self.is_dark = self.highest is not None and self.highest <= DARK

        # Grey or colour, and what is unusual about which picture.
        grey = np.mean([picture.grey for picture in pictures.values()] or [False])
        self.channels = 1 if grey >= 0.95 else 3
        self.remarks = {}
        for kind in REMARKS:
            names = [name for name, picture in pictures.items() if self._is(kind, picture)]
            if names:
                self.remarks[kind] = names

        self._find_duplicates()
        self._count_classes()

    def _is(self, kind: str, picture: Examined) -> bool:
        """Whether a remark of ``REMARKS`` is true of a picture."""
        facts = picture.facts
        if kind == "one colour":
            return picture.flat
        if kind == "dark":
            return self.is_dark and facts.highest is not None
        if kind == "mask":
            return picture.highest == 1 and not self._is("dark", picture)
        if kind == "low contrast":
            is_told = picture.flat or self._is("dark", picture) or self._is("mask", picture)
            return not is_told and picture.highest - picture.lowest < 26
        if kind == "oblong":
            return max(facts.width, facts.height) > 3 * facts.side
        if kind == "huge":
            return facts.width * facts.height > 25_000_000
        if kind == "grey among colour":
            return self.channels == 3 and picture.grey
        if kind == "colour among grey":
            return self.channels == 1 and not picture.grey
        return kind in facts.unusual

    def _count_classes(self):
        self.labels = None
        self.classes = None
        try:
            self.labels, reason = labels_of(self.listing)
        except ValueError as error:  # a dataset.json that is damaged
            reason = str(error)
        self.why_unlabelled = reason if looks_labelled(self.listing) else None
        if self.labels is not None:
            texts, _ = classes(self.listing, self.labels)
            found = Counter(texts[name] for name in self.usable if name in texts)
            self.classes = dict(sorted(found.items()))

    def _find_duplicates(self):
        names = list(self.pictures)
        contents = {name: picture.content for name, picture in self.pictures.items()}
        pixels = {name: picture.pixels for name, picture in self.pictures.items()}

        # The same file; and the same pixels in files that differ.
        self.copies = _groups_of(names, duplicates.same([contents[name] for name in names]))
        same_pixels = _groups_of(names, duplicates.same([pixels[name] for name in names]))
        self.twins = [group for group in same_pixels if len({contents[name] for name in group}) > 1]

        # Nearly the same, where one name, the first, counts for all that have the same pixels.
        first_with = {pixels[name]: name for name in reversed(names)}
        firsts = list(first_with.values())[::-1]
        self.near = []
        if firsts:
            small = np.array([self.pictures[name].small for name in firsts], "uint8")  # (N, 16, 16, 3)
            self.near = _groups_of(firsts, duplicates.near(small))

    @property
    def ready(self) -> bool:
        """Whether training can start at the resolution."""
        return len(self.usable) >= MINIMUM

    def kept(self, resolution: int) -> int:
        """How many pictures reach a resolution with their shorter side."""
        return sum(picture.facts.side >= resolution for picture in self.pictures.values())

    def sheet(self, count: int = 64) -> np.ndarray:
        """Usable pictures as training sees them: uint8 (N, r, r, channels).

        Args:
            count: N at most; they are evenly spaced in the order of the files.
        """
        count = min(count, len(self.usable))
        chosen = np.unique(np.linspace(0, len(self.usable) - 1, count).astype(int))
        files = [self.listing.root / self.usable[i] for i in chosen]
        stretch = white_for(self.highest) if self.is_dark else False
        return np.stack(
            [read_picture(file, self.resolution, self.channels, stretch=stretch) for file in files]
        )

    def verdict(self) -> str:
        """One sentence: that training can start and with which command, or what to do."""
        size = f"{self.resolution}x{self.resolution}"
        if self.ready:
            return f"Training can start at {size} with {len(self.usable):,} pictures:\n  {self._command()}"

        # More pictures are needed, or a resolution that enough of them reach.
        advice = too_few(self.listing.root, len(self.usable), MINIMUM)
        lower = max((r for r in RESOLUTIONS if self.kept(r) >= MINIMUM), default=None)
        if lower:
            advice += f", or train at {lower}x{lower}, which {self.kept(lower):,} pictures reach"
        return f"Training can't start at {size}. {advice}"

    def _command(self) -> str:
        """The command that trains on the folder."""
        # The preset for the size. That of FFHQ mirrors pictures, which suits faces and not everything.
        if self.resolution > 64:
            preset = f"ffhq{self.resolution} --set mirror=false"
        elif self.resolution == 64:
            preset = "own64"
        elif self.resolution == 32 and self.channels == 3:
            preset = "own32"
        else:
            preset = "mnist32"

        stretched = STRETCHED if self.is_dark else ""
        dataset = shlex.quote(f"folder:{self.listing.root}{stretched}")
        settings = f"--preset {preset} --set resolution={self.resolution} --set channels={self.channels}"
        needed = bytes_needed(len(self.usable), self.resolution, self.channels)
        cache = " --data-dir cache" if needed > MEMORY_LIMIT else ""
        return f"stylegan-tf train --dataset {dataset} {settings}{cache} --out runs/own"

    def text(self) -> str:
        """The whole report; under each heading the names of up to 20 files."""
        return printable("\n\n".join("\n".join(part) for part in parts_of(self) if part))


def _groups_of(names: list[str], groups: list[list[int]]) -> list[list[str]]:
    """Groups of positions as groups of names."""
    return [[names[i] for i in group] for group in groups]

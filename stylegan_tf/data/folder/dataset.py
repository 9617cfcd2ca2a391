"""Your own pictures: a folder of files as a source for training."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from stylegan_tf.data.folder.decoding import bytes_needed, decode_all, decode_once, in_threads, sides_to
from stylegan_tf.data.folder.listing import (
    Listing,
    classes,
    labels_of,
    list_pictures,
    looks_labelled,
    named,
    numbered,
    printable,
)
from stylegan_tf.data.folder.picture import DARK, UNUSUAL, check_arguments, use_picture, what_is_dark
from stylegan_tf.data.source import Images
from stylegan_tf.files import expanded

# With fewer, nearly every batch of the first stages (16 to 128 images) has every picture, and D learns them
# all by heart.
MINIMUM = 100
RESOLUTIONS = sides_to(1024)[1:]  # those of a StyleGAN
MEMORY_LIMIT = 2e9  # bytes
STRETCHED = ",stretch=true"  # after the path in the name of a data set: load_folder(..., stretch=True)
SHARE = 0.95  # of the pictures that the default resolution must keep


class Folder(Images):
    """The pictures of a folder.

    Attributes:
        files: their paths, relative to the folder, in the order of the pictures.
        skipped: (path, reason) of every other picture.
        class_names: the name of each class number, or None.
    """

    def __init__(
        self,
        levels: dict[int, np.ndarray],
        name: str,
        files: list[str],
        skipped: list[tuple[str, str]],
        labels=None,
        class_names: list[str] | None = None,
    ):
        super().__init__(levels[max(levels)], labels, name)
        self._levels.update(levels)
        self.files = files
        self.skipped = skipped
        self.class_names = class_names


def load_folder(
    path,
    resolution: int,
    channels: int = 3,
    fit: str = "crop",
    labels=None,
    minimum: int = MINIMUM,
    cache=None,
    workers: int | None = None,
    background=255,
    enlarge: bool = False,
    memory_limit: float = MEMORY_LIMIT,
    stretch: bool | int = False,
) -> Folder:
    """The pictures of a folder and its sub-folders, sorted folder by folder, as ``read_picture`` makes them.

    A picture that can't be used is skipped, and named with the reason. Hidden files and other extensions are
    left out.

    Args:
        resolution: side, a power of two from 8 to 1024.
        channels: 1 or 3.
        fit, background, enlarge: see ``read_picture``.
        labels: None; or "folders", where the class is the top sub-folder, numbered in sorted order; or a CSV
            file with the columns file,label, or dataset.json of NVIDIA's tools. The first line of a CSV may
            name the columns. Columns are separated by commas, semicolons or tabs, the text is UTF-8, UTF-16
            or Windows-1252. Files are relative to the folder. Labels that are whole numbers stay so, texts
            are numbered in sorted order.
        minimum: the least number of pictures.
        cache: a folder for the decoded pictures and their smaller levels (4/3 of the bytes). They are mapped
            from there, so that memory stays small. They are found again as long as the files (place, names,
            sizes, times, permissions), the arguments, and Pillow with its settings are the same. What is
            damaged there is decoded again.
        workers: threads, by default one for each core.
        memory_limit: bytes that pictures and smaller levels may take without a cache.
        stretch: see ``read_picture``. True takes the highest value of the whole folder, so that pictures that
            are darker than others stay so.

    Raises:
        FileNotFoundError: if there is no such folder.
        ValueError: for too few pictures, or without a cache for more than the limit.
    """
    # Where?
    name = f"folder:{path}{STRETCHED if stretch is True else ''}"
    path = expanded(path)
    if cache is not None:
        cache = expanded(cache)

    # Which files, and of which class?
    check_resolution(resolution)
    check_arguments(channels, fit, background, stretch)
    listing = list_pictures(path)
    files = listing.files
    unlabelled = []
    texts = {}
    if labels is not None:
        texts, unlabelled = classes(listing, labels)
        files = list(texts)

    # Decoded, into memory or into the cache.
    settings = dict(
        resolution=resolution,
        channels=channels,
        fit=fit,
        enlarge=enlarge,
        background=np.asarray(background).tolist(),
        stretch=stretch,
    )
    needed = bytes_needed(len(files), resolution, channels)
    if cache is None and needed > memory_limit:
        raise ValueError(
            f"{len(files):,} pictures at {resolution}x{resolution} take {needed / 1e9:.1f} GB, "
            f"more than memory_limit allows ({memory_limit / 1e9:.1f} GB): "
            "name a folder for a cache (cache=..., --data-dir), or choose a lower resolution"
        )
    if cache is None or not files:
        levels, outcome = decode_all(listing.root, files, settings, [resolution], workers=workers)
    else:
        levels, outcome = decode_once(cache, listing.root, files, settings, workers)

    # Tell what is used and what is not.
    skipped = listing.skipped + unlabelled + outcome.skipped
    lines = _told(listing, len(outcome.files), skipped, outcome.unusual)
    if outcome.highest is not None and outcome.highest <= DARK and not stretch:
        lines.append(f"  dark: {outcome.unusual['16 bits']:,} of 16 bits, {what_is_dark(outcome.highest)}")
    print(printable("\n".join(lines)), flush=True)
    if len(outcome.files) < minimum:
        raise ValueError(too_few(path, len(outcome.files), minimum))

    # Numbers for the classes of those that are left.
    numbers = None
    names = None
    if labels is not None:
        is_whole = not (isinstance(labels, str) and labels == "folders")
        numbers, names = numbered([texts[file] for file in outcome.files], whole=is_whole)
    return Folder(levels, name, outcome.files, skipped, numbers, names)


def _told(listing: Listing, count, skipped, unusual):
    """Lines that say how many pictures there are, and which are not used and why."""
    head = f"{listing.root}: {count:,} pictures, {len(skipped):,} skipped"
    if listing.others:
        head += f", {listing.others.total():,} other files left out ({listing.kinds()})"
    lines = [head, *named(skipped)]
    frames = unusual["several frames"]
    if frames:
        lines.append(f"  {frames:,} have several frames: {UNUSUAL['several frames']}")
    return lines


def too_few(path, count: int, minimum: int) -> str:
    """The message for a folder with fewer pictures than are needed."""
    return f"{path}: {count:,} pictures can be used, {minimum:,} are needed: add {minimum - count:,} or more"


def open_folder(
    path,
    resolution: int | None = None,
    channels: int | None = None,
    cache=None,
    stretch: bool = False,
) -> Folder:
    """``load_folder``, for which resolution and classes are found out if need be.

    The classes are those of dataset.json, which NVIDIA's tools write, or the sub-folders if every picture is
    in one of several. ``Folder.why_unlabelled`` says why there are none.

    Args:
        resolution: by default the largest power of two up to 1024 that the shorter sides of 95 % of the
            pictures reach.
        channels: default 3.
        cache, stretch: as for ``load_folder``.

    Raises:
        ValueError: also for a dataset.json that is damaged.
    """
    listing = list_pictures(path)
    if resolution is None:
        paths = [listing.root / name for name in listing.files]
        sides = in_threads(_side, paths, "sizes")
        resolution = usable_resolution(side for side in sides if side)
    if channels is None:
        channels = 3

    labels, reason = labels_of(listing)
    data = load_folder(path, resolution, channels, labels=labels, cache=cache, stretch=stretch)
    data.why_unlabelled = reason
    if reason and looks_labelled(listing):
        print(f"  no classes: {reason}", flush=True)
    return data


def _side(path):
    """The shorter side of a picture; None if it cannot be read."""
    try:
        return use_picture(path, lambda image: min(image.size))
    except Exception:  # load_folder names the picture, with the reason
        return None


def usable_resolution(sides: Iterable[int]) -> int:
    """The largest power of two from 8 to 1024 that 95 % of the pictures reach; 8 if there is none.

    Args:
        sides: the shorter side of each picture, in pixels.
    """
    sides = np.array(list(sides), "int64")
    if sides.size == 0:
        return RESOLUTIONS[0]
    reached = [r for r in RESOLUTIONS if np.mean(sides >= r) >= SHARE]
    return max(reached, default=RESOLUTIONS[0])


def check_resolution(resolution: int) -> None:
    """Raise ValueError if it is no power of two from 8 to 1024."""
    if resolution not in RESOLUTIONS:
        raise ValueError(
            f"resolution is {resolution}; "
            f"it must be a power of two from {RESOLUTIONS[0]} to {RESOLUTIONS[-1]}"
        )

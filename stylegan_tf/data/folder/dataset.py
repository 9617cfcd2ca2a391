"""Own pictures: a folder of files as a source for training."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from stylegan_tf.data.folder.decoding import bytes_needed, decode_all, decode_once, in_threads, sides_to
from stylegan_tf.data.folder.listing import (
    Listing,
    classes,
    has_class_folders,
    list_pictures,
    named,
    numbered,
    printable,
)
from stylegan_tf.data.folder.picture import UNUSUAL, check_arguments, open_picture
from stylegan_tf.data.source import Images

# With fewer, every picture is in nearly every batch of the first stages (16 to 128), and D learns them by
# heart
MINIMUM = 100
RESOLUTIONS = sides_to(1024)[1:]  # those of a StyleGAN
MEMORY_LIMIT = 2e9  # bytes
SHARE = 0.95  # of the pictures that the default resolution must keep


class Folder(Images):
    """The pictures of a folder.

    Attributes:
        files: their paths, relative to the folder, in the order of the pictures.
        skipped: (path, reason) of every other picture. class_names: the name of each class number, or None.
    """

    def __init__(self, levels: dict[int, np.ndarray], name, files, skipped, labels=None, class_names=None):
        super().__init__(levels[max(levels)], labels, name)
        self._levels.update(levels)
        self.files, self.skipped, self.class_names = files, skipped, class_names


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
) -> Folder:
    """The pictures of a folder and its sub-folders, sorted folder by folder, as ``read_picture`` makes them.

    A picture that can't be used is named with the reason, and skipped. Hidden files and other extensions are
    left out.

    Args:
        resolution: side, a power of two from 8 to 1024. channels: 1 or 3.
        fit, background, enlarge: see ``read_picture``.
        labels: None; "folders", the class is the top sub-folder, numbered in sorted order; or a CSV with the
            columns file,label (a first line with these names may be there; files relative to the folder;
            whole numbers stay, texts are sorted).
        minimum: the least number of pictures.
        cache: a folder for the decoded pictures, with their smaller levels (4/3 of the bytes). They are
            mapped from there, so that memory stays small, and found again while files (names, sizes, times,
            permissions) and arguments are the same.
        workers: threads, by default one for each core.
        memory_limit: bytes that pictures and smaller levels may take without a cache.

    Raises:
        FileNotFoundError: if there is no such folder. ValueError: for too few pictures, or more than the
            limit without a cache.
    """
    check_resolution(resolution)
    check_arguments(channels, fit, background)
    listing = list_pictures(path)
    files, unlabelled, texts = listing.files, [], {}
    if labels is not None:
        texts, unlabelled = classes(listing, labels)
        files = list(texts)
    settings = dict(
        resolution=resolution,
        channels=channels,
        fit=fit,
        enlarge=enlarge,
        background=np.asarray(background).tolist(),
    )
    needed = bytes_needed(len(files), resolution, channels)
    if cache is None and needed > memory_limit:
        raise ValueError(
            f"{len(files):,} pictures at {resolution}x{resolution} take {needed / 1e9:.1f} GB, more than memory_limit allows "
            f"({memory_limit / 1e9:.1f} GB): name a folder for a cache (cache=..., --data-dir), or choose a lower resolution"
        )
    if cache is None or not files:
        levels, outcome = decode_all(listing.root, files, settings, [resolution], workers=workers)
    else:
        levels, outcome = decode_once(Path(cache), listing.root, files, settings, workers)
    skipped = listing.skipped + unlabelled + outcome.skipped
    print(printable("\n".join(_told(listing, len(outcome.files), skipped, outcome.unusual))), flush=True)
    if len(outcome.files) < minimum:
        raise ValueError(too_few(path, len(outcome.files), minimum))
    numbers = names = None
    if labels is not None:
        numbers, names = numbered([texts[file] for file in outcome.files], whole=labels != "folders")
    return Folder(levels, f"folder:{path}", outcome.files, skipped, numbers, names)


def _told(listing: Listing, count, skipped, unusual):
    head = f"{listing.root}: {count:,} pictures, {len(skipped):,} skipped"
    if listing.others:
        head += f", {listing.others.total():,} other files left out ({listing.kinds()})"
    frames = unusual["several frames"]
    return [
        head,
        *named(skipped),
        *([f"  {frames:,} have several frames: {UNUSUAL['several frames']}"] if frames else []),
    ]


def too_few(path, count: int, minimum: int) -> str:
    return f"{path}: {count:,} pictures can be used, {minimum:,} are needed: add {minimum - count:,} or more"


def open_folder(path, resolution: int | None = None, channels: int | None = None, cache=None) -> Folder:
    """``load_folder`` with what is not given found out, as ``open_dataset`` says."""
    listing = list_pictures(path)
    if resolution is None:
        found = in_threads(lambda name: _side(listing.root / name), listing.files, "sizes")
        resolution = usable_resolution(side for side in found if side)
    return load_folder(
        path, resolution, channels or 3, labels="folders" if has_class_folders(listing) else None, cache=cache
    )


def _side(path):
    try:
        with open_picture(path) as image:
            return min(image.size)
    except Exception:  # named when it is decoded
        return None


def usable_resolution(sides: Iterable[int]) -> int:
    """The largest power of two from 8 to 1024 that at least 95 % of the pictures reach with their shorter
    sides.
    """
    sides = np.array(list(sides), "int64")
    return max(
        (r for r in RESOLUTIONS if sides.size and np.mean(sides >= r) >= SHARE), default=RESOLUTIONS[0]
    )


def check_resolution(resolution: int) -> None:
    """Raise ValueError if it is no power of two from 8 to 1024."""
    if resolution not in RESOLUTIONS:
        raise ValueError(
            f"resolution is {resolution}; wanted is a power of two from {RESOLUTIONS[0]} to {RESOLUTIONS[-1]}"
        )

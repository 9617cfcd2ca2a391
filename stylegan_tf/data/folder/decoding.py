"""Many picture files decoded by several threads: into memory, or once into a cache on disk."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import PIL
from PIL import GifImagePlugin, Image, ImageFile, features
from tqdm.auto import tqdm

from stylegan_tf.data.folder.picture import decode, facts_of, highest_value, use_picture, white_for, why
from stylegan_tf.data.pixels import levels_of

DECODER = 2  # raised whenever the same file gives other pixels than before


@dataclass
class Outcome:
    """What became of the files.

    Attributes:
        files: those that are in the arrays, in order.
        skipped: (path, reason) of the others.
        unusual: how many pictures are unusual, for each key of ``UNUSUAL``.
        highest: the highest value of the pictures of 16 bits, 0 to 65535; None if there are none.
    """

    files: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    unusual: Counter = field(default_factory=Counter)
    highest: int | None = None


def in_threads(function: Callable, items: list, title: str, workers: int | None = None) -> Iterator:
    """``function`` of every item, in order, by several threads, with a progress bar.

    Threads are enough, since Pillow lets several of them run at once.

    Args:
        title: of the progress bar.
        workers: threads, by default one for each core.
    """
    if workers is None:
        workers = os.cpu_count()
    waiting = deque()

    # Results come in the order of the items: the longest in the queue first.
    with (
        ThreadPoolExecutor(workers) as pool,
        tqdm(total=len(items), desc=title, unit=" files", disable=None) as bar,
    ):
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > 8 * workers:  # no further ahead, so that few results are in memory
                    yield waiting.popleft().result()
                    bar.update()
            while waiting:
                yield waiting.popleft().result()
                bar.update()
        finally:
            for job in waiting:
                job.cancel()


def decode_all(
    root: Path, files: list[str], settings: dict, sides: list[int], allocate=np.empty, workers=None
):
    """Decode files by several threads; those that can't be used are skipped.

    Args:
        settings: the arguments of ``decode``. With stretch=True the highest value of all pictures decides,
            so that one that is darker than the others stays so.
        sides: of the levels, from the smallest up.
        allocate: (shape, dtype) -> array.

    Returns:
        levels {side: uint8 (N, side, side, C)} of the N pictures that can be used, and the Outcome.
    """
    # Which value of 16 bits is white in all of them?
    if settings["stretch"] is True:
        values = in_threads(_highest_in, [root / name for name in files], "values", workers)
        known = [value for value in values if value is not None]
        settings = {**settings, "stretch": white_for(max(known, default=None))}

    # Room for all of them.
    levels = {}
    for side in sides:
        levels[side] = allocate((len(files), side, side, settings["channels"]), "uint8")
    outcome = Outcome()

    # Each picture goes to the place after the last one that could be used.
    job = functools.partial(_decode_levels, root=root, settings=settings, lowest=sides[0])
    results = in_threads(job, files, "pictures", workers)
    for name, (result, facts) in zip(files, results, strict=True):
        if facts is None:
            outcome.skipped.append((name, result))
            continue
        for side, level in levels.items():
            level[len(outcome.files)] = result[side][0]
        outcome.files.append(name)
        outcome.unusual.update(facts.unusual)
        if facts.highest is not None:
            outcome.highest = max(facts.highest, outcome.highest or 0)

    count = len(outcome.files)
    return {side: level[:count] for side, level in levels.items()}, outcome


def _highest_in(path):
    """The highest value of a picture of 16 bits; None for others, and for what can't be read."""
    try:
        return use_picture(path, lambda image: highest_value(image, facts_of(image, path)))
    except Exception:  # decoding names the picture, with the reason
        return None


def _decode_levels(name, root, settings, lowest):
    """(levels of one picture, its facts); or (the reason, None) where it can't be used."""
    try:
        pixels, facts = decode(root / name, **settings)
    except Exception as error:  # a decoder raises whatever a damaged file leads it to
        return why(error), None
    return levels_of(pixels[None], lowest), facts


def decode_once(cache: Path, root: Path, files: list[str], settings: dict, workers=None):
    """As ``decode_all``, with all levels mapped from a folder in ``cache``.

    The folder is made where these files with these settings are not in the cache yet, and made again where it
    is damaged.

    Raises:
        OSError: if the disk has no room for them.
    """
    # The folder's name is a digest of everything that the decoded pictures depend on. A copy that has kept a
    # file's size and its time has another time of change (ctime).
    states = [str(root.resolve())]
    for name in files:
        state = (root / name).stat()
        states.append((name, state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_mode))
    digest = hashlib.sha256(json.dumps([states, settings, _decoder()]).encode()).hexdigest()[:16]
    place = cache / f"{root.resolve().name}-{settings['resolution']}-{digest}"

    # Read what is there, whoever has written it.
    if place.exists():
        try:
            return _read(place, files, settings)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
            print(f"{place} is damaged ({error}); its pictures are decoded again", flush=True)
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink()
    _fill(place, root, files, settings, workers)
    return _read(place, files, settings)


def _decoder() -> list:
    """What decoding depends on besides the files and the arguments: versions and settings of Pillow."""
    Image.init()  # plugins of other packages add formats
    return [
        DECODER,
        PIL.__version__,
        [features.version(name) for name in ("jpg", "libjpeg_turbo", "webp", "zlib", "libtiff")],
        sorted(Image.OPEN),
        Image.MAX_IMAGE_PIXELS,
        ImageFile.LOAD_TRUNCATED_IMAGES,
        int(GifImagePlugin.LOADING_STRATEGY),
    ]


def _read(place: Path, files: list[str], settings: dict):
    """What ``_fill`` has written.

    Raises:
        OSError, ValueError, KeyError, TypeError, AttributeError, EOFError: if it is not complete.
    """
    # What became of the files: each is in the arrays or skipped.
    about = json.loads((place / "outcome.json").read_text())
    skipped = [(name, reason) for name, reason in about["skipped"]]
    outcome = Outcome(about["files"], skipped, Counter(about["unusual"]), about["highest"])
    if sorted(outcome.files + [name for name, _ in skipped]) != sorted(files):
        raise ValueError("outcome.json is of other files")

    levels = {}
    for side in sides_to(settings["resolution"]):
        level = np.load(place / f"{side}.npy", mmap_mode="r")
        expected = (len(files), side, side, settings["channels"])
        if level.shape != expected or level.dtype != np.uint8:
            raise ValueError(f"{side}.npy has {level.dtype} {level.shape} instead of uint8 {expected}")
        levels[side] = level[: len(outcome.files)]
    return levels, outcome


def _fill(place: Path, root: Path, files: list[str], settings: dict, workers):
    """Decode into a hidden folder, which gets its name when it is complete."""
    cache = place.parent
    cache.mkdir(parents=True, exist_ok=True)

    # Writing to a mapped file on a full disk would end the process: look first.
    needed = bytes_needed(len(files), settings["resolution"], settings["channels"])
    free = shutil.disk_usage(cache).free
    if needed > free:
        raise OSError(
            f"the decoded pictures take {needed / 1e9:.1f} GB; {cache} has {free / 1e9:.1f} GB free"
        )

    part = Path(tempfile.mkdtemp(prefix=".part-", dir=cache))
    try:
        allocate = functools.partial(_mapped_array, part)
        sides = sides_to(settings["resolution"])
        levels, outcome = decode_all(root, files, settings, sides, allocate, workers)
        for level in levels.values():
            level.flush()
        (part / "outcome.json").write_text(json.dumps(vars(outcome)))
        if not place.exists():  # another process may have been sooner
            part.rename(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _mapped_array(folder: Path, shape, dtype):
    """A new array (N, side, side, C) on disk, in a file that is named after the side."""
    return np.lib.format.open_memmap(folder / f"{shape[1]}.npy", "w+", dtype, shape)


def sides_to(resolution: int) -> list[int]:
    """4, 8, ... up to a resolution."""
    return [2**k for k in range(2, resolution.bit_length())]


def bytes_needed(count: int, resolution: int, channels: int) -> int:
    """The bytes that pictures and their smaller levels take."""
    return sum(count * side * side * channels for side in sides_to(resolution))

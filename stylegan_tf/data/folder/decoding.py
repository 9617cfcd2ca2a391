"""Many picture files decoded by several threads: into memory, or once into a cache on disk from which they
are mapped.
"""

from __future__ import annotations

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
from PIL import Image
from tqdm.auto import tqdm

from stylegan_tf.data.folder.picture import decode, why
from stylegan_tf.data.pixels import levels_of


@dataclass
class Outcome:
    """What became of the files: those that are in the arrays, in order; (path, reason) of the others; counts
    of ``UNUSUAL``.
    """

    files: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    unusual: Counter = field(default_factory=Counter)


def in_threads(function: Callable, items: list, title: str, workers: int | None = None) -> Iterator:
    """``function`` of every item, in order, by several threads (Pillow lets them run at once), with a
    progress bar.
    """
    workers = workers or os.cpu_count()
    waiting = deque()
    with (
        ThreadPoolExecutor(workers) as pool,
        tqdm(total=len(items), desc=title, unit=" files", disable=None) as bar,
    ):
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > 8 * workers:  # no further ahead, so that few results are held
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
    """Levels {side: uint8 (N, side, side, C)} of the N pictures that can be used, and the Outcome.

    Args:
        settings: the arguments of ``decode``. sides: of the levels, from the smallest on. allocate: shape,
            dtype -> array.
    """
    levels = {side: allocate((len(files), side, side, settings["channels"]), "uint8") for side in sides}
    outcome = Outcome()

    def job(name):
        try:
            pixels, facts = decode(root / name, **settings)
        except Exception as error:  # a decoder raises whatever a damaged file leads it to
            return why(error), None
        return levels_of(pixels[None], sides[0]), facts

    for name, (result, facts) in zip(files, in_threads(job, files, "pictures", workers), strict=True):
        if facts is None:
            outcome.skipped.append((name, result))
            continue
        for side, level in levels.items():
            level[len(outcome.files)] = result[side][0]
        outcome.files.append(name)
        outcome.unusual.update(facts.unusual)
    return {side: level[: len(outcome.files)] for side, level in levels.items()}, outcome


def decode_once(cache: Path, root: Path, files: list[str], settings: dict, workers=None):
    """As ``decode_all``, all levels mapped from a folder in ``cache``; it is made where files and settings
    are not known yet.

    Raises:
        OSError: if the disk has no room for them.
    """
    states = [
        (name, (state := (root / name).stat()).st_size, state.st_mtime_ns, state.st_mode) for name in files
    ]
    pillow = [PIL.__version__, Image.MAX_IMAGE_PIXELS]
    digest = hashlib.sha256(json.dumps([states, settings, pillow]).encode()).hexdigest()[:16]
    sides = sides_to(settings["resolution"])
    place = cache / f"{root.resolve().name}-{settings['resolution']}-{digest}"
    if not place.exists():
        cache.mkdir(parents=True, exist_ok=True)
        needed, free = (
            bytes_needed(len(files), settings["resolution"], settings["channels"]),
            shutil.disk_usage(cache).free,
        )
        if needed > free:  # writing to a mapped file on a full disk would end the process
            raise OSError(
                f"the decoded pictures take {needed / 1e9:.1f} GB; {cache} has {free / 1e9:.1f} GB free"
            )
        part = Path(tempfile.mkdtemp(prefix=".part-", dir=cache))

        def allocate(shape, dtype):
            return np.lib.format.open_memmap(part / f"{shape[1]}.npy", "w+", dtype, shape)

        try:
            levels, outcome = decode_all(root, files, settings, sides, allocate, workers)
            for level in levels.values():
                level.flush()
            (part / "outcome.json").write_text(json.dumps(vars(outcome)))
            if not place.exists():  # another process may have been sooner
                part.rename(place)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    about = json.loads((place / "outcome.json").read_text())
    outcome = Outcome(about["files"], [tuple(pair) for pair in about["skipped"]], Counter(about["unusual"]))
    levels = {side: np.load(place / f"{side}.npy", mmap_mode="r")[: len(outcome.files)] for side in sides}
    return levels, outcome


def sides_to(resolution: int) -> list[int]:
    """4, 8, ... resolution."""
    return [2**k for k in range(2, resolution.bit_length())]


def bytes_needed(count: int, resolution: int, channels: int) -> int:
    """Of the pictures and their smaller levels."""
    return sum(count * side * side * channels for side in sides_to(resolution))

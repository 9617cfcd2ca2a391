"""Writing the official TFRecords: in parallel, and so that a killed writer goes on where it stopped.

The format: docs/exactness.md, TFRecords.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import io
import json
import os
import shutil
from pathlib import Path

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from stylegan_tf.data.pixels import levels_of
from stylegan_tf.data.source import Source, as_images
from stylegan_tf.data.tfrecords import FOOTER, HEADER, TFRecords
from stylegan_tf.files import write_atomically

CHUNK_PIXELS = (
    2**24
)  # values of a chunk's largest level: 16 MB, for which a worker needs about 0.2 GB of memory
AGAIN = "free space, then call again: it goes on where it stopped"


def write_tfrecords(
    source, folder, name: str | None = None, shuffle: bool = True, workers: int | None = None, resume: bool = True,
    resolution: int | None = None,
) -> Path:  # fmt: skip
    """Write pictures as the official multi-resolution TFRecords, which ``TFRecords`` reads.

    Records have the same length within a level, so each chunk of pictures has its place in the files from the
    start: workers write in any order, and the result is the same bytes. Until all is written the files are in
    ``folder`` with ``.part`` added to its name, and a list of the chunks that are safely on disk beside them.

    Args:
        source: a Source, or a uint8 array (N, side, side, C).
        folder: is made. name: of the files, ``name-r02.tfrecords``; the folder's by default.
        shuffle: in the official order, RandomState(123); else in that of the source.
        workers: threads, by default one for each processor. resume: go on with what an interrupted call left;
            else start anew.
        resolution: side of the largest level that is written; the source's by default.

    Returns:
        the folder.

    Raises:
        FileExistsError: if the folder, or the one with ``.part``, holds other things.
        ValueError: if what is left is of other pictures or settings.
        OSError: if the disk is full; what was written stays, for the next call.
    """
    source = as_images(source)
    writer = _Writer(source, Path(folder), name, shuffle, resolution or source.resolution)
    writer.prepare(resume)
    writer.run(workers or os.cpu_count())
    return writer.publish()


def shuffled_order(count: int) -> np.ndarray:
    """The order in which the official writer stores pictures: int64 (count,)."""
    order = np.arange(count)
    np.random.RandomState(123).shuffle(order)
    return order


def encode(picture: np.ndarray) -> bytes:
    """A record's data: the tf.train.Example of uint8 (side, side, C), stored channels first."""
    picture = np.moveaxis(picture, 2, 0)
    shape = tf.train.Feature(int64_list=tf.train.Int64List(value=picture.shape))
    data = tf.train.Feature(bytes_list=tf.train.BytesList(value=[picture.tobytes()]))
    example = tf.train.Example(features=tf.train.Features(feature={"shape": shape, "data": data}))
    return example.SerializeToString(deterministic=True)


class _Writer:
    """One set being written: what goes where, and which chunks are done."""

    def __init__(self, source: Source, folder, name, shuffle, resolution):
        sides = [2**n for n in range(2, source.resolution.bit_length())]
        if resolution not in sides:
            raise ValueError(
                f"resolution is {resolution}; the largest level of {source.name} can be one of {sides}"
            )
        self.source, self.folder, self.name = source, folder, name or folder.name
        self.work = folder.with_name(folder.name + ".part")
        self.order = shuffled_order(len(source)) if shuffle else np.arange(len(source))
        self.files = {
            r: self.work / f"{self.name}-r{r.bit_length() - 1:02}.tfrecords" for r in sides if r <= resolution
        }
        blank = {r: np.zeros((r, r, source.channels), "uint8") for r in self.files}
        self.stride = {r: len(encode(picture)) + HEADER + FOOTER for r, picture in blank.items()}
        self.chunk = max(1, min(1000, CHUNK_PIXELS // (source.resolution**2 * source.channels)))
        self.settings = dict(
            name=self.name, count=len(source), resolution=resolution, chunk=self.chunk, shuffle=shuffle
        )
        self.settings["pictures"] = self._fingerprint()
        self.done = set()

    def _fingerprint(self):
        """Of three pictures and all labels: another source is recognised, and no set is read twice."""
        pictures = self.source.rows(
            np.array([0, len(self.source) // 2, len(self.source) - 1]), self.source.resolution
        )
        labels = b"" if self.source.labels is None else self.source.labels.tobytes()
        return hashlib.sha256(repr(pictures.shape).encode() + pictures.tobytes() + labels).hexdigest()

    @property
    def journal(self):
        return self.work / "written.json"

    def prepare(self, resume):
        """Make the files, or take up those of an interrupted call; see that there is room."""
        if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            raise FileExistsError(
                f"{self.folder} holds files already; choose another folder, or move it away"
            )
        if self.work.exists() and any(self.work.iterdir()) and not self.journal.exists():
            raise FileExistsError(f"{self.work} holds files that no interrupted call has left; move it away")
        if self.work.exists() and not resume:
            shutil.rmtree(self.work)
        if self.journal.exists():
            kept = json.loads(self.journal.read_text())
            self.done = set(kept.pop("done"))
            changed = [key for key, value in self.settings.items() if kept.get(key) != value]
            if changed:
                what = f"{self.work} was begun with other {', '.join(changed)}"
                raise ValueError(
                    f"{what}; call as before, or start anew with resume=False (--restart), which deletes it"
                )
        room, done = self._room(), len(self.done) * self.chunk
        needed = sum(self.stride.values()) * max(0, len(self.source) - done)
        if needed > room:
            what = f"{self.folder} needs {needed / 1e9:.2f} GB more and its disk has {room / 1e9:.2f} GB free"
            raise OSError(f"{what}; make room, choose another disk or a smaller resolution")
        self.work.mkdir(parents=True, exist_ok=True)
        self._save_journal()
        for path in self.files.values():
            path.touch()

    def _room(self):
        place = next(parent for parent in self.work.absolute().parents if parent.exists())
        return shutil.disk_usage(place).free

    def run(self, workers):
        """Write every chunk that is not done yet."""
        starts = [s for s in range(0, len(self.source), self.chunk) if s // self.chunk not in self.done]
        bar = tqdm(
            total=len(self.source),
            initial=min(len(self.source), len(self.done) * self.chunk),
            unit="image",
            disable=None,
        )
        with bar, concurrent.futures.ThreadPoolExecutor(workers) as pool:
            jobs = [pool.submit(self._write_chunk, start) for start in starts]
            try:
                for job in concurrent.futures.as_completed(jobs):
                    start, count = job.result()
                    self.done.add(start // self.chunk)
                    self._save_journal()
                    bar.update(count)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _write_chunk(self, start):
        pictures = self.source.rows(self.order[start : start + self.chunk], self.source.resolution)
        for level in levels_of(pictures).values():
            if level.shape[1] in self.files:
                self._write_level(start, level)
        return start, len(pictures)

    def _write_level(self, start, level):
        side = level.shape[1]
        path, stride = self.files[side], self.stride[side]
        scratch = self.work / f"{path.name}.{start}"
        try:
            with tf.io.TFRecordWriter(str(scratch)) as writer:
                for picture in level:
                    writer.write(encode(picture))
            content = scratch.read_bytes()
            if len(content) != stride * len(level):
                raise OSError(
                    f"can't write {path}: {len(content):,} of {stride * len(level):,} bytes arrived; {AGAIN}"
                )
            with path.open("r+b") as file:
                file.seek(start * stride)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except (tf.errors.OpError, OSError) as error:
            if AGAIN in str(error):
                raise
            raise OSError(
                f"can't write {path} ({getattr(error, 'strerror', None) or error}); {AGAIN}"
            ) from error
        finally:
            scratch.unlink(missing_ok=True)

    def _save_journal(self):
        write_atomically(self.journal, json.dumps({**self.settings, "done": sorted(self.done)}).encode())

    def publish(self):
        """The labels; then the folder gets its name, after the reader has found everything in order."""
        if self.source.labels is not None:
            content = io.BytesIO()
            np.save(
                content, np.eye(self.source.labels.max() + 1, dtype="float32")[self.source.labels[self.order]]
            )
            write_atomically(self.work / f"{self.name}-rxx.labels", content.getvalue())
        TFRecords(self.work)
        if self.folder.exists():
            self.folder.rmdir()
        self.work.rename(self.folder)
        (self.folder / self.journal.name).unlink()
        return self.folder

"""Writing the official TFRecords: in parallel, and so that a killed writer can continue where it stopped.

The format: docs/exactness.md, TFRecords.
"""

from __future__ import annotations

import concurrent.futures
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
from stylegan_tf.files import expanded, write_atomically

# Values of a chunk's largest level: 16 MB, for which a worker needs about 0.2 GB of memory.
CHUNK_PIXELS = 2**24
AGAIN = "free space, then call again: it continues where it stopped"


def write_tfrecords(
    source, folder, name: str | None = None, shuffle: bool = True, workers: int | None = None,
    resume: bool = True, resolution: int | None = None,
) -> Path:  # fmt: skip
    """Write pictures as the official multi-resolution TFRecords, which ``TFRecords`` reads.

    All records of a level have the same length, so each chunk of pictures has its place in the files from the
    start. Workers may write in any order, and the result is the same bytes. Until all is written, the files
    are in a folder with ``.part`` added to its name, with a list of the chunks that are safely on disk.

    Args:
        source: a Source, or a uint8 array (N, side, side, C).
        folder: is made.
        name: of the files, ``name-r02.tfrecords``; by default the folder's.
        shuffle: write in the official order, RandomState(123); else in that of the source.
        workers: threads, by default one for each processor.
        resume: continue what an interrupted call left; else start again.
        resolution: side of the largest level that is written; by default the source's.

    Returns:
        the folder.

    Raises:
        FileExistsError: if the folder, or the one with ``.part``, holds other things.
        ValueError: if what an interrupted call left is of other pictures or settings.
        OSError: if the disk is full; what was written stays, for the next call.
    """
    source = as_images(source)
    if resolution is None:
        resolution = source.resolution
    if workers is None:
        workers = os.cpu_count()
    writer = _Writer(source, expanded(folder), name, shuffle, resolution)
    writer.prepare(resume)
    writer.run(workers)
    return writer.publish()


def shuffled_order(count: int) -> np.ndarray:
    """The order in which the official writer stores pictures: int64 (count,).

    Source: official dataset_tool.py: TFRecordExporter.choose_shuffled_order.
    """
    order = np.arange(count)
    np.random.RandomState(123).shuffle(order)
    return order


def encode(picture: np.ndarray) -> bytes:
    """A record's data: the tf.train.Example of uint8 (side, side, C), stored channels first."""
    picture = np.moveaxis(picture, 2, 0)  # (C, side, side)
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
        self.source = source
        self.folder = folder
        self.name = name or folder.name
        self.work = folder.with_name(folder.name + ".part")
        self.order = shuffled_order(len(source)) if shuffle else np.arange(len(source))

        # For each level its file, and the bytes of a record in it.
        self.files = {}
        self.stride = {}
        for r in sides:
            if r <= resolution:
                blank = np.zeros((r, r, source.channels), "uint8")
                self.files[r] = self.work / f"{self.name}-r{r.bit_length() - 1:02}.tfrecords"
                self.stride[r] = len(encode(blank)) + HEADER + FOOTER

        # The chunks: how many pictures each has, and which are done. Other settings may not continue them.
        self.chunk = max(1, min(1000, CHUNK_PIXELS // (source.resolution**2 * source.channels)))
        self.settings = dict(
            name=self.name, count=len(source), resolution=resolution, chunk=self.chunk, shuffle=shuffle
        )
        self.settings["pictures"] = source.fingerprint()
        self.done = set()

    @property
    def journal(self):
        """The list of the chunks that are done, with the settings."""
        return self.work / "written.json"

    def prepare(self, resume):
        """Make the files, or find those of an interrupted call; see that there is room."""
        # Other things in these places stay as they are.
        if self.folder.exists() and (not self.folder.is_dir() or any(self.folder.iterdir())):
            raise FileExistsError(
                f"{self.folder} holds files already; choose another folder, or move it away"
            )
        if self.work.exists() and any(self.work.iterdir()) and not self.journal.exists():
            raise FileExistsError(f"{self.work} holds files that no interrupted call has left; move it away")

        # What an interrupted call left: away with it, or continue it.
        if self.work.exists() and not resume:
            shutil.rmtree(self.work)
        if self.journal.exists():
            kept = json.loads(self.journal.read_text())
            self.done = set(kept.pop("done"))
            changed = [key for key, value in self.settings.items() if kept.get(key) != value]
            if changed:
                what = f"{self.work} was begun with other {', '.join(changed)}"
                raise ValueError(
                    f"{what}; call as before, or start again with resume=False (--restart), which deletes it"
                )

        # Is there room for the rest?
        room = self._room()
        done = len(self.done) * self.chunk
        needed = sum(self.stride.values()) * max(0, len(self.source) - done)
        if needed > room:
            what = f"{self.folder} needs {needed / 1e9:.2f} GB more and its disk has {room / 1e9:.2f} GB free"
            raise OSError(f"{what}; make room, choose another disk or a smaller resolution")

        self.work.mkdir(parents=True, exist_ok=True)
        self._save_journal()
        for path in self.files.values():
            path.touch()

    def _room(self):
        """Free bytes of the disk that the folder will be on."""
        place = next(parent for parent in self.work.absolute().parents if parent.exists())
        return shutil.disk_usage(place).free

    def run(self, workers):
        """Write every chunk that is not done yet."""
        count = len(self.source)
        starts = [start for start in range(0, count, self.chunk) if start // self.chunk not in self.done]
        written = min(count, len(self.done) * self.chunk)
        bar = tqdm(total=count, initial=written, unit="image", disable=None)

        # A chunk is done when all of its levels are on disk; only then does the journal name it.
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
        """Write the pictures from place ``start`` on to every level; returns (start, how many there are)."""
        index = self.order[start : start + self.chunk]
        pictures = self.source.rows(index, self.source.resolution)
        for level in levels_of(pictures).values():
            if level.shape[1] in self.files:
                self._write_level(start, level)
        return start, len(pictures)

    def _write_level(self, start, level):
        """Write pictures of one level (B, side, side, C) to their place in its file."""
        side = level.shape[1]
        path = self.files[side]
        stride = self.stride[side]
        scratch = self.work / f"{path.name}.{start}"
        try:
            # TensorFlow makes the records in a file of their own ...
            with tf.io.TFRecordWriter(str(scratch)) as writer:
                for picture in level:
                    writer.write(encode(picture))
            content = scratch.read_bytes()
            if len(content) != stride * len(level):
                raise OSError(
                    f"can't write {path}: {len(content):,} of {stride * len(level):,} bytes arrived; {AGAIN}"
                )

            # ... and from there they go to their place.
            with path.open("r+b") as file:
                file.seek(start * stride)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except (tf.errors.OpError, OSError) as error:
            if AGAIN in str(error):
                raise
            reason = getattr(error, "strerror", None) or error
            raise OSError(f"can't write {path} ({reason}); {AGAIN}") from error
        finally:
            scratch.unlink(missing_ok=True)

    def _save_journal(self):
        content = json.dumps({**self.settings, "done": sorted(self.done)})
        write_atomically(self.journal, content.encode())

    def publish(self):
        """Write the labels, open the set once as a test, and give the folder its name."""
        # One-hot labels (N, K), in the order of the pictures.
        labels = self.source.labels
        if labels is not None:
            one_hot = np.eye(labels.max() + 1, dtype="float32")[labels[self.order]]
            content = io.BytesIO()
            np.save(content, one_hot)
            write_atomically(self.work / f"{self.name}-rxx.labels", content.getvalue())

        # The folder gets its name only if TFRecords finds everything in order.
        TFRecords(self.work)
        if self.folder.exists():
            self.folder.rmdir()
        self.work.rename(self.folder)
        (self.folder / self.journal.name).unlink()
        return self.folder

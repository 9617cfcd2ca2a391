"""The official multi-resolution TFRecords: a file for every level, a picture at the same place in each.

The format: docs/exactness.md, TFRecords.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError

from stylegan_tf.data.pixels import shrink
from stylegan_tf.data.source import Source, class_numbers
from stylegan_tf.files import expanded

HEADER = 12  # bytes of a record before its data: their length, and its checksum
FOOTER = 4  # bytes after the data: their checksum
OTHER_PICTURE = 16  # mean difference, of 255, that no way of making a picture smaller explains


class TFRecords(Source):
    """Pictures in the official layout on disk, read level by level: a stage of 8x8 opens the 8x8 file alone.

    ``folder`` holds ``name-r02.tfrecords`` (4x4), ``name-r03.tfrecords`` (8x8) and so on, and maybe
    ``name-rxx.labels``. Opening it reads the header of every record, and three pictures of every level. Only
    the labels and the place of every record stay in memory, 8 bytes for each picture and level. Pictures are
    read when they are asked for.

    Args:
        folder: where the files are; their common name is found from them.
        verify: read everything once, and compare every record with its checksum.

    Raises:
        FileNotFoundError: if the folder, or a level between 4x4 and the largest, is missing.
        ValueError: for a damaged or shortened file, levels that do not agree, or labels of another count.
    """

    def __init__(self, folder, verify: bool = False):
        folder = expanded(folder)
        self.name, self._files = _find_levels(folder)
        self.resolution = max(self._files)
        self._starts = {r: index_records(path) for r, path in self._files.items()}
        self.channels = len(self._read([0], self.resolution, None)[0])
        self._check_levels()
        self.labels = _read_labels(folder / f"{self.name}-rxx.labels", len(self))
        if verify:
            self._verify()

    def __len__(self) -> int:
        return len(self._starts[self.resolution]) - 1

    def rows(self, index, resolution):
        if resolution not in self._files:
            sides = ", ".join(map(str, self._files))
            raise ValueError(f"{self.name} has levels of side {sides}; {resolution} is none of them")
        pictures = self._read(index, resolution, self.channels)  # (B, C, r, r)
        return np.ascontiguousarray(np.moveaxis(pictures, 1, 3))  # (B, r, r, C)

    def _read(self, index, resolution, channels):
        """Pictures as stored: uint8 (B, C, r, r)."""
        path = self._files[resolution]
        starts = self._starts[resolution]
        pictures = []
        with path.open("rb", buffering=0) as file:
            for i in index:
                length = starts[i + 1] - starts[i] - HEADER - FOOTER
                file.seek(starts[i] + HEADER)
                record = file.read(length)
                pictures.append(_decode(record, path, i, resolution, channels))
        return np.stack(pictures)

    def _check_levels(self):
        """Raise ValueError unless all levels have as many records, and the same picture at three places."""
        # The number of records.
        counts = {path.name: len(self._starts[r]) - 1 for r, path in self._files.items()}
        if len(set(counts.values())) > 1:
            found = ", ".join(f"{name} {count}" for name, count in counts.items())
            raise ValueError(
                f"{self.name}: the levels hold different numbers of records ({found}); "
                "write or copy them again"
            )

        # The first, the middle and the last picture: each level against the one above, made smaller.
        places = [0, len(self) // 2, len(self) - 1]
        larger = None
        for r, path in reversed(self._files.items()):
            pictures = self.rows(places, r)
            if larger is not None:
                off = np.abs(shrink(larger, r).astype(int) - pictures).mean(axis=(1, 2, 3))  # (3,)
                if off.max() > OTHER_PICTURE:
                    which = places[off.argmax()]
                    other = self._files[2 * r].name
                    raise ValueError(
                        f"{path}: record {which} is another picture than in {other}; write all levels again"
                    )
            larger = pictures

    def _verify(self):
        """Read every record of every level; TensorFlow compares the checksums."""
        for r, path in self._files.items():
            records = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
            for i in range(len(self)):
                try:
                    _decode(next(records), path, i, r, self.channels)
                except tf.errors.DataLossError as error:
                    raise ValueError(
                        f"{path}: record {i} differs from its checksum; write or copy the file again"
                    ) from error


def _find_levels(folder: Path) -> tuple[str, dict[int, Path]]:
    """The common name of the files, and {side: file} from 4x4 up."""
    # What is there?
    if not folder.is_dir():
        raise FileNotFoundError(
            f"{folder} is not a folder; name the one that holds NAME-r02.tfrecords and the larger levels"
        )
    matches = [re.fullmatch(r"(.+)-r(\d\d)\.tfrecords", path.name) for path in folder.iterdir()]
    found = [match for match in matches if match]
    names = sorted({match[1] for match in found})
    if not names:
        raise FileNotFoundError(
            f"{folder} holds no NAME-r02.tfrecords and larger levels; stylegan-tf records writes them"
        )
    if len(names) > 1:
        raise ValueError(f"{folder} holds several sets ({', '.join(names)}); give each a folder of its own")

    # What must be there? Every level up to the largest.
    name = names[0]
    largest = max(int(match[2]) for match in found)
    files = {2**n: folder / f"{name}-r{n:02}.tfrecords" for n in range(2, largest + 1)}
    missing = [path.name for path in files.values() if not path.exists()]
    if missing:
        raise FileNotFoundError(
            f"{folder} lacks {', '.join(missing)}; training grows through every level: copy or write all"
        )
    return name, files


def index_records(path: Path) -> np.ndarray:
    """Where each record of an uncompressed TFRecord file begins, and the file's end: int64 (N + 1,).

    Raises:
        ValueError: if a length differs from its checksum, or the last record is cut off.
    """
    # A header says how long its record is, and so where the next one begins.
    size = path.stat().st_size
    starts = [0]
    with path.open("rb", buffering=0) as file:
        while starts[-1] < size:
            file.seek(starts[-1])
            header = file.read(HEADER)
            if len(header) == HEADER and _masked_crc(header[:8]) != header[8:]:
                what = f"byte {starts[-1]}, where record {len(starts) - 1} begins, is no header of a record"
                raise ValueError(
                    f"{path} is damaged, or no uncompressed TFRecord file: {what}; write or copy it again"
                )
            length = int.from_bytes(header[:8], "little")
            starts.append(starts[-1] + HEADER + length + FOOTER)

    # The last record must end where the file does.
    if starts[-1] != size:
        what = f"record {len(starts) - 2} ends at byte {starts[-1]:,} and the file at {size:,}"
        raise ValueError(f"{path} is cut off: {what}; write or copy it again")
    if size == 0:
        raise ValueError(f"{path} is empty; write or copy it again")
    return np.array(starts)


@functools.lru_cache(maxsize=1024)
def _masked_crc(content: bytes) -> bytes:
    """The checksum of the TFRecord format as it is stored: CRC-32C, rotated by 15 bits and offset.

    Kept for the lengths seen: within a level they are all the same.
    """
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    rotated = (crc >> 15) | (crc << 17)
    masked = (rotated + 0xA282EAD8) & 0xFFFFFFFF
    return masked.to_bytes(4, "little")


def _decode(record: bytes, path, number, resolution, channels) -> np.ndarray:
    """uint8 (C, r, r) of a serialised tf.train.Example; with ``channels`` None it may have 1 or 3."""
    try:
        features = tf.train.Example.FromString(record).features.feature
        shape = tuple(features["shape"].int64_list.value)
        data = features["data"].bytes_list.value
    except DecodeError as error:
        raise ValueError(f"{path}: record {number} is damaged; write or copy the file again") from error

    # The shape must be the level's, and the bytes as many as it says.
    if channels is None and shape[:1] in ((1,), (3,)):
        channels = shape[0]
    if shape != (channels, resolution, resolution) or len(data) != 1 or len(data[0]) != np.prod(shape):
        expected = f"({channels or '1 or 3'}, {resolution}, {resolution})"
        found = f"shape {shape} and {sum(map(len, data))} bytes of pixels"
        raise ValueError(
            f"{path}: record {number} has {found}; expected {expected} in uint8: write the file again"
        )
    return np.frombuffer(data[0], "uint8").reshape(shape)


def _read_labels(path: Path, count: int) -> np.ndarray | None:
    """Class numbers from a file of one-hot rows, float32 (N, K); None without a file, or without classes."""
    if not path.exists():
        return None
    try:
        labels = np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ValueError(
            f"{path} is no array of NumPy ({error}); write it again, or move it away to do without"
        ) from error
    if labels.ndim == 2 and labels.shape[1] == 0:
        return None
    if labels.ndim == 2 and labels.shape[1] == 1 and (labels == 1).all():
        labels = labels - 1  # one-hot rows of a single class, whose number is 0
    return class_numbers(labels, count, str(path))

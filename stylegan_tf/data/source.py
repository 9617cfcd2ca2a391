"""From stored pictures to the batch of one training step: levels, order, range, mirror, fade.

Source: official training_loop.py: process_reals, dataset.py: TFRecordDataset; docs/exactness.md, Real images.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from stylegan_tf.data.pixels import shrink


class Source:
    """Pictures with a smaller version for every stage of growing, in an order that a position restores.

    A kind of source sets the attributes below and gives ``rows``.

    Attributes:
        name: for messages. resolution: side of the square pictures, a power of two. channels: 1 or 3.
        labels: class numbers, int64 (N,), or None.
    """

    name: str
    resolution: int
    channels: int
    labels: np.ndarray | None = None

    def __len__(self) -> int:
        raise NotImplementedError

    def rows(self, index: np.ndarray, resolution: int) -> np.ndarray:
        """The pictures of that index (B,) at a resolution: uint8 (B, r, r, channels)."""
        raise NotImplementedError

    def batch(
        self, position: int, size: int, resolution: int, seed: int, shard: tuple[int, int] = (0, 1)
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The ``size`` images after ``position`` have been shown, and their labels.

        Every epoch is a permutation drawn from (seed, epoch), so that a position is all there is to restore.

        Args:
            shard: (worker, workers): the part of the batch that is this worker's; all parts together are the
                batch.

        Raises:
            ValueError: if the workers cannot share the batch evenly.
        """
        worker, workers = shard
        if size % workers or not 0 <= worker < workers:
            raise ValueError(
                f"worker {worker} of {workers} wants its part of {size} images; choose a multiple of {workers}"
            )
        rows = np.arange(position, position + size)[worker::workers]
        index = np.empty(len(rows), "int64")
        for epoch in np.unique(rows // len(self)):
            here = rows // len(self) == epoch
            index[here] = self._order(seed, int(epoch))[rows[here] % len(self)]
        return self.rows(index, resolution), None if self.labels is None else self.labels[index]

    def _order(self, seed, epoch):
        if getattr(self, "_epoch", None) != (seed, epoch):
            self._epoch, self._permutation = (
                (seed, epoch),
                np.random.default_rng([seed, epoch]).permutation(len(self)),
            )
        return self._permutation


class Images(Source):
    """Pictures in memory, with a smaller copy for every stage of growing.

    Args:
        images: uint8 (N, side, side, channels), or (N, side, side) for grey; the side a power of two, 4 or
            more.
        labels: class numbers (N,) or (N, 1), whole and 0 or more; or one-hot rows (N, K). Optional.
        name: for messages and file names.

    Raises:
        ValueError: for another type, shape or range; the message says which and what to do.
    """

    def __init__(self, images, labels=None, name: str = "images"):
        images = np.asarray(images)
        images = images[..., None] if images.ndim == 3 else images
        if images.dtype != np.uint8:
            raise ValueError(
                f"{name}: pixels are {images.dtype}; give uint8 from 0 to 255 (to_uint8 converts [-1, 1])"
            )
        side = images.shape[1] if images.ndim == 4 else 0
        if (
            images.ndim != 4
            or side != images.shape[2]
            or side < 4
            or side & (side - 1)
            or images.shape[3] not in (1, 3)
        ):
            wanted = "(count, side, side, 1 or 3) with a side of 4, 8, 16, ...: pad or crop them"
            raise ValueError(f"{name}: images have shape {images.shape}; wanted is {wanted}")
        if len(images) == 0:
            raise ValueError(f"{name}: there are no images")
        self.images, self.name = images, name
        self.resolution, self.channels = images.shape[2:]
        self.labels = None if labels is None else class_numbers(labels, len(images), name)
        self._levels = {side: images}

    def __len__(self) -> int:
        return len(self.images)

    def rows(self, index, resolution):
        return self.level(resolution)[index]

    def level(self, resolution: int) -> np.ndarray:
        """All images at a smaller resolution, uint8: repeated 2x2 means of the unrounded level above, rounded
        when stored.
        """
        if resolution not in self._levels:
            if resolution > self.resolution:
                raise ValueError(f"{self.name}: images have side {self.resolution}; {resolution} is larger")
            self._levels[resolution] = np.concatenate(
                [shrink(part, resolution) for part in np.array_split(self.images, max(1, len(self) // 1000))]
            )
        return self._levels[resolution]


def class_numbers(labels, count: int, name: str) -> np.ndarray:
    """Labels as class numbers, int64 (count,): from (N,), (N, 1), or one-hot rows (N, K).

    Raises:
        ValueError: for another shape or count, or a number that is negative or not whole.
    """
    labels = np.asarray(labels)
    if len(labels) != count or labels.ndim not in (1, 2):
        raise ValueError(
            f"{name}: labels have shape {labels.shape} for {count} images; give one class number each"
        )
    if labels.ndim == 2 and labels.shape[1] > 1:
        if not (np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()):
            raise ValueError(
                f"{name}: labels have shape {labels.shape} and are not one-hot; give one class number each"
            )
        labels = labels.argmax(axis=1)
    labels = labels.reshape(count)
    if labels.dtype.kind not in "iufb" or not np.array_equal(labels, np.floor(labels)) or labels.min() < 0:
        raise ValueError(f"{name}: labels of type {labels.dtype} must be whole numbers of 0 or more")
    return labels.astype("int64")


def as_images(x, y=None) -> Source:
    """What ``fit`` was given, as a Source: one already, a uint8 array, or a tf.data.Dataset of uint8
    pictures.

    A dataset may be batched or not. Its elements are pictures, pairs (picture, label), or dicts with the keys
    ``image`` and maybe ``label``. It is read once into memory, then shown in our own order: shuffling it has
    no use, repeating no end.

    Raises:
        ValueError: for an endless or empty dataset, for labels given twice, or pictures that Images refuses.
    """
    if isinstance(x, (Source, tf.data.Dataset)) and y is not None:
        raise ValueError(f"y was given beside a {type(x).__name__}, which brings its own labels; leave y out")
    if isinstance(x, Source):
        return x
    if not isinstance(x, tf.data.Dataset):
        return Images(x, y)
    if x.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError(
            "the dataset is endless; leave .repeat() out: fit shows the pictures again by itself"
        )
    x = x.map(_pair)
    shape = x.element_spec[0].shape
    batched = shape.rank == 4 or (shape.rank == 3 and shape[-1] not in (1, 3))
    elements = list((x if batched else x.batch(1000)).as_numpy_iterator())
    if not elements:
        raise ValueError("the dataset is empty")
    images, *labels = (np.concatenate(part) for part in zip(*elements, strict=True))
    return Images(images, *labels)


def _pair(*element):
    """(picture,) or (picture, label) of an element of a dataset, whatever its form."""
    first = element[0]
    if isinstance(first, dict):
        if "image" not in first:
            raise ValueError(
                f"the dataset's elements have the keys {', '.join(first)}; wanted are image, and maybe label"
            )
        return tuple(first[name] for name in ("image", "label") if name in first)
    return element[:2]

"""From stored pictures to the batch of one training step: levels, order, range, mirror, fade (SPEC 9, 12)."""

from __future__ import annotations

import numpy as np
import tensorflow as tf


class Images:
    """Pictures in memory, with a smaller copy for every stage of growing.

    Args:
        images: uint8 (N, side, side, channels), or (N, side, side) for grey; the side a power of two, 4 or more.
        labels: class numbers (N,), optional.
        name: for messages and file names.

    Raises:
        ValueError: for another type, shape or range; the message says which and what to do.
    """

    def __init__(self, images, labels=None, name: str = "images"):
        images = np.asarray(images)
        images = images[..., None] if images.ndim == 3 else images
        if images.dtype != np.uint8:
            raise ValueError(f"{name}: pixels are {images.dtype}; give uint8 from 0 to 255 (to_uint8 converts [-1, 1])")
        side = images.shape[1] if images.ndim == 4 else 0
        if images.ndim != 4 or side != images.shape[2] or side < 4 or side & (side - 1) or images.shape[3] not in (1, 3):
            wanted = "(count, side, side, 1 or 3) with a side of 4, 8, 16, ...: pad or crop them"
            raise ValueError(f"{name}: images have shape {images.shape}; wanted is {wanted}")
        if len(images) == 0:
            raise ValueError(f"{name}: there are no images")
        if labels is not None and len(labels) != len(images):
            raise ValueError(f"{name}: {len(labels)} labels for {len(images)} images; give one each")
        self.images, self.name = images, name
        self.labels = None if labels is None else np.asarray(labels).astype("int64")
        self._levels = {side: images}

    def __len__(self) -> int:
        return len(self.images)

    @property
    def resolution(self) -> int:
        return self.images.shape[1]

    @property
    def channels(self) -> int:
        return self.images.shape[3]

    def level(self, resolution: int) -> np.ndarray:
        """All images at a smaller resolution, uint8: repeated 2x2 means of the unrounded level above, rounded when stored."""
        if resolution not in self._levels:
            if resolution > self.resolution:
                raise ValueError(f"{self.name}: images have side {self.resolution}; {resolution} is larger")
            self._levels[resolution] = np.concatenate(
                [_shrink(part, resolution) for part in np.array_split(self.images, max(1, len(self) // 1000))]
            )
        return self._levels[resolution]

    def batch(self, position: int, size: int, resolution: int, seed: int) -> tuple[np.ndarray, np.ndarray | None]:
        """The ``size`` images after ``position`` have been shown, and their labels.

        Every epoch is a permutation drawn from (seed, epoch), so that a position is all there is to restore.
        """
        rows = np.arange(position, position + size)
        index = np.empty(size, "int64")
        for epoch in np.unique(rows // len(self)):
            here = rows // len(self) == epoch
            index[here] = self._order(seed, int(epoch))[rows[here] % len(self)]
        return self.level(resolution)[index], None if self.labels is None else self.labels[index]

    def _order(self, seed, epoch):
        if getattr(self, "_epoch", None) != (seed, epoch):
            self._epoch, self._permutation = (seed, epoch), np.random.default_rng([seed, epoch]).permutation(len(self))
        return self._permutation


def _shrink(images, resolution):
    x = images.astype("float32")
    while x.shape[1] > resolution:
        x = (x[:, 0::2, 0::2] + x[:, 0::2, 1::2] + x[:, 1::2, 0::2] + x[:, 1::2, 1::2]) * 0.25
    return np.rint(x).astype("uint8")


def as_images(x, y=None) -> Images:
    """What ``fit`` was given, as Images: an Images object, a uint8 array, or a tf.data.Dataset of uint8 pictures.

    A dataset may be batched or not and may carry labels; it is read once into memory.
    """
    if isinstance(x, Images):
        return x
    if not isinstance(x, tf.data.Dataset):
        return Images(x, y)
    spec = x.element_spec
    shape = (spec[0] if isinstance(spec, tuple) else spec).shape
    batched = shape.rank == 4 or (shape.rank == 3 and shape[-1] not in (1, 3))
    elements = list((x if batched else x.batch(1000)).as_numpy_iterator())
    if not elements:
        raise ValueError("the dataset is empty")
    if isinstance(elements[0], tuple):
        return Images(np.concatenate([e[0] for e in elements]), np.concatenate([e[1] for e in elements]))
    return Images(np.concatenate(elements))


def process_reals(images, alpha=1.0, mirror=None):
    """uint8 (B, r, r, C) -> float32 in [-1, 1], mirrored where asked, faded towards half the resolution (SPEC 9).

    ``mirror`` is None or (B,) booleans; ``alpha`` the weight of the sharp image, its 2x2 means have the rest.
    """
    x = tf.cast(images, tf.float32) * (2.0 / 255.0) - 1.0
    if mirror is not None:
        x = tf.where(mirror[:, None, None, None], x[:, :, ::-1], x)
    if isinstance(alpha, (int, float)) and alpha == 1:
        return x
    coarse = tf.nn.avg_pool2d(x, 2, 2, "VALID")
    coarse = tf.repeat(tf.repeat(coarse, 2, axis=1), 2, axis=2)
    return alpha * x + (1.0 - alpha) * coarse


def to_uint8(images) -> np.ndarray:
    """[-1, 1] -> uint8 [0, 255], rounding half up, saturated: (x + 1) * 127.5 (SPEC 9)."""
    return np.clip(np.floor(np.asarray(images, "float32") * 127.5 + 128.0), 0, 255).astype("uint8")

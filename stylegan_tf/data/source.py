"""From stored pictures to the batch of one training step: a level for every stage, and a fixed order.

Source: official dataset.py: TFRecordDataset; docs/exactness.md, Real images.
"""

from __future__ import annotations

import hashlib
import warnings

import numpy as np
import tensorflow as tf
from tqdm.auto import tqdm

from stylegan_tf.data.pixels import how_to_uint8, shrink

WHOLE = 512e6  # bytes of pixels up to which a fingerprint sees every one
SAMPLE = 256  # pictures that the fingerprint of a larger set sees whole
# Of a tf.data.Dataset that does not know its length: where it is taken to have no end.
BYTES_LIMIT = 2e9
COUNT_LIMIT = 2_000_000


class Source:
    """Pictures with a smaller version for every stage of growing, in an order that a position restores.

    A subclass sets the attributes and implements ``__len__`` and ``rows``.

    Attributes:
        name: for messages.
        resolution: side of the square pictures, a power of two.
        channels: 1 or 3.
        labels: class numbers, int64 (N,), or None.
        class_names: the name of each class number, where the data have names; or None.
        why_unlabelled: why there are no labels, as a sentence, where that can be told; for messages.
    """

    name: str
    resolution: int
    channels: int
    labels: np.ndarray | None = None
    class_names: list[str] | None = None
    why_unlabelled: str | None = None
    _epoch = None  # (seed, epoch) of the permutation that is kept
    _permutation = None

    def __len__(self) -> int:
        raise NotImplementedError

    def rows(self, index: np.ndarray, resolution: int) -> np.ndarray:
        """The pictures at the places ``index`` (B,), at a resolution: uint8 (B, r, r, channels)."""
        raise NotImplementedError

    def batch(
        self, position: int, size: int, resolution: int, seed: int, shard: tuple[int, int] = (0, 1)
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """The ``size`` images that come after the first ``position`` have been shown, and their labels.

        Every epoch is a permutation drawn from (seed, epoch), so the position alone tells where to continue.

        Args:
            position: images shown so far.
            size: images of the batch.
            resolution: side r.
            seed: of the order.
            shard: (worker, workers): the part of the batch for this worker. All parts together are the batch.

        Returns:
            uint8 (B, r, r, channels), and class numbers (B,) or None.

        Raises:
            ValueError: if the workers cannot share the batch evenly.
        """
        worker, workers = shard
        if size % workers or not 0 <= worker < workers:
            raise ValueError(
                f"worker {worker} of {workers} needs its part of {size} images; "
                f"choose a multiple of {workers}"
            )

        # From places in the order of all epochs to places in the set. A batch may span several epochs.
        shown = np.arange(position, position + size)[worker::workers]
        index = np.empty(len(shown), "int64")
        for epoch in np.unique(shown // len(self)):
            is_here = shown // len(self) == epoch
            index[is_here] = self._order(seed, int(epoch))[shown[is_here] % len(self)]

        labels = None if self.labels is None else self.labels[index]
        return self.rows(index, resolution), labels

    def fingerprint(self) -> str:
        """A digest of what the data are: 32 hex digits, the same in every process and on every machine.

        It changes with the number of the pictures, their side, their channels, their order and their labels.
        Names of files and classes do not count. Up to 512 MB of pixels every one counts. Of a larger set the
        4x4 level of every picture counts, which are means of all of its pixels, and 256 pictures that are
        evenly spaced count whole. What it can't see then is a change in one of the others that leaves those
        16 means as they are, such as a few pixels of a large picture.
        """
        digest = hashlib.sha256(f"{len(self)} {self.resolution} {self.channels}".encode())
        if self.labels is not None:
            digest.update(b"labels" + np.asarray(self.labels, "<i8").tobytes())
        self._digest_pixels(digest)
        return digest.hexdigest()[:32]

    def _digest_pixels(self, digest):
        """Update a digest with the pixels, or with what is known of them."""
        everything = np.arange(len(self))
        size = self.resolution**2 * self.channels  # bytes of a picture
        if size * len(self) <= WHOLE:
            chosen = {self.resolution: everything}
        else:
            evenly = np.linspace(0, len(self) - 1, SAMPLE).astype(int)
            chosen = {4: everything, self.resolution: np.unique(evenly)}

        for resolution, index in chosen.items():
            step = _some(resolution**2 * self.channels)
            for start in range(0, len(index), step):
                digest.update(np.ascontiguousarray(self.rows(index[start : start + step], resolution)))

    def _order(self, seed, epoch):
        """The permutation (N,) of an epoch. The last one is kept, since it serves many batches."""
        if self._epoch != (seed, epoch):
            self._epoch = (seed, epoch)
            self._permutation = np.random.default_rng([seed, epoch]).permutation(len(self))
        return self._permutation


class Images(Source):
    """Pictures in memory, with a smaller copy for every stage of growing.

    Args:
        images: uint8 (N, side, side, channels), or (N, side, side) for grey. The side is a power of two, at
            least 4.
        labels: class numbers (N,) or (N, 1), whole and 0 or more; or one-hot rows (N, K). Optional.
        name: for messages and file names.

    Raises:
        ValueError: for another type, shape or range; the message says which and what to do.

    Warns:
        UserWarning: if the highest value is 1, as in a mask: all is black.
    """

    def __init__(self, images, labels=None, name: str = "images"):
        images = np.asarray(images)
        if images.ndim == 3:
            images = images[..., None]

        # Do they suit the networks?
        if images.size == 0:
            raise ValueError(f"{name}: there are no images, but an array of shape {images.shape}; give some")
        if images.dtype != np.uint8:
            advice = how_to_uint8(np.atleast_1d(images)[:1000])
            raise ValueError(f"{name}: pixels are {images.dtype}; give uint8 from 0 to 255: {advice}")
        if not _is_image_batch(images.shape):
            expected = "(count, side, side, 1 or 3) with a side of 4, 8, 16, ...: pad or crop them"
            raise ValueError(f"{name}: images have shape {images.shape}; expected {expected}")
        if _highest(images) == 1:
            warnings.warn(
                f"{name}: the highest pixel value is 1 of 255, so all pictures look black; "
                "multiply masks of 0 and 1 by 255, and divide no pictures by 255",
                stacklevel=2,
            )

        self.images = images
        self.name = name
        self.resolution, self.channels = images.shape[2:]
        self.labels = None if labels is None else class_numbers(labels, len(images), name)
        self._levels = {self.resolution: images}

    def __len__(self) -> int:
        return len(self.images)

    def rows(self, index, resolution):
        return self.level(resolution)[index]

    def level(self, resolution: int) -> np.ndarray:
        """All images at a smaller resolution r, as ``shrink`` makes them: uint8 (N, r, r, channels).

        Raises:
            ValueError: for a resolution larger than the images'.
        """
        if resolution > self.resolution:
            raise ValueError(f"{self.name}: images have side {self.resolution}; {resolution} is larger")

        # Made when it is first asked for, some thousand at a time: shrink works in float32.
        if resolution not in self._levels:
            parts = np.array_split(self.images, max(1, len(self) // 1000))
            self._levels[resolution] = np.concatenate([shrink(part, resolution) for part in parts])
        return self._levels[resolution]


def _some(size: int) -> int:
    """How many pictures of ``size`` bytes are handled at a time: 16 MB of them, at least one."""
    return max(1, 2**24 // size)


def _highest(images) -> int:
    """The highest value, or the first one above 1 that a part of the pictures has: few of them are read."""
    highest = 0
    step = _some(images[0].nbytes)
    for start in range(0, len(images), step):
        highest = max(highest, int(images[start : start + step].max()))
        if highest > 1:
            break
    return highest


def _is_image_batch(shape) -> bool:
    """Whether a shape is (count, side, side, 1 or 3), the side a power of two and at least 4."""
    if len(shape) != 4:
        return False
    _, height, width, channels = shape
    is_power_of_two = height >= 4 and height & (height - 1) == 0
    return height == width and is_power_of_two and channels in (1, 3)


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

    # One-hot rows: the class is where the one is.
    if labels.ndim == 2 and labels.shape[1] > 1:
        if not (np.isin(labels, (0, 1)).all() and (labels.sum(axis=1) == 1).all()):
            raise ValueError(
                f"{name}: labels have shape {labels.shape} and are not one-hot; give one class number each"
            )
        labels = labels.argmax(axis=1)

    labels = labels.reshape(count)  # (N, 1) -> (N,)
    if labels.dtype.kind not in "iufb" or not np.array_equal(labels, np.floor(labels)) or labels.min() < 0:
        raise ValueError(f"{name}: labels of type {labels.dtype} must be whole numbers of 0 or more")
    return labels.astype("int64")


def as_images(x, y=None) -> Source:
    """What ``fit`` was given, as a Source.

    Args:
        x: a Source, a uint8 array, or a tf.data.Dataset of uint8 pictures, batched or not. The elements of a
            dataset are pictures, pairs (picture, label), or dicts with the key ``image`` and maybe ``label``.
            It is read once into memory and then shown in our own order, so there is no use in shuffling it,
            and it must not repeat.
        y: class numbers (N,), for an array only.

    Raises:
        ValueError: for an endless or empty dataset, for labels given twice, or pictures that Images refuses.
            A dataset that does not know its length is taken as endless after 2 GB or 2 million pictures.
    """
    # Anything but a dataset needs no reading.
    if isinstance(x, (Source, tf.data.Dataset)) and y is not None:
        raise ValueError(f"y was given with a {type(x).__name__}, which brings its own labels; leave y out")
    if isinstance(x, Source):
        return x
    if hasattr(x, "__next__"):
        raise ValueError(
            f"the pictures are a {type(x).__name__} of Python, which can be read once; "
            "give an array or a tf.data.Dataset (tf.data.Dataset.from_generator makes one)"
        )
    if not isinstance(x, tf.data.Dataset):
        return Images(x, y)
    if x.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise ValueError(
            "the dataset is endless; leave .repeat() out, since fit shows the pictures again by itself, "
            "or end it with .take(n)"
        )

    # All batches, and from them one array of pictures, and one of labels if there are any.
    batches = list(_batches_of(x))
    if not batches:
        raise ValueError("the dataset is empty")
    images, *labels = (np.concatenate(part) for part in zip(*batches, strict=True))
    return Images(images, *labels)


def _batches_of(dataset):
    """Read a dataset: tuples of images (B, H, W[, C]) and maybe labels (B, ...).

    Raises:
        ValueError: for pictures that are not uint8 or not of one size, or for a dataset without an end.
    """
    given_as = "dicts" if isinstance(dataset.element_spec, dict) else "tensors"
    has_length = dataset.cardinality() != tf.data.UNKNOWN_CARDINALITY
    dataset = dataset.map(_pair)

    # Pictures of a known shape are batched by TensorFlow, which is faster.
    shape = dataset.element_spec[0].shape
    if shape.is_fully_defined() and not _is_batched(shape):
        dataset = dataset.batch(100)
        shape = None

    count = 0
    size = 0  # bytes
    first = None
    with tqdm(desc="reading the data set", unit=" pictures", delay=2, mininterval=2, disable=None) as bar:
        for images, *labels in dataset.as_numpy_iterator():
            if shape is not None and not _is_batched(images.shape):
                images = images[None]
                labels = [np.asarray(label)[None] for label in labels]

            # The first batch shows what is wrong with all, so that nobody waits for the last one.
            if images.dtype != np.uint8:
                advice = how_to_uint8(images, given_as)
                raise ValueError(
                    f"the dataset's pixels are {images.dtype}; give uint8 from 0 to 255: {advice}"
                )
            first = images.shape[1:] if first is None else first
            if images.shape[1:] != first:
                raise ValueError(
                    f"picture {count} of the dataset has shape {images.shape[1:]} and the first one {first}; "
                    "bring all to one size, such as with tf.image.resize"
                )
            yield images, *labels

            # A dataset may not know that it has no end.
            count += len(images)
            size += images.nbytes
            bar.update(len(images))
            if not has_length and (count > COUNT_LIMIT or size > BYTES_LIMIT):
                raise ValueError(
                    f"the dataset does not know its length and has given {count:,} pictures "
                    f"({size / 1e9:.1f} GB) without an end; end it with .take(n), or if it has an end, "
                    "say so with .apply(tf.data.experimental.assert_cardinality(n))"
                )


def _is_batched(shape) -> bool:
    """Whether a shape is that of many pictures.

    (28, 28), (28, 28, 1) and (28, 28, 4) are one picture, (100, 28, 28) and (100, 28, 28, 1) are many.
    """
    if len(shape) != 3:
        return len(shape) == 4
    has_channels = shape[-1] in (1, 3) or (shape[-1] in (2, 4) and shape[-2] > 4)
    return not has_channels


def _pair(*element):
    """(picture,) or (picture, label) of an element of a dataset, whatever its form."""
    first = element[0]
    if isinstance(first, dict):
        if "image" not in first:
            raise ValueError(
                f"the dataset's elements have the keys {', '.join(first)}; they need image, and maybe label"
            )
        return tuple(first[name] for name in ("image", "label") if name in first)
    return element[:2]

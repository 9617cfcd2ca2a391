"""Does a generator copy? Each generated picture next to the real one that is most like it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stylegan_tf.data.pixels import shrink, to_uint8, to_unit_range

SIDE = 32  # pixels are compared at this side at most: what is finer hides a copy and does not show one
QUANTILE = 0.05  # of the distances between real pictures: who is nearer than that looks like a copy


@dataclass(frozen=True)
class Nearest:
    """The real picture that is most like each of some pictures.

    Attributes:
        places: of it among the real ones (N,).
        distances: root mean square difference of the pixels (N,), 0 for the same picture, 2 for black
            against white.
        limit: the distance below which a picture looks like a copy: 5 % of the real ones are as near to
            another real one.
    """

    places: np.ndarray
    distances: np.ndarray
    limit: float

    @property
    def share_of_copies(self) -> float:
        """The share of the pictures below the limit, 0 to 1; 0.05 for pictures like the real ones."""
        return float(np.mean(self.distances < self.limit))


def nearest(images, reals, at_once: int = 500) -> Nearest:
    """The real picture that is most like each picture, by its pixels.

    Args:
        images: (N, r, r, C), uint8, or float in [-1, 1] and a little beyond.
        reals: uint8 (M, r, r, C), M at least 2.
        at_once: pictures that are compared in one product.
    """
    reals = _flat(reals)
    places, distances = _search(_flat(images), reals, at_once)
    _, to_another = _search(reals, reals, at_once, itself=False)
    return Nearest(places, distances, limit=float(np.quantile(to_another, QUANTILE)))


def _flat(images):
    """Pictures as rows of numbers in [-1, 1], at most 32x32: (N, r * r * C)."""
    images = np.asarray(images)
    if images.dtype != np.uint8:
        images = to_uint8(images)
    images = shrink(images, min(SIDE, images.shape[1]))
    return to_unit_range(images).reshape(len(images), -1)


def _search(flat, reals, at_once, itself=True):
    """Place and distance of the nearest real row for each row; without ``itself``, row i is not its own."""
    squares = np.sum(reals**2, axis=1)  # (M,)
    places = []
    distances = []
    for start in range(0, len(flat), at_once):
        rows = flat[start : start + at_once]
        found = np.sum(rows**2, axis=1)[:, None] + squares - 2 * rows @ reals.T  # (B, M)
        if not itself:
            here = np.arange(len(rows))
            found[here, start + here] = np.inf
        best = np.argmin(found, axis=1)
        # From the pictures themselves: the difference of large sums above is not 0 for equal pictures.
        places.append(best)
        distances.append(np.sqrt(np.mean((rows - reals[best]) ** 2, axis=1)))
    return np.concatenate(places), np.concatenate(distances)

"""Quality and variety apart: precision and recall (Kynkäänniemi et al. 2019), density and coverage (Naeem et
al. 2020).

All four ask which images lie within the balls around the images of a set, where each ball reaches to the k-th
neighbour within that set.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from stylegan_tf.metrics.kid import check_rows

ROWS = 1000  # of distances held at a time


class PrecisionRecall(NamedTuple):
    """Shares from 0 to 1: of fakes that look real, and of reals that the fakes reach."""

    precision: float
    recall: float


class DensityCoverage(NamedTuple):
    """``density``: mean number of real balls around a fake, over k (1 or so is good; it can be larger).
    ``coverage``: share of the reals' balls that hold a fake."""

    density: float
    coverage: float


def precision_recall(real, fake, k: int = 3) -> PrecisionRecall:
    """Precision and recall of features: real (N, F), fake (M, F).

    Raises:
        ValueError: if a set has k rows or fewer, or the lengths F differ.
    """
    real, fake = _check(real, fake, k)
    return PrecisionRecall(
        precision=_inside(fake, real, radii(real, k)), recall=_inside(real, fake, radii(fake, k))
    )


def density_coverage(real, fake, k: int = 5) -> DensityCoverage:
    """Density and coverage of features: real (N, F), fake (M, F). Balls lie around the reals alone.

    Raises:
        ValueError: if a set has k rows or fewer, or the lengths F differ.
    """
    real, fake = _check(real, fake, k)
    reach = radii(real, k)
    inside, nearest = 0, np.full(len(real), np.inf)
    for _, distances in _distances(fake, real):
        inside += int((distances <= reach).sum())
        nearest = np.minimum(nearest, distances.min(axis=0))
    return DensityCoverage(density=inside / (k * len(fake)), coverage=float((nearest <= reach).mean()))


def radii(features: np.ndarray, k: int) -> np.ndarray:
    """Squared distance of each row of (N, F) to its k-th nearest other row, (N,)."""
    reach = np.empty(len(features))
    for rows, distances in _distances(features, features):
        distances[np.arange(len(rows)), rows] = np.inf
        reach[rows] = np.partition(distances, k - 1, axis=1)[:, k - 1]
    return reach


def _check(real, fake, k):
    real, fake = np.asarray(real, "float64"), np.asarray(fake, "float64")
    check_rows(real, fake, k + 1)
    return real, fake


def _inside(points, centres, reach):
    """Share of the points within at least one ball."""
    return float(np.mean(np.concatenate([(d <= reach).any(axis=1) for _, d in _distances(points, centres)])))


def _distances(a, b):
    """Squared distances, some rows of a at a time: (row numbers, (rows, len(b)))."""
    lengths = (b**2).sum(axis=1)
    for start in range(0, len(a), ROWS):
        part = a[start : start + ROWS]
        squares = (part**2).sum(axis=1)[:, None] + lengths - 2 * part @ b.T
        yield np.arange(start, start + len(part)), np.maximum(squares, 0)

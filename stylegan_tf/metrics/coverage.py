"""Quality and variety apart: precision and recall, density and coverage.

All four ask which images lie within the balls around the images of a set, where each ball reaches to the k-th
neighbour within that set.

Source: Kynkäänniemi et al. 2019, for precision and recall; Naeem et al. 2020, for density and coverage.
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
    """How many real balls the fakes lie in, and how many of the real balls hold a fake.

    Attributes:
        density: mean number of real balls around a fake, over k; about 1 is good, and it can be larger.
        coverage: share of the reals' balls that hold a fake, 0 to 1.
    """

    density: float
    coverage: float


def precision_recall(real, fake, k: int = 3) -> PrecisionRecall:
    """Precision and recall of features: real (N, F), fake (M, F).

    Raises:
        ValueError: if a set has k rows or fewer, or the lengths F differ.
    """
    real, fake = _check(real, fake, k)
    precision = _inside(fake, real, squared_radii(real, k))
    recall = _inside(real, fake, squared_radii(fake, k))
    return PrecisionRecall(precision, recall)


def density_coverage(real, fake, k: int = 5) -> DensityCoverage:
    """Density and coverage of features: real (N, F), fake (M, F). Balls lie around the reals alone.

    Raises:
        ValueError: if a set has k rows or fewer, or the lengths F differ.
    """
    real, fake = _check(real, fake, k)
    reach = squared_radii(real, k)  # (N,)

    # Some fakes at a time: count the balls they lie in, and keep each real's distance to its nearest fake.
    inside = 0
    nearest = np.full(len(real), np.inf)  # (N,)
    for _, distances in _distances(fake, real):  # (rows, N)
        inside += int((distances <= reach).sum())
        nearest = np.minimum(nearest, distances.min(axis=0))

    density = inside / (k * len(fake))
    coverage = float((nearest <= reach).mean())
    return DensityCoverage(density, coverage)


def squared_radii(features: np.ndarray, k: int) -> np.ndarray:
    """Squared distance of each row of (N, F) to its k-th nearest other row, (N,)."""
    reach = np.empty(len(features))
    for rows, distances in _distances(features, features):
        distances[np.arange(len(rows)), rows] = np.inf  # a row is not its own neighbour
        reach[rows] = np.partition(distances, k - 1, axis=1)[:, k - 1]
    return reach


def _check(real, fake, k):
    """Both sets in float64, if each has more than k rows."""
    real = np.asarray(real, "float64")
    fake = np.asarray(fake, "float64")
    check_rows(real, fake, k + 1)
    return real, fake


def _inside(points, centres, reach):
    """Share of the points within at least one ball."""
    hits = [(distances <= reach).any(axis=1) for _, distances in _distances(points, centres)]
    return float(np.mean(np.concatenate(hits)))


def _distances(a, b):
    """Squared distances, some rows of a at a time: (row numbers, (rows, len(b)))."""
    lengths = (b**2).sum(axis=1)
    for start in range(0, len(a), ROWS):
        part = a[start : start + ROWS]
        squares = (part**2).sum(axis=1)[:, None] + lengths - 2 * part @ b.T
        yield np.arange(start, start + len(part)), np.maximum(squares, 0)  # rounding can give -1e-12

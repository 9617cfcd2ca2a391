"""Fréchet distance of two sets of features (Heusel et al. 2017; docs/exactness.md, FID)."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from stylegan_tf.files import write_atomically


class Statistics:
    """Mean and covariance of features that come in parts, in float64, so that no set has to fit in memory.

    >>> statistics = Statistics()
    >>> for images in batches:
    ...     statistics.update(features(images))

    Attributes:
        count: rows seen so far.
    """

    def __init__(self, features=None):
        self.count, self._mean, self._squares = 0, None, None
        if features is not None:
            self.update(features)

    def update(self, features) -> Statistics:
        """Add features (N, F).

        Raises:
            ValueError: for another shape, another length than before, or a value that is not finite.
        """
        features = np.asarray(features, "float64")
        if features.ndim != 2:
            raise ValueError(
                f"features have shape {features.shape}; wanted is (N, F), with N of 2 or more in all"
            )
        if not np.isfinite(features).all():
            raise ValueError("a feature is not finite; look at the images it came from")
        if len(features):
            part = Statistics()
            part.count, part._mean = len(features), features.mean(axis=0)
            part._squares = (features - part._mean).T @ (features - part._mean)
            self.merge(part)
        return self

    def merge(self, other: Statistics) -> Statistics:
        """Add the rows of other statistics (Chan, Golub and LeVeque 1979)."""
        if other.count and not self.count:
            self.count, self._mean, self._squares = other.count, other._mean.copy(), other._squares.copy()
        elif other.count:
            check_lengths(self._mean, other._mean)
            step, total = other._mean - self._mean, self.count + other.count
            self._squares = (
                self._squares + other._squares + np.outer(step, step) * (self.count * other.count / total)
            )
            self._mean = self._mean + step * (other.count / total)
            self.count = total
        return self

    @property
    def mean(self) -> np.ndarray:
        """(F,)."""
        self._check()
        return self._mean

    @property
    def covariance(self) -> np.ndarray:
        """(F, F), divided by N - 1."""
        self._check()
        return self._squares / (self.count - 1)

    def _check(self):
        if self.count < 2:
            raise ValueError(f"there are {self.count} rows of features; a covariance wants N of 2 or more")

    def save(self, path) -> None:
        """Write count, mean and squares to a .npz file."""
        self._check()
        content = io.BytesIO()
        np.savez(content, count=self.count, mean=self._mean, squares=self._squares)
        write_atomically(Path(path), content.getvalue())

    @classmethod
    def load(cls, path) -> Statistics:
        """What ``save`` wrote.

        Raises:
            FileNotFoundError: if there is no such file. ValueError: if it holds something else or is damaged.
        """
        statistics = cls()
        try:
            with open(path, "rb") as opened, np.load(opened) as file:
                statistics.count, statistics._mean, statistics._squares = (
                    int(file["count"]),
                    file["mean"],
                    file["squares"],
                )
        except (KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise ValueError(
                f"{path} does not hold statistics, or is damaged; delete it and it is made again"
            ) from error
        return statistics


def check_lengths(row_a, row_b) -> None:
    """Raise a ValueError if two sets of features come from different networks."""
    if len(row_a) != len(row_b):
        raise ValueError(
            f"the features have lengths {len(row_a)} and {len(row_b)}; use one network for both sets"
        )


def cached_statistics(folder, data: str, count: int, features: str, parts: Iterable) -> Statistics:
    """Statistics of real images, computed once and kept in ``folder``.

    Args:
        data: name of the data set, with its resolution and all else that changes the images. count: number of
            images.
        features: name of the network. parts: features (n, F) in parts; it is read only if there is no file
            yet.

    Raises:
        ValueError: if the parts have another count of rows than ``count``.
    """
    digest = hashlib.sha256("\0".join((data, str(count), features)).encode()).hexdigest()[:16]
    path = Path(folder) / f"{re.sub('[^A-Za-z0-9]+', '-', data)}-{digest}.npz"
    if path.exists():
        return Statistics.load(path)
    statistics = Statistics()
    for part in parts:
        statistics.update(part)
    if statistics.count != count:
        raise ValueError(
            f"{data}: {statistics.count} rows of features came for {count} images; nothing was kept"
        )
    statistics.save(path)
    return statistics


def fid(features_a, features_b) -> float:
    """|mu_a - mu_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)) of features (N, F) and (M, F), or of their
    Statistics.

    The value depends on the network that made the features and falls with the number of samples:
    compare only like with like. Too few samples for a full covariance (N <= F) get a warning.

    Raises:
        ValueError: if a set has fewer than two rows, the lengths F differ, or a value is not finite.
    """
    a, b = (
        given if isinstance(given, Statistics) else Statistics(given) for given in (features_a, features_b)
    )
    check_lengths(a.mean, b.mean)
    least, length = min(a.count, b.count), len(a.mean)
    cov_a, cov_b = a.covariance, b.covariance
    if least <= length:
        warnings.warn(
            f"{least} samples cannot fill the covariance of {length} features; FID wants many more",
            stacklevel=2,
        )
    # The eigenvalues of S_a S_b are those of the symmetric B S_a B, B = S_b^(1/2): no complex square root is
    # needed.
    values, vectors = np.linalg.eigh(cov_b)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ cov_a @ root), 0, None)).sum()
    return float(np.sum((a.mean - b.mean) ** 2) + np.trace(cov_a) + np.trace(cov_b) - 2 * cross)


def fid_standard_error(features_a, features_b, groups: int = 20) -> float:
    """How far FID would vary with other samples (N, F) of b, a staying as it is: the delete-a-group jackknife
    (Tukey 1958).

    FID is taken again without each of ``groups`` equal parts of b; what is left over is in none of them. It
    says nothing of the bias of FID with N, nor of what another training run would give.

    Raises:
        ValueError: as ``fid``, or for fewer than two rows in a group.
    """
    size = len(features_b) // groups
    if size < 2:
        raise ValueError(
            f"{len(features_b)} rows make no {groups} groups of two or more; give more samples or fewer groups"
        )
    a = features_a if isinstance(features_a, Statistics) else Statistics(features_a)
    parts = [Statistics(features_b[i * size : (i + 1) * size]) for i in range(groups)]
    without = []
    for left_out in parts:
        rest = Statistics()
        for part in parts:
            if part is not left_out:
                rest.merge(part)
        without.append(fid(a, rest))
    return float(np.sqrt((groups - 1) * np.var(without)))

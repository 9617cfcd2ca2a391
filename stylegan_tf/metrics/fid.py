"""Fréchet distance of two sets of features (Heusel et al. 2017; docs/exactness.md, FID)."""

from __future__ import annotations

import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Iterable

import numpy as np

from stylegan_tf.files import expanded, write_atomically


class Statistics:
    """Mean and covariance of features that come in parts, in float64, so that no set has to fit in memory.

    >>> statistics = Statistics()
    >>> for images in batches:
    ...     statistics.update(features(images))

    Attributes:
        count: rows seen so far.
    """

    def __init__(self, features=None):
        self.count = 0
        self._mean = None
        self._squares = None  # sum over the rows of the outer square of their distance from the mean, (F, F)
        if features is not None:
            self.update(features)

    def update(self, features) -> Statistics:
        """Add features (N, F).

        Raises:
            ValueError: for another shape, another length than before, or a value that is not finite.
        """
        # Can they be used?
        features = np.asarray(features, "float64")
        if features.ndim != 2:
            raise ValueError(
                f"features have shape {features.shape}; expected is (N, F), with N of 2 or more in all"
            )
        if not np.isfinite(features).all():
            raise ValueError("a feature is not finite; look at the images it came from")

        # Their own statistics, which join those of the rows before.
        if len(features):
            part = Statistics()
            part.count = len(features)
            part._mean = features.mean(axis=0)
            part._squares = (features - part._mean).T @ (features - part._mean)
            self.merge(part)
        return self

    def merge(self, other: Statistics) -> Statistics:
        """Add the rows of other statistics (Chan, Golub and LeVeque 1979)."""
        if not other.count:
            return self
        if not self.count:
            self.count = other.count
            self._mean = other._mean.copy()
            self._squares = other._squares.copy()
            return self

        # The squares are about each set's own mean; the outer product moves them to the common one.
        check_lengths(self._mean, other._mean)
        step = other._mean - self._mean
        total = self.count + other.count
        between = np.outer(step, step) * (self.count * other.count / total)
        self._squares = self._squares + other._squares + between
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
            raise ValueError(f"there are {self.count} rows of features; a covariance needs N of 2 or more")

    def save(self, path) -> None:
        """Write count, mean and squares to a .npz file."""
        self._check()
        content = io.BytesIO()
        np.savez(content, count=self.count, mean=self._mean, squares=self._squares)
        write_atomically(path, content.getvalue())

    @classmethod
    def load(cls, path) -> Statistics:
        """What ``save`` wrote.

        Raises:
            FileNotFoundError: if there is no such file.
            ValueError: if it holds something else or is damaged.
        """
        statistics = cls()
        try:
            with open(expanded(path), "rb") as opened, np.load(opened) as file:
                statistics.count = int(file["count"])
                statistics._mean = file["mean"]
                statistics._squares = file["squares"]
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
        folder: where they are kept.
        data: name of the data set, with its resolution and all else that changes the images.
        count: number of images.
        features: name of the network.
        parts: features (n, F) in parts. They are asked for only if there is no file yet.

    Raises:
        ValueError: if the parts have another count of rows than ``count``.
    """
    # Has it been done already?
    identity = "\0".join((data, str(count), features))
    digest = hashlib.sha256(identity.encode()).hexdigest()[:16]
    readable = re.sub("[^A-Za-z0-9]+", "-", data)
    path = expanded(folder) / f"{readable}-{digest}.npz"
    if path.exists():
        try:
            return Statistics.load(path)
        except ValueError:
            print(f"{path} can't be read; its statistics are made again", flush=True)

    # If not: once, to be kept.
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
    """|mu_a - mu_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)) of two sets of features.

    The value depends on the network that made the features, and falls with the number of samples: compare
    only like with like. Too few samples for a full covariance (N <= F) get a warning.

    Args:
        features_a, features_b: (N, F) and (M, F), or their Statistics.

    Raises:
        ValueError: if a set has fewer than two rows, the lengths F differ, or a value is not finite.
    """
    # Means and covariances.
    a = _as_statistics(features_a)
    b = _as_statistics(features_b)
    check_lengths(a.mean, b.mean)
    cov_a = a.covariance  # (F, F)
    cov_b = b.covariance

    least = min(a.count, b.count)
    length = len(a.mean)
    if least <= length:
        warnings.warn(
            f"{least} samples cannot fill the covariance of {length} features; FID needs many more",
            stacklevel=2,
        )

    # The eigenvalues of S_a S_b are those of the symmetric B S_a B, B = S_b^(1/2): no complex square root is
    # needed.
    values, vectors = np.linalg.eigh(cov_b)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ cov_a @ root), 0, None)).sum()
    return float(np.sum((a.mean - b.mean) ** 2) + np.trace(cov_a) + np.trace(cov_b) - 2 * cross)


def _as_statistics(features) -> Statistics:
    return features if isinstance(features, Statistics) else Statistics(features)


def fid_standard_error(features_a, features_b, groups: int = 20) -> float:
    """How far FID would vary with other samples of b, while a stays the same.

    It is the delete-a-group jackknife (Tukey 1958): b is cut into equal groups, and FID is computed again
    without each of them. Rows that are left over when b is divided are in no group. The error says nothing
    of the bias of FID with N, nor of what another training run would give.

    Args:
        features_a: (N, F), or Statistics.
        features_b: (M, F).
        groups: how many parts b is cut into.

    Raises:
        ValueError: as ``fid``, or for fewer than two rows in a group.
    """
    size = len(features_b) // groups
    if size < 2:
        raise ValueError(
            f"{len(features_b)} rows make no {groups} groups of two or more; "
            "give more samples or fewer groups"
        )
    a = _as_statistics(features_a)
    parts = [Statistics(features_b[i * size : (i + 1) * size]) for i in range(groups)]

    # FID of all groups but one.
    without = []
    for left_out in parts:
        rest = Statistics()
        for part in parts:
            if part is not left_out:
                rest.merge(part)
        without.append(fid(a, rest))
    return float(np.sqrt((groups - 1) * np.var(without)))

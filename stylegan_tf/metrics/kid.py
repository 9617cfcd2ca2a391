"""Kernel distance of two sets of features (Binkowski et al. 2018), and the floor of any distance."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from stylegan_tf.metrics.fid import check_lengths


class KID(NamedTuple):
    """``mean`` over the subsets and their ``standard_deviation``, as published values are given."""

    mean: float
    standard_deviation: float


def kid(features_a, features_b, subset_size: int = 1000, subsets: int = 100, seed: int = 0) -> KID:
    """Squared maximum mean discrepancy with the kernel (x.y / F + 1)^3, averaged over random subsets.

    It has no bias. Unlike FID it does not fall with the number of samples, and it can be negative for two
    sets of one distribution.

    Args:
        features_a, features_b: (N, F) and (M, F).
        subset_size: rows of each subset; smaller sets are used whole.
        subsets: how many are drawn.
        seed: of the subsets.

    Raises:
        ValueError: if a set has fewer than two rows, or the lengths F differ.
    """
    a = np.asarray(features_a, "float64")
    b = np.asarray(features_b, "float64")
    check_rows(a, b, 2)
    size = min(subset_size, len(a), len(b))
    if size < 2 or subsets < 1:
        raise ValueError(f"{subsets} subsets of {size} rows were asked for; give 1 or more of 2 rows or more")

    # Small subsets, each drawn without repeats, as published values are made.
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(subsets):
        part_a = a[rng.choice(len(a), size, replace=False)]
        part_b = b[rng.choice(len(b), size, replace=False)]
        values.append(_discrepancy(part_a, part_b))
    return KID(float(np.mean(values)), float(np.std(values)))


def check_rows(a, b, least: int) -> None:
    """Raise a ValueError unless both are (N, F) with N of ``least`` or more and one F."""
    for features in (a, b):
        if features.ndim != 2 or len(features) < least:
            raise ValueError(
                f"features have shape {features.shape}; expected is (N, F) with N of {least} or more"
            )
    check_lengths(a[0], b[0])


def _discrepancy(a, b):
    """Mean kernel within a, plus that within b, less twice that between them."""
    return _mean_of_pairs(a) + _mean_of_pairs(b) - 2 * _kernel(a, b).mean()


def _mean_of_pairs(x):
    """Mean kernel of all pairs of different rows: the diagonal would bias it."""
    values = _kernel(x, x)
    return (values.sum() - np.trace(values)) / (len(x) * (len(x) - 1))


def _kernel(x, y):
    """(x.y / F + 1)^3 of all rows, (rows of x, rows of y)."""
    base = x @ y.T / x.shape[1] + 1
    return base * base * base  # ten times faster than a power


def floor(metric: Callable, features, seed: int = 0, splits: int = 5) -> np.ndarray:
    """``metric`` of two random halves of one set of features: what it gives for real against real.

    It is averaged over the splits, as a single one says little. Each half has N / 2 rows. FID falls with the
    number of rows, so its floor for N is lower.

    Args:
        metric: features (n, F), features (m, F) -> a number, or several.
        features: (N, F).
        seed: of the halves.
        splits: how often the set is halved.

    Returns:
        a scalar array, or (numbers,) for a metric that gives several.
    """
    features = np.asarray(features)
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(splits):
        order = rng.permutation(len(features))
        found.append(metric(features[order[::2]], features[order[1::2]]))
    return np.mean(found, axis=0)

"""Fréchet distance of two sets of features (Heusel et al. 2017; SPEC 11)."""

from __future__ import annotations

import numpy as np


def statistics(features) -> tuple[np.ndarray, np.ndarray]:
    """Mean (F,) and covariance (F, F), divided by N - 1, in float64, of features (N, F)."""
    features = np.asarray(features, "float64")
    if features.ndim != 2 or len(features) < 2:
        raise ValueError(f"features have shape {features.shape}; wanted is (N, F) with N of 2 or more")
    return features.mean(axis=0), np.cov(features, rowvar=False).reshape(features.shape[1], -1)


def fid(features_a, features_b) -> float:
    """|mu_a - mu_b|^2 + tr(S_a + S_b - 2 (S_a S_b)^(1/2)) of features (N, F) and (M, F).

    The value depends on the network that made the features and falls with the number of samples:
    compare only like with like.

    Raises:
        ValueError: if a set has fewer than two rows, the lengths F differ, or a value is not finite.
    """
    (mean_a, cov_a), (mean_b, cov_b) = statistics(features_a), statistics(features_b)
    if len(mean_a) != len(mean_b):
        raise ValueError(f"the features have lengths {len(mean_a)} and {len(mean_b)}; use one network for both sets")
    if not np.isfinite(cov_a).all() or not np.isfinite(cov_b).all():
        raise ValueError("a feature is not finite; look at the images it came from")
    # The eigenvalues of S_a S_b are those of the symmetric B S_a B, B = S_b^(1/2): no complex square root is needed.
    values, vectors = np.linalg.eigh(cov_b)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    cross = np.sqrt(np.clip(np.linalg.eigvalsh(root @ cov_a @ root), 0, None)).sum()
    return float(np.sum((mean_a - mean_b) ** 2) + np.trace(cov_a) + np.trace(cov_b) - 2 * cross)

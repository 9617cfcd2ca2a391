"""Linear separability: do straight cuts of latent space tell attributes apart (paper section 4.2)?"""

from __future__ import annotations

import dataclasses

import numpy as np

BOOTSTRAPS = 1000


@dataclasses.dataclass(frozen=True)
class Separability:
    """What ``linear_separability`` found, for K attributes of latents of length D.

    Attributes:
        score: exp of the sum of the conditional entropies in nats, 2^(their sum in bits); 1 is perfect, lower
            is better.
        standard_error: of the score. The confusion counts are drawn anew 1000 times; the hyperplanes stay,
            and the attributes are drawn apart from each other.
        conditional_entropies: (K,) bits, what is left to know of an attribute on hearing the side of its
            hyperplane.
        standard_errors: (K,) bits, by the same draws.
        accuracies: (K,) share of the kept samples on the right side.
        shares: (K,) share of the kept samples that have the attribute.
        contingency: (K, 2, 2) shares by side of the hyperplane and by class; index 0 means "has the
            attribute".
        normals: (K, D) unit vectors towards "has the attribute"; NaN where all kept samples were of one
            class.
        offsets: (K,): the hyperplane of an attribute is where normal @ latent is its offset; NaN as in
            ``normals``.
        kept: samples kept for each attribute.
    """

    score: float
    standard_error: float
    conditional_entropies: np.ndarray
    standard_errors: np.ndarray
    accuracies: np.ndarray
    shares: np.ndarray
    contingency: np.ndarray
    normals: np.ndarray
    offsets: np.ndarray
    kept: int

    @property
    def angles(self) -> np.ndarray:
        """(K, K) degrees between the normals: 90 means that two attributes have nothing to do with each
        other.
        """
        return np.degrees(np.arccos(np.clip(self.normals @ self.normals.T, -1, 1)))


def linear_separability(latents, probabilities, keep: float = 0.5, seed: int = 0) -> Separability:
    """How well a hyperplane in latent space tells each attribute of the images from its absence.

    For each attribute the samples that the classifier is surest of are kept; a linear SVM (scikit-learn's
    LinearSVC, its defaults) is fitted to them, and the conditional entropy H(class | side) measured. An
    attribute that all kept samples share counts as perfectly separated, as in the official code.

    Args:
        latents: (N, D): z, or w of one layer.
        probabilities: (N, K), P(attribute) of the image of each latent, from 0 to 1. The attribute is there
            from 0.5 on.
        keep: share of the samples to keep. Equally sure ones stay in order; sureness counts in float32, as
            the official.
        seed: of the bootstrap, and of the SVM where it has more dimensions than samples.

    Raises:
        ValueError: for shapes that do not match, probabilities outside [0, 1], or a ``keep`` outside (0, 1].
    """
    from sklearn.svm import LinearSVC  # here, as it takes a second to import

    latents, p = np.asarray(latents), np.asarray(probabilities, "float32")
    if latents.ndim != 2 or p.ndim != 2 or len(latents) != len(p):
        wanted = "(N, D) and (N, K) with one row per sample in both"
        raise ValueError(
            f"latents have shape {latents.shape} and probabilities {p.shape}; wanted is {wanted}"
        )
    if not ((p >= 0) & (p <= 1)).all() or not np.isfinite(latents).all():
        raise ValueError(
            "a probability lies outside [0, 1], or a latent is not finite; give P(attribute), not logits"
        )
    kept = int(len(p) * keep)
    if not 0 < keep <= 1 or kept < 2:
        raise ValueError(
            f"keep = {keep} of {len(p)} samples keeps {kept}; give a share in (0, 1] that keeps 2 or more"
        )
    tables, normals, offsets = (
        [],
        np.full((p.shape[1], latents.shape[1]), np.nan),
        np.full(p.shape[1], np.nan),
    )
    for k in range(p.shape[1]):
        rows = most_confident(p[:, k])[:kept]
        classes = side = (p[rows, k] < 0.5).astype(int)  # 0: has the attribute
        if 0 < classes.sum() < kept:
            svm = LinearSVC(random_state=seed).fit(latents[rows], classes)
            side = svm.predict(latents[rows])
            length = np.linalg.norm(svm.coef_[0])
            normals[k], offsets[k] = -svm.coef_[0] / length, svm.intercept_[0] / length
        tables.append(np.bincount(2 * side + classes, minlength=4).reshape(2, 2))
    contingency = np.stack(tables) / kept
    entropies = conditional_entropy(contingency)
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(kept, contingency.reshape(-1, 4), size=(BOOTSTRAPS, len(tables))).reshape(
        -1, len(tables), 2, 2
    )
    again = conditional_entropy(drawn / kept)
    return Separability(
        score=float(2 ** entropies.sum()),
        standard_error=float((2 ** again.sum(axis=1)).std(ddof=1)),
        conditional_entropies=entropies,
        standard_errors=again.std(axis=0, ddof=1),
        accuracies=np.trace(contingency, axis1=1, axis2=2),
        shares=contingency[:, :, 0].sum(axis=1),
        contingency=contingency,
        normals=normals,
        offsets=offsets,
        kept=kept,
    )


def most_confident(p: np.ndarray) -> np.ndarray:
    """Order of samples from the surest to the least sure; p (N,) float32.

    A float32 softmax of two logits rounds both sides alike, and never says 1: what it takes for equally sure
    must tie here, so that ties keep their order. 1 - p would round the two sides apart.
    """
    odds = np.minimum(p, np.float32(0.5)) / (1 - np.minimum(p, np.float32(0.5)))
    sureness = np.where(p < 0.5, 1 / (1 + odds), p)
    return np.argsort(-np.minimum(sureness, np.nextafter(np.float32(1), np.float32(0))), kind="stable")


def conditional_entropy(table) -> np.ndarray:
    """H(column | row) in bits of tables (..., rows, columns) of shares or counts, 0 or more; (...)."""
    table = np.asarray(table, "float64")
    table = table / table.sum(axis=(-2, -1), keepdims=True)
    return np.maximum(entropy(table, (-2, -1)) - entropy(table.sum(axis=-1), -1), 0.0)


def entropy(shares, axis=None) -> np.ndarray:
    """Entropy in bits of shares that sum to 1 over ``axis``."""
    shares = np.asarray(shares, "float64")
    logarithms = np.log2(np.where(shares > 0, shares, 1.0))
    return -(shares * logarithms).sum(axis=axis)

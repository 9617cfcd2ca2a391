"""Linear separability: do straight cuts of latent space tell attributes apart (paper section 4.2)?"""

from __future__ import annotations

import dataclasses

import numpy as np

BOOTSTRAPS = 1000


@dataclasses.dataclass(frozen=True)
class Separability:
    """What ``linear_separability`` found, for K attributes of latents of length D.

    Attributes:
        score: 2 to the sum of the conditional entropies in bits; 1 is perfect, lower is better. The paper's
            exp of their sum in nats is the same number.
        standard_error: of the score. The confusion counts are drawn again 1000 times. The hyperplanes stay
            the same, and each attribute is drawn by itself.
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
        """Degrees (K, K) between the normals: at 90 a step along one leaves the other attribute alone."""
        return np.degrees(np.arccos(np.clip(self.normals @ self.normals.T, -1, 1)))


def linear_separability(latents, probabilities, keep: float = 0.5, seed: int = 0) -> Separability:
    """How well a hyperplane in latent space tells each attribute of the images from its absence.

    For each attribute the samples that the classifier is surest of are kept. A linear SVM (scikit-learn's
    LinearSVC, its defaults) is fitted to them, and the conditional entropy H(class | side) is measured. An
    attribute that all kept samples share counts as perfectly separated, as in the official code.

    Args:
        latents: (N, D): z, or w of one layer.
        probabilities: (N, K), P(attribute) of the image of each latent, from 0 to 1. The attribute is there
            from 0.5 on.
        keep: share of the samples to keep. Equally sure ones stay in order; sureness counts in float32, as
            in the official code.
        seed: of the bootstrap, and of the SVM where it has more dimensions than samples.

    Raises:
        ValueError: for shapes that do not match, probabilities outside [0, 1], or a ``keep`` outside (0, 1].
    """
    latents = np.asarray(latents)
    p = np.asarray(probabilities, "float32")
    _check(latents, p)
    kept = int(len(p) * keep)
    if not 0 < keep <= 1 or kept < 2:
        raise ValueError(
            f"keep = {keep} of {len(p)} samples keeps {kept}; give a share in (0, 1] that keeps 2 or more"
        )

    # A hyperplane for each attribute, and who is on which side of it.
    attributes = p.shape[1]
    tables = []
    normals = np.full((attributes, latents.shape[1]), np.nan)
    offsets = np.full(attributes, np.nan)
    for k in range(attributes):
        rows = most_confident(p[:, k])[:kept]
        classes = (p[rows, k] < 0.5).astype(int)  # 0: has the attribute
        has_both_classes = 0 < classes.sum() < kept
        if has_both_classes:
            side, normals[k], offsets[k] = _cut(latents[rows], classes, seed)
        else:
            side = classes
        tables.append(np.bincount(2 * side + classes, minlength=4).reshape(2, 2))
    contingency = np.stack(tables) / kept  # (K, 2, 2)
    entropies = conditional_entropy(contingency)  # (K,)

    # The same entropies, if other samples had fallen into the four cells.
    rng = np.random.default_rng(seed)
    cells = contingency.reshape(-1, 4)
    drawn = rng.multinomial(kept, cells, size=(BOOTSTRAPS, attributes))  # (1000, K, 4)
    drawn = drawn.reshape(-1, attributes, 2, 2)
    entropies_of_draws = conditional_entropy(drawn / kept)  # (1000, K)

    return Separability(
        score=float(2 ** entropies.sum()),
        standard_error=float((2 ** entropies_of_draws.sum(axis=1)).std(ddof=1)),
        conditional_entropies=entropies,
        standard_errors=entropies_of_draws.std(axis=0, ddof=1),
        accuracies=np.trace(contingency, axis1=1, axis2=2),
        shares=contingency[:, :, 0].sum(axis=1),
        contingency=contingency,
        normals=normals,
        offsets=offsets,
        kept=kept,
    )


def _check(latents, p):
    """Raise a ValueError for latents and probabilities that nothing can be measured with."""
    if latents.ndim != 2 or p.ndim != 2 or len(latents) != len(p):
        raise ValueError(
            f"latents have shape {latents.shape} and probabilities {p.shape}; "
            "expected is (N, D) and (N, K) with one row per sample in both"
        )
    if not ((p >= 0) & (p <= 1)).all() or not np.isfinite(latents).all():
        raise ValueError(
            "a probability lies outside [0, 1], or a latent is not finite; give P(attribute), not logits"
        )


def _cut(latents, classes, seed):
    """The linear SVM of latents (n, D) and their classes (n,), 0 or 1.

    Returns:
        the side (n,) of each latent, the unit normal (D,) towards class 0, and the hyperplane's offset.
    """
    from sklearn.svm import LinearSVC  # here, as it takes a second to import

    svm = LinearSVC(random_state=seed).fit(latents, classes)
    length = np.linalg.norm(svm.coef_[0])
    return svm.predict(latents), -svm.coef_[0] / length, svm.intercept_[0] / length


def most_confident(p: np.ndarray) -> np.ndarray:
    """Order of samples from the surest to the least sure; p (N,) float32.

    The official classifier gives two probabilities, a float32 softmax of two logits, and the larger is how
    sure it is. It rounds p and 1 - p in the same way, and never gives 1. So samples that are equally sure on
    either side tie there, and ties keep their order. Here only p is known, and 1 - p would be rounded
    differently. Therefore the sureness is computed from the odds of the smaller side.
    """
    smaller = np.minimum(p, np.float32(0.5))
    odds = smaller / (1 - smaller)
    sureness = np.where(p < 0.5, 1 / (1 + odds), p)
    largest = np.nextafter(np.float32(1), np.float32(0))
    return np.argsort(-np.minimum(sureness, largest), kind="stable")


def conditional_entropy(table) -> np.ndarray:
    """H(column | row) in bits of tables (..., rows, columns) of shares or counts, 0 or more; (...)."""
    table = np.asarray(table, "float64")
    table = table / table.sum(axis=(-2, -1), keepdims=True)
    joint = entropy(table, (-2, -1))
    rows = entropy(table.sum(axis=-1), -1)
    return np.maximum(joint - rows, 0.0)


def entropy(shares, axis=None) -> np.ndarray:
    """Entropy in bits of shares that sum to 1 over ``axis``."""
    shares = np.asarray(shares, "float64")
    logarithms = np.log2(np.where(shares > 0, shares, 1.0))
    return -(shares * logarithms).sum(axis=axis)

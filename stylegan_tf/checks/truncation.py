"""Checks of lesson 10: far codes pulled, truncation of some layers, the spread that psi leaves, a psi."""

from __future__ import annotations

import numpy as np

from stylegan_tf import latents
from stylegan_tf.checks.exercise import Exercise


def _distances(w, mean):
    return np.linalg.norm(w - mean, axis=1, keepdims=True)  # (N, 1)


def _pulled(w, mean, radius):
    return mean + np.minimum(1.0, radius / _distances(w, mean)) * (w - mean)


def _draw_far(rng):
    """About half of the codes are farther from the mean than the radius, in few dimensions and in more."""
    trials = []
    for count, dimensions in ((12, 3), (20, 8)):
        mean = rng.normal(size=dimensions)
        w = mean + rng.normal(size=(count, dimensions)) * rng.uniform(0.5, 2, size=(count, 1))
        trials.append((w, mean, float(np.median(_distances(w, mean)))))
    return trials


_PULL_FAR = Exercise(
    oracle=_pulled,
    draw=_draw_far,
    why="each w has a psi of its own, and those inside the radius have psi 1.",
    mistakes={
        "one psi pulls all w, ordinary ones too; each w needs its own": (
            lambda w, m, r: m + r / _distances(w, m).max() * (w - m)
        ),
        "all w are at the radius now; those inside it stay where they are": (
            lambda w, m, r: m + r / _distances(w, m) * (w - m)
        ),
        "the far w are pulled towards zero; the centre of W is the mean": (
            lambda w, m, r: np.minimum(1.0, r / _distances(w, m)) * w
        ),
        "you measure how far w is from zero; the radius is around the mean": (
            lambda w, m, r: np.minimum(1.0, r / np.linalg.norm(w, axis=1, keepdims=True)) * w
        ),
        "you cut each number by itself, which bends the way; go straight towards the mean": (
            lambda w, m, r: m + np.clip(w - m, -r, r)
        ),
        "the far w have become the mean; stop when they are `radius` away": (
            lambda w, m, r: np.where(_distances(w, m) > r, m, w)
        ),
        "the far ones stay and the near ones are pushed out: take the smaller of 1 and your quotient": (
            lambda w, m, r: m + np.maximum(1.0, r / _distances(w, m)) * (w - m)
        ),
        "the far ones are left out; return all w": (lambda w, m, r: w[_distances(w, m)[:, 0] <= r]),
        "that is without the mean: add it again": (lambda w, m, r: _pulled(w, m, r) - m),
    },
)


def check_pull_far(pull_far) -> None:
    """``pull_far(w, mean, radius)``: w (N, D), mean (D,) -> w, none farther than ``radius`` from the mean."""
    _PULL_FAR.check(pull_far)


def _draw_layers(rng):
    ws = rng.normal(size=(7, 8, 5)).astype("float32")
    mean = rng.normal(size=5).astype("float32")
    return [(ws, mean, 0.4, 3), (ws, mean, -1.0, 6)]


def _truncated(ws, mean, psi, layers):
    result = np.array(ws, "float64")
    result[:, layers] = mean + psi * (result[:, layers] - mean)
    return result


_LAYERS = Exercise(
    oracle=lambda ws, mean, psi, cutoff: np.asarray(latents.truncate(ws, mean, psi, cutoff)),
    draw=_draw_layers,
    why="the first layers, which are the coarse ones, are pulled; the others keep their w.",
    mistakes={
        "all layers are truncated; the cutoff says how many, from the coarsest on": (
            lambda ws, m, psi, c: _truncated(ws, m, psi, slice(None))
        ),
        (
            "you truncate the fine layers and leave the coarse ones: "
            "layers below the cutoff are the ones to pull"
        ): (lambda ws, m, psi, c: _truncated(ws, m, psi, slice(c, None))),
        "one layer too many: layer number `cutoff` itself stays as it is": (
            lambda ws, m, psi, c: _truncated(ws, m, psi, slice(c + 1))
        ),
        "only one layer is truncated; all below the cutoff are": (
            lambda ws, m, psi, c: _truncated(ws, m, psi, c)
        ),
        "you cut along the batch; layers are the second axis": (
            lambda ws, m, psi, c: np.concatenate([m + psi * (ws[:c] - m), ws[c:]])
        ),
        "you shrink w towards zero; the centre of W is the mean": (
            lambda ws, m, psi, c: _truncated(ws, 0 * m, psi, slice(c))
        ),
        "you go from w to the mean: psi = 0 must give the mean, and psi = 1 must give w": (
            lambda ws, m, psi, c: _truncated(ws, m, 1 - psi, slice(c))
        ),
    },
)


def check_truncate_layers(truncate_layers) -> None:
    """``truncate_layers(ws, mean, psi, cutoff)``: ws (B, L, D), mean (D,) -> ws, pulled below the cutoff."""
    _LAYERS.check(truncate_layers)


def _draw_psi(rng):
    """Two between 0 and 1, one below 0, one above 1."""
    between = rng.uniform(0.1, 0.9, 2)
    below = -rng.uniform(0.2, 0.8)
    return [(float(psi),) for psi in (*between, below, 1.5)]


_VARIANCE = Exercise(
    oracle=lambda psi: psi**2,
    draw=_draw_psi,
    why="distances from the mean are multiplied by psi, and a variance is a mean of squared distances.",
    mistakes={
        "that is what is left of the deviation; the variance is its square": (lambda psi: abs(psi)),
        "a variance is never negative; the factor of each distance is squared": (lambda psi: psi),
        "that is the share taken away from each distance; say what is left of the variance": (
            lambda psi: 1 - psi
        ),
        "that is the share of the variance that is lost; say what is left": (lambda psi: 1 - psi**2),
        "you took the root; distances are multiplied by psi, so their squares by its square": (
            lambda psi: abs(psi) ** 0.5
        ),
    },
)


def check_variance_left(variance_left) -> None:
    """``variance_left(psi)``: the variance of truncated w, as a share of that of w."""
    _VARIANCE.check(variance_left)


def _draw_choices(rng):
    """Measurements at six psi in mixed order.

    Precision falls with psi and recall rises, both with some error.
    """
    trials = []
    for least, best in ((0.45, 0.9), (0.62, 1.0)):
        psi = rng.permutation([0.3, 0.5, 0.7, 0.9, 1.0, 1.2])
        precision = 0.98 - 0.2 * psi + rng.uniform(0, 0.01, 6)
        recall = 0.1 + 0.6 * psi + rng.uniform(0, 0.01, 6)
        precision[psi == best] += 0.08  # so that the best is not the least psi allowed
        trials.append((psi, precision, recall, least))

    # A recall that reaches the least, and no more.
    trials.append((psi, precision, recall, recall[psi == best].item()))
    return trials


def _best(psi, precision, recall, least):
    """The psi of best precision among those with enough recall."""
    return psi[np.where(recall >= least, precision, -1.0).argmax()]


_CHOOSE = Exercise(
    oracle=_best,
    draw=_draw_choices,
    why="among the psi with enough variety, it is the one with the best quality.",
    mistakes={
        "you take the best precision of all; recall must reach the least first": (
            lambda psi, p, r, least: psi[p.argmax()]
        ),
        "at least: a recall that is exactly the least counts too": (
            lambda psi, p, r, least: psi[np.where(r > least, p, -1.0).argmax()]
        ),
        "you take the most recall; it only has to reach the least": (
            lambda psi, p, r, least: psi[r.argmax()]
        ),
        "you take the least psi that is allowed; look at the precision measured there": (
            lambda psi, p, r, least: psi[r >= least].min()
        ),
        "that is a place in the table; give the psi that you find there": (
            lambda psi, p, r, least: np.where(r >= least, p, -1.0).argmax()
        ),
        "that is the precision at the best psi; give the psi": (lambda psi, p, r, least: p[r >= least].max()),
    },
)


def check_choose_psi(choose_psi) -> None:
    """``choose_psi(psi, precision, recall, least)``: -> the psi of best precision, a number.

    Only those with a recall of at least ``least`` count.
    """
    _CHOOSE.check(choose_psi)

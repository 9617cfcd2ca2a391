"""Checks of lesson 10: the centre of W, truncation of some layers, the spread that psi leaves, a psi."""

from __future__ import annotations

import numpy as np

from stylegan_tf import latents
from stylegan_tf.checks.exercise import Exercise


def _mapping(rng):
    """A small network that is not linear: z (N, 6) -> w (N, 4)."""
    first = rng.normal(size=(6, 8))
    second = rng.normal(size=(8, 4))
    return lambda z: np.maximum(z @ first, 0.0) @ second


_CENTRE = Exercise(
    oracle=lambda mapping, z: mapping(z).mean(axis=0),
    draw=lambda rng: [(_mapping(rng), rng.normal(size=(50, 6)))],
    why="each z is mapped first, then the w are averaged: that is the centre of mass of W.",
    mistakes={
        "you map the mean of z: the mapping network bends space, so the mean comes after it": (
            lambda f, z: f(z.mean(axis=0, keepdims=True))[0]
        ),
        "you average over the numbers of each w; average over the codes, axis 0": (
            lambda f, z: f(z).mean(axis=1)
        ),
        "that is one number for all of W; the centre has one for each dimension": (lambda f, z: f(z).mean()),
        "that is the mean of z, which is near 0; truncation needs the mean of w": (
            lambda f, z: z.mean(axis=0)
        ),
        "that is the median; the centre of mass is the mean": (lambda f, z: np.median(f(z), axis=0)),
        "the shape is (1, D); the exercise asks for (D,)": (lambda f, z: f(z).mean(axis=0, keepdims=True)),
    },
)


def check_centre_of_mass(centre_of_mass) -> None:
    """``centre_of_mass(mapping, z)``: a function z -> w, and z (N, D_z) -> the mean of w, (D,)."""
    _CENTRE.check(centre_of_mass)


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

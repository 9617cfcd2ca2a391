"""Checks of lesson 07: the blur, folded frequencies, minibatch deviation, R1."""

from __future__ import annotations

import numpy as np

from stylegan_tf.checks.exercise import Exercise
from stylegan_tf.networks.layers import EPSILON, Blur, MinibatchStdDev

_TAPS = np.array([1.0, 2.0, 1.0]) / 4


def _along(x, axis, taps=_TAPS, mode="constant"):
    """A filter of three taps along one axis, its border as ``np.pad`` does it."""
    pads = [(1, 1) if i == axis else (0, 0) for i in range(x.ndim)]
    padded = np.pad(x, pads, mode=mode)
    length = x.shape[axis]
    return sum(tap * np.take(padded, range(i, i + length), axis=axis) for i, tap in enumerate(taps))


def _both(x, **how):
    """The filter along the columns and along the rows."""
    return _along(_along(x, 1, **how), 2, **how)


_BLUR = Exercise(
    oracle=lambda x: np.asarray(Blur()(x)),
    draw=lambda rng: [((rng.normal(size=(2, 6, 5, 3)) + 2).astype("float32"),)],
    why="weights 1, 2, 1 in both directions, their sum one, and zeros outside the picture.",
    mistakes={
        "the weights sum to 16, so the picture gets 16 times as bright; divide by their sum": (
            lambda x: 16 * _both(x)
        ),
        "all nine weights are equal; that is a box: 1, 2, 1 gives the middle more": (
            lambda x: _both(x, taps=np.ones(3) / 3)
        ),
        "you blur along the rows only; blur along the columns too": (lambda x: _along(x, 2)),
        "you blur along the columns only; blur along the rows too": (lambda x: _along(x, 1)),
        "outside the picture you repeat the rim; the official code takes 0 there": (
            lambda x: _both(x, mode="edge")
        ),
        "outside the picture you mirror it; the official code takes 0 there": (
            lambda x: _both(x, mode="reflect")
        ),
        "you blur across the channels too; each is filtered by itself": (lambda x: _along(_both(x), 3)),
    },
)


def check_blur(blur) -> None:
    """``blur(x)``: (B, H, W, C) -> the same shape, filtered with 1, 2, 1 in both directions, zero padding."""
    _BLUR.check(blur)


def _folded(f):
    return np.minimum(2 * f, 1 - 2 * f)


_FOLDED = Exercise(
    oracle=_folded,
    draw=lambda rng: [(rng.uniform(0.02, 0.48, 20),)],
    why="below 1/4 a frequency doubles, as pixels are twice as large; above it comes back as a lower one.",
    mistakes={
        "counted in new pixels the frequency doubles: each is as wide as two old ones": (
            lambda f: np.minimum(f, 0.5 - f)
        ),
        "above 1/4 the doubled frequency exceeds 1/2, which no grid can hold: it folds back to 1 - 2f": (
            lambda f: 2 * f
        ),
        "frequencies above 1/4 do not stop at 1/2, they fold back to 1 - 2f": (
            lambda f: np.minimum(2 * f, 0.5)
        ),
        "frequencies above 1/4 do not vanish: without a filter they come back as 1 - 2f": (
            lambda f: np.where(f < 0.25, 2 * f, 0)
        ),
        "above 1/4 it folds back, and does not start again at 0: 0.3 comes back as 0.4, not as 0.1": (
            lambda f: np.where(f < 0.25, 2 * f, 2 * f - 0.5)
        ),
        "that is half the frequency; a new pixel holds more of a wave, not less": (lambda f: f / 2),
    },
)


def check_folded(folded) -> None:
    """``folded(f)``: cycles per old pixel -> cycles per new pixel, when every second pixel is kept.

    Both are 0 to 1/2.
    """
    _FOLDED.check(folded)


def _group_deviation(x, group):
    return np.asarray(MinibatchStdDev(group)(x))[:, 0, 0, -1]


def _by_group(x, group, order="strided", spread=np.std, mean=None):
    """The deviation of each image's group, and then its mean."""
    # Which group does each image belong to?
    count = len(x) // group
    if order == "strided":
        member = np.arange(len(x)) % count
    else:
        member = np.arange(len(x)) // group

    # The deviation of each group.
    groups = [x[member == m] for m in range(count)]
    if mean is None:
        values = [spread(images, axis=0) for images in groups]
    else:
        values = [mean(images) for images in groups]
    return np.array([np.mean(values[m]) for m in member])


def _with_group_minus_one(x, axis):
    return x.std(axis=axis, ddof=1)


def _draw_batch(rng):
    """Images that vary by different amounts, in groups of 4."""
    x = rng.normal(size=(8, 3, 3, 5)) * rng.uniform(0.2, 3, (8, 1, 1, 1))
    return [(x.astype("float32"), 4)]


_DEVIATION = Exercise(
    oracle=_group_deviation,
    draw=_draw_batch,
    why="one number for each group, the same for its images: small where they are alike.",
    mistakes={
        "your groups are neighbours; image i belongs to group i mod (B / group)": (
            lambda x, g: _by_group(x, g, "contiguous")
        ),
        (
            "the numbers are right, but given to the wrong images: the groups take turns (np.tile, "
            "not np.repeat)"
        ): (lambda x, g: np.repeat(_by_group(x, g)[: len(x) // g], g)),
        "you compare the whole batch; compare the images of a group": (
            lambda x, g: np.full(len(x), x.std(axis=0).mean())
        ),
        "that is the mean variance; take the root before the mean": (
            lambda x, g: _by_group(x, g, spread=np.var)
        ),
        "that is the root of the mean variance; take the root first, then the mean": (
            lambda x, g: np.sqrt(_by_group(x, g, spread=np.var))
        ),
        "you take the deviation within each image; it is across the images of a group": (
            lambda x, g: x.std(axis=(1, 2, 3))
        ),
        "you take one deviation over all numbers of a group; take it for each map and pixel, then the mean": (
            lambda x, g: _by_group(x, g, mean=np.std)
        ),
        "that is the deviation with group - 1 below; divide by the group": (
            lambda x, g: _by_group(x, g, spread=_with_group_minus_one)
        ),
    },
    tolerance=10 * EPSILON**0.5,
)


def check_group_deviation(group_deviation) -> None:
    """``group_deviation(x, group)``: (B, H, W, C), images per group -> one number per image, (B,)."""
    _DEVIATION.check(group_deviation)


def _squares(gradient):
    return (gradient.astype("float64") ** 2).sum(axis=(1, 2, 3))


def _draw_slopes(rng):
    return [
        (rng.normal(size=(4, 5, 5, 3)).astype("float32"), 3.0),
        (np.zeros((2, 5, 5, 3), "float32"), 10.0),
    ]


_R1 = Exercise(
    oracle=lambda gradient, gamma: gamma / 2 * _squares(gradient),
    draw=_draw_slopes,
    why="half of gamma times the squared length of each image's slope.",
    mistakes={
        "the 1/2 is missing: the penalty is gamma / 2 times the squared length": (
            lambda g, gamma: gamma * _squares(g)
        ),
        "the length must be squared": (lambda g, gamma: gamma / 2 * np.sqrt(_squares(g))),
        "you average over the pixels; the squared length is a sum": (
            lambda g, gamma: gamma / 2 * (g**2).mean(axis=(1, 2, 3))
        ),
        "R1 pulls the slope to 0; it is WGAN-GP that pulls it to 1": (
            lambda g, gamma: gamma / 2 * (np.sqrt(_squares(g)) - 1) ** 2
        ),
        "give one number per image, shape (B,); training takes the mean later": (
            lambda g, gamma: gamma / 2 * _squares(g).mean()
        ),
        "you sum over the batch too: each image has a penalty of its own": (
            lambda g, gamma: gamma / 2 * _squares(g).sum()
        ),
    },
)


def check_r1(r1) -> None:
    """``r1(gradient, gamma)``: slope of the score at real images (B, H, W, C) -> the penalty (B,)."""
    _R1.check(r1)
